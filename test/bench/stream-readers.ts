import { get, type IncomingMessage } from 'node:http';

/*
 * Readers of the event stream, in a process of their own: `stream-readers.ts PORT COUNT AFTER`. Each must be sent every
 * position after AFTER, in order. Tells its parent when all are open; told a position, it answers when all have it.
 */

const [port = 0, count = 0, after = 0] = process.argv.slice(2).map(Number);
const positions = new Array<number>(count).fill(after);
let wanted: number | undefined;

function read(response: IncomingMessage, reader: number): void {
  if (response.statusCode !== 200) throw new Error(`a stream was answered with ${response.statusCode}`);
  let held: Buffer | undefined;
  response.on('error', () => process.exit(1));
  response.on('data', (chunk: Buffer) => {
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    let begin = 0;
    for (let end = bytes.indexOf('\n\n'); end >= 0; end = bytes.indexOf('\n\n', begin)) {
      if (bytes[begin] !== colon) take(reader, bytes, begin);
      begin = end + 2;
    }
    held = begin < bytes.length ? bytes.subarray(begin) : undefined;
    tellIfDone();
  });
}

const colon = 0x3a;
const prefix = 'id: '.length;

function take(reader: number, bytes: Buffer, begin: number): void {
  const position = Number(bytes.toString('latin1', begin + prefix, bytes.indexOf('\n', begin)));
  const before = positions[reader] ?? 0;
  if (position !== before + 1) throw new Error(`a stream was sent ${position} after ${before}`);
  positions[reader] = position;
}

function tellIfDone(): void {
  if (wanted === undefined || positions.some((position) => position < (wanted ?? 0))) return;
  process.send?.({ at: wanted });
  wanted = undefined;
}

process.on('message', (position: number) => {
  wanted = position;
  tellIfDone();
});
process.once('disconnect', () => process.exit());

await Promise.all(
  positions.map(
    (_, reader) =>
      new Promise<void>((resolve, reject) => {
        const path = `/v1/events/stream?after=${after}`;
        get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
          read(response, reader);
          resolve();
        }).on('error', reject);
      }),
  ),
);
process.send?.({ at: after });

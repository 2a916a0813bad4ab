import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { odsParts, packed, xlsxOf, xlsxParts } from '../helpers/sheets.ts';

/** What is sent to do harm. Gives what came of it: the status and the problem code, or how the connections ended. */
export type Attack = (port: number) => Promise<string>;

const post = '/v1/initiatives/sci/events';
const importing = '/v1/initiatives/sci/import';

const head = (path: string, ...headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
const json = 'Content-Type: application/json';

/** Sends pieces until they end or the answer comes. */
async function answerTo(port: number, pieces: Iterable<string | Buffer>): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  let sent = 0;
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n\r\n')) resolve();
    });
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
  for (const piece of pieces) {
    if (text !== '' || socket.destroyed) break;
    sent += piece.length;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => {}), answered]);
  }
  await answered;
  socket.destroy();
  const code = /"code":"([a-z-]+)"/.exec(text)?.[1] ?? '';
  // A power of two, so that answers that differ in nothing else are one.
  const most = 2 ** Math.ceil(Math.log2(sent / 2 ** 20));
  return `${text.slice(9, 12) || 'cut off'} ${code}${most > 4 ? `, ${most} MiB were taken at most` : ''}`;
}

const whole = (path: string, body: string | Buffer, type = json): Attack => {
  const bytes = Buffer.from(body);
  return (port) => answerTo(port, [head(path, type, `Content-Length: ${bytes.length}`), bytes]);
};

function* gigabyte(chunked: boolean, first = ''): Generator<Buffer | string> {
  const piece = Buffer.alloc(65_536, 0x20);
  yield first;
  for (let sent = 0; sent < 2 ** 30; sent += piece.length) {
    if (chunked) yield '10000\r\n';
    yield piece;
    if (chunked) yield '\r\n';
  }
}

/** Connections that send something at once, and then a byte now and then, and never all of it. */
const slow =
  (start: string, connections: number): Attack =>
  async (port) => {
    const ends = new Map<string, number>();
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const socket = connect({ port, host: '127.0.0.1' });
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk.toString('latin1');
        });
        socket.on('error', () => {});
        const closed = once(socket, 'close');
        socket.write(start);
        while (!socket.destroyed && text === '') {
          socket.write('x');
          await Promise.race([pause(250), closed]);
        }
        await closed;
        const name = text === '' ? 'cut off' : `${text.slice(9, 12)} ${/"code":"([a-z-]+)"/.exec(text)?.[1]}`;
        ends.set(name, (ends.get(name) ?? 0) + 1);
      }),
    );
    return [...ends].map(([name, count]) => `${count} × ${name}`).join(', ');
  };

const sheets = [{ name: 'a', rows: [['type'], ['MoUSigned']] }];
const xlsxType = 'Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const odsType = 'Content-Type: application/vnd.oasis.opendocument.spreadsheet';
const bomb = packed({ ...xlsxParts(sheets), 'xl/worksheets/sheet1.xml': ' '.repeat(200_000_000) });
const oversized = (): Buffer => {
  const file = xlsxOf(sheets);
  file.writeUInt32LE(2 ** 31, file.indexOf('PK\x01\x02') + 24);
  return file;
};
const repeatedCells = packed({
  ...odsParts(sheets),
  'content.xml':
    '<d xmlns:t="t" xmlns:o="o"><t:table t:name="a"><t:table-row t:number-rows-repeated="1000000"><t:table-cell t:number-columns-repeated="500" o:value-type="float" o:value="1"/></t:table-row></t:table></d>',
});

const keys = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join()}}`;

/** times: how often it is sent, one after the other, unless it takes long. */
export const attacks: Record<string, { attack: Attack; times?: number }> = {
  'headers byte by byte on 500 connections': {
    attack: slow(`GET /v1/summary HTTP/1.1\r\nHost: localhost\r\nX: `, 500),
    times: 1,
  },
  'bodies byte by byte on 500 connections': {
    attack: slow(head(post, json, 'Content-Length: 1000'), 500),
    times: 1,
  },
  'a body of 1 GB': {
    attack: (port) => answerTo(port, gigabyte(false, head(post, json, `Content-Length: ${2 ** 30}`))),
  },
  'a body of 1 GB of unknown length': {
    attack: (port) => answerTo(port, gigabyte(true, head(post, json, 'Transfer-Encoding: chunked'))),
  },
  'an import of one line of 1 GB': {
    attack: (port) =>
      answerTo(
        port,
        gigabyte(true, head(importing, 'Content-Type: application/x-ndjson', 'Transfer-Encoding: chunked')),
      ),
    times: 3,
  },
  'a line that is to be repeated a million times': {
    attack: whole(
      importing,
      '{"type":"MoUSigned","occurredOn":"2023","repeat":1000000}\n',
      'Content-Type: application/x-ndjson',
    ),
  },
  'a spreadsheet of 200 MB of blanks in 200 KB': { attack: whole(importing, bomb, xlsxType), times: 5 },
  'a spreadsheet that says that it has 2 GB': { attack: whole(importing, oversized(), xlsxType), times: 5 },
  'a spreadsheet of 500 million cells in 1 KB': {
    attack: whole(importing, repeatedCells, odsType),
    times: 5,
  },
  'a gzip bomb': {
    attack: (port) =>
      answerTo(port, [head(post, json, 'Content-Encoding: gzip', 'Content-Length: 9'), '123456789']),
  },
  'a million keys': { attack: whole(post, keys(1_000_000)) },
  'as many keys as fit into 1 MiB': { attack: whole(post, keys(90_000)) },
  'nesting of 100,000': { attack: whole(post, '['.repeat(100_000) + ']'.repeat(100_000)) },
  '10,000 header lines': {
    attack: (port) => answerTo(port, [head(post, ...Array.from({ length: 10_000 }, (_, i) => `X-${i}: y`))]),
  },
  'as many header lines as fit': {
    attack: (port) =>
      answerTo(port, [head(post, ...Array.from({ length: 6_000 }, () => 'a:'), 'Content-Length: 0')]),
  },
};

import { once } from 'node:events';
import { statSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { mou } from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';
import { openSocket } from '../helpers/shell.ts';
import { openStreaming, recordMuch, StreamReader } from '../helpers/streaming.ts';

/** Asks for something and reads nothing of the answer but its headers. */
async function openPaused(t: Test, port: number, path: string): Promise<IncomingMessage> {
  const request = get({ port, path, agent: false });
  t.teardown(() => request.destroy());
  const [response] = await once(request, 'response');
  return response;
}

/** Moves the whole -wal into the database, unless somebody reads from it: then false. */
function emptyWal(file: string): boolean {
  const db = new Sqlite(file);
  // One row, with 1 where it could not.
  const [{ busy } = { busy: 1 }] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  db.close();
  return busy === 0;
}

test('a reader that stands still does not keep the -wal from being emptied', onlyLong, async (t) => {
  const { port, post, file } = await openStreaming(t);
  // Of each of these more than any socket holds.
  await recordMuch(post);
  const live = await StreamReader.open(t, port, '?after=501');
  const paused = {
    'an export': await openPaused(t, port, '/v1/export'),
    'a stream': await openPaused(t, port, '/v1/events/stream'),
    'a whole list as lines': await openPaused(t, port, '/v1/initiatives/sci/mous?format=ndjson'),
    'a whole list as a table': await openPaused(t, port, '/v1/initiatives/sci/events?format=csv'),
  };
  const idle = [
    '/v1/initiatives/sci/summary',
    '/v1/events?limit=10',
    '/v1/log/proofs/inclusion?position=3&size=400',
  ].map((path) => {
    const { socket } = openSocket(t, port);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return socket;
  });
  await Promise.all(idle.map((socket) => once(socket, 'data')));
  // The service sends all that it can, and then waits for the readers.
  for (let i = 0; i < 200; i++) await turn();
  await post([mou(), mou()]);
  await live.until(({ ids }) => ids.at(-1) === 503);
  t.ok(statSync(`${file}-wal`).size > 0);
  t.ok(emptyWal(file));
  t.equal(statSync(`${file}-wal`).size, 0);
  for (let i = 0; i < 20; i++) {
    await post([mou(), mou()]);
    t.ok(emptyWal(file));
  }
  const reader = new Sqlite(file, { readonly: true });
  reader.exec('begin');
  reader.prepare('select count(*) from events').get();
  await post([mou()]);
  t.notOk(emptyWal(file), 'a reader in a transaction would have been in the way');
  reader.close();

  for (const socket of idle) t.notOk(socket.destroyed, 'a connection was kept alive all the time');
  for (const [name, answer] of Object.entries(paused)) t.notOk(answer.complete, `${name} was in the midst`);
  paused['a stream'].destroy();
  const lines = async (name: keyof typeof paused) => (await text(paused[name])).trim().split(/\r?\n/).length;
  t.equal(await lines('an export'), 501, 'and comes to its end');
  t.equal(await lines('a whole list as lines'), 500);
  t.equal(await lines('a whole list as a table'), 1 + 501);
});

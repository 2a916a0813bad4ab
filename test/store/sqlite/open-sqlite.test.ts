import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { eventColumns } from '../../../src/db/schema.ts';
import { StoreUnavailable } from '../../../src/store/lock-file.ts';
import { openSqlite } from '../../../src/store/sqlite/open-sqlite.ts';
import { checkStore } from '../../helpers/check-store.ts';
import { serveChild, start } from '../../helpers/child.ts';
import { ledgerFile } from '../../helpers/database.ts';
import { given, initiative, meeting, mou, now, openLedger } from '../../helpers/decide.ts';
import { syncingBy } from '../../helpers/syncs.ts';

/** A server that listens, and the address of its initiative `sci`. */
async function serve(t: Test, file: string): Promise<{ child: ChildProcess; events: string }> {
  const { child, url } = await serveChild(t, file);
  return { child, events: `${url}/v1/initiatives/sci/events` };
}

const post = (events: string, body: object): Promise<Response> =>
  fetch(events, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Runs on the database as somebody who has the file would. */
function tamper(file: string, statement: string, ...values: unknown[]): void {
  const db = new Sqlite(file);
  try {
    db.prepare(statement).run(...values);
  } finally {
    db.close();
  }
}

test('events are never changed and never deleted', async (t) => {
  const ledger = await given(t, meeting('m', '2023', { coChairs: [{ name: 'Ada Example' }] }), mou());
  for (const name of eventColumns.filter((name) => name !== 'fingerprint')) {
    for (const value of [name, `${name} || ''`]) {
      t.throws(
        () => tamper(ledger.file, `update events set ${name} = ${value} where position = 1`),
        { message: 'events are never changed' },
        name,
      );
    }
  }
  t.throws(() => tamper(ledger.file, 'delete from events where position = 3'), {
    message: 'events are never deleted',
  });
  t.throws(() => tamper(ledger.file, 'delete from events'), { message: 'events are never deleted' });
  t.equal(ledger.end(), 3);
});

test('a fingerprint can be emptied and nothing else', async (t) => {
  const ledger = await given(t, mou());
  for (const value of [Buffer.alloc(32), Buffer.alloc(0)]) {
    t.throws(() => tamper(ledger.file, 'update events set fingerprint = ? where position = 2', value), {
      message: 'events are never changed',
    });
  }
  tamper(ledger.file, 'update events set fingerprint = null where position = 2');
  t.match(
    ledger.rows('events').map(({ fingerprint }) => fingerprint),
    [Buffer, null],
  );
});

test('tiles are never changed and never deleted', async (t) => {
  const ledger = await given(t, mou({ repeat: 600 }));
  t.equal(ledger.rows('tiles').length, 2);
  t.throws(() => tamper(ledger.file, 'update tiles set root = root'), { message: 'tiles are never changed' });
  t.throws(() => tamper(ledger.file, 'update tiles set hashes = zeroblob(8192) where tile_index = 1'), {
    message: 'tiles are never changed',
  });
  t.throws(() => tamper(ledger.file, 'delete from tiles where tile_index = 1'), {
    message: 'tiles are never deleted',
  });
});

test('the check of a store finds what was tampered with', async (t) => {
  const harm: Record<string, string[]> = {
    'a leaf': [
      'drop trigger events_are_never_changed',
      `update events set leaf = replace(leaf, '"v":1', '"v":2') where position = 1`,
    ],
    'a column': ['drop trigger events_are_never_changed', `update events set recorded_by = 'x'`],
    'an event that is gone': [
      'drop trigger events_are_never_deleted',
      'delete from events where position = 2',
    ],
    'a last event that is gone': [
      'drop trigger events_are_never_deleted',
      'delete from events where position = (select max(position) from events)',
    ],
    'the head': ['update head set root_hash = zeroblob(32)'],
    'a tile': ['drop trigger tiles_are_never_changed', 'update tiles set hashes = zeroblob(8192)'],
    'an opening': [`update openings set name = 'Bo Muster'`],
    'no opening': ['delete from openings'],
    'a state': [`update records set state = replace(state, 'Ada', 'Bo')`, `update records set named = 1`],
    'a superseded version': ['update records set to_position = null'],
    'a number': ['update record_numbers set last_number = last_number - 1'],
    'a key': ['update idempotency_keys set last_position = last_position + 1'],
  };
  for (const [name, statements] of Object.entries(harm)) {
    await t.test(name, async (t) => {
      const ledger = await given(t, meeting('m', '2023', { coChairs: [{ name: 'Ada Example' }] }));
      await ledger.post(mou({ repeat: 300 }));
      await ledger.post(
        { type: 'EvidenceAdded', recordId: 'm', sources: [{ publisher: 'P' }] },
        { key: 'k' },
      );
      await ledger.close();
      checkStore(ledger.file);
      const harmed = `${ledger.file}-harmed`;
      const db = new Sqlite(ledger.file);
      db.exec(`vacuum into '${harmed}'`);
      db.close();
      for (const statement of statements) tamper(harmed, statement);
      t.throws(() => checkStore(harmed), { name: 'AssertionError' });
    });
  }
});

test('a ledger is open once', async (t) => {
  const ledger = await given(t);
  const second = await openSqlite(ledger.file).catch((error: unknown) => error);
  t.ok(second instanceof StoreUnavailable);
  await ledger.close();
  const again = await openLedger(t, () => now, ledger.url);
  await again.post(mou());
});

test('a second process on the same file ends with exit code 2 and one line', async (t) => {
  const { file } = await given(t);
  const child = start(file);
  t.teardown(() => child.kill('SIGKILL'));
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  t.equal(code, 2);
  t.match(stderr, /^milestone-ledger: another process has the ledger open[^\n]+\n$/);
});

test('a post is answered, and to be seen, when it is on disk and not before', async (t) => {
  const ledger = await given(t);
  const { store } = ledger;
  const [begun, synced] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  syncingBy(t, () => {
    begun.resolve();
    return synced.promise;
  });
  let answered = false;
  const posted = ledger.post(mou()).then(() => {
    answered = true;
  });
  await begun.promise;
  await ledger.refresh();
  t.equal(ledger.end(), 2, 'it is written');
  await new Promise(setImmediate);
  t.notOk(answered);
  t.equal((await store.head()).position, 1);
  synced.resolve();
  await posted;
  t.equal((await store.head()).position, 2);
});

test('where the log can not be synced, nothing more is recorded until a restart', async (t) => {
  const ledger = await given(t);
  syncingBy(t, () => Promise.reject(new Error('EIO: i/o error, fdatasync')));
  await t.rejects(ledger.post(mou()), { code: 'storage-unavailable' });
  await ledger.refused(mou(), 'storage-unavailable', undefined);
  t.equal((await ledger.store.head()).position, 1);
});

test('what was acknowledged survives kill -9', async (t) => {
  const file = ledgerFile(t);
  const { child, events } = await serve(t, file);
  await post(events, initiative());
  const acknowledged: { position: number; eventId: string }[] = [];
  const exit = once(child, 'exit');
  /** Posts one after the other until the server is gone. */
  const officer = async (repeat: number): Promise<void> => {
    for (;;) {
      try {
        const answer = await post(events, mou({ repeat }));
        const { recorded } = (await answer.json()) as { recorded: typeof acknowledged };
        acknowledged.push(...recorded);
      } catch {
        return;
      }
      if (acknowledged.length > 300) child.kill('SIGKILL');
    }
  };
  await Promise.all([1, 2, 3, 5, 8, 13].map(officer));
  t.same(await exit, [null, 'SIGKILL']);

  const after = await openLedger(t, () => Date.now(), `file:${file}`);
  const logged = new Map(after.rows('events').map(({ position, event_id }) => [position, event_id]));
  t.ok(acknowledged.length > 300);
  t.same(
    acknowledged.filter(({ position, eventId }) => logged.get(position) !== eventId),
    [],
  );
  checkStore(file);
  const { recorded } = await after.post(mou());
  t.equal(recorded[0]?.position, logged.size + 1);
});

test('closing answers or refuses each post, and records what it answers', async (t) => {
  const file = ledgerFile(t);
  const app = await openLedgerApp(readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '' }), false);
  t.teardown(() => app.close());
  const url = '/v1/initiatives/sci/events';
  await app.inject({ method: 'POST', url, payload: initiative() });
  const answers: Awaited<ReturnType<typeof app.inject>>[] = [];
  let closed: Promise<void> | undefined;
  /** Posts one after the other until it is refused. */
  const officer = async (): Promise<void> => {
    for (;;) {
      let answer: (typeof answers)[number];
      try {
        answer = await app.inject({ method: 'POST', url, payload: mou({ repeat: 2 }) });
      } catch (error) {
        // Over a socket it would not even have been accepted any more.
        t.match(error, { code: 'FST_ERR_REOPENED_CLOSE_SERVER' });
        return;
      }
      answers.push(answer);
      if (answer.statusCode !== 201) return;
      if (answers.length > 100) closed ??= app.close();
    }
  };
  await Promise.all(Array.from({ length: 20 }, officer));
  await closed;
  t.ok(answers.length > 100);
  for (const answer of answers) {
    if (answer.statusCode === 201) continue;
    t.equal(answer.json().code, 'shutting-down');
    t.match(answer.headers['retry-after'], /^[0-9]+$/);
  }
  const acknowledged = answers
    .flatMap((answer) => (answer.statusCode === 201 ? answer.json().recorded : []))
    .map(({ eventId }) => eventId);
  const db = new Sqlite(file, { readonly: true });
  const logged = db.prepare<[], string>('select event_id from events where position > 1').pluck().all();
  db.close();
  t.same(logged.sort(), acknowledged.sort());
});

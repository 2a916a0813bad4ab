import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { pino } from 'pino';
import { type Test, test } from 'tap';
import { everything } from '../../src/access/visible.ts';
import { type App, openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Answered, errorOf, type FromThread, type Question } from '../../src/reading/messages.ts';
import { ReadingThread } from '../../src/reading/thread.ts';
import { endOf } from '../../src/views/at.ts';
import { ledgerFile } from '../helpers/database.ts';
import { initiative, meeting, mou } from '../helpers/decide.ts';
import { type LogLine, listen } from '../helpers/shell.ts';
import { recordMuch } from '../helpers/streaming.ts';
import { until } from '../helpers/until.ts';

// A ledger whose answers are computed by a real thread.

interface Served {
  app: App;
  file: string;
  post: (...events: object[]) => Promise<number[]>;
  lines: LogLine[];
}

async function serve(t: Test, file = ledgerFile(t)): Promise<Served> {
  const lines: LogLine[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const app = await openLedgerApp(readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '' }), log);
  t.teardown(() => app.close());
  const post = async (...events: object[]): Promise<number[]> => {
    const url = '/v1/initiatives/sci/events';
    const answer = await app.inject({ method: 'POST', url, payload: { events } });
    if (answer.statusCode !== 201) throw new Error(answer.body);
    return answer.json().recorded.map(({ position }: { position: number }) => position);
  };
  return { app, file, post, lines };
}

/** Moves the whole -wal into the file, unless somebody reads from it: then false. */
function emptyWal(file: string): boolean {
  const db = new Sqlite(file);
  // One row, with 1 where it could not.
  const [{ busy } = { busy: 1 }] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  db.close();
  return busy === 0;
}

/** A reading thread on this thread, asked by messages. */
async function threadOn(t: Test, file: string) {
  const { port1, port2 } = new MessageChannel();
  t.teardown(() => port1.close());
  new ReadingThread(port2, { file, origin: 'log.example.org' }, async () => {
    throw new Error('no page was asked for');
  });
  const ask = async (message: object): Promise<Answered> => {
    port1.postMessage(message);
    for (;;) {
      // It says nothing else.
      const [said] = (await once(port1, 'message')) as [FromThread];
      if (said !== 'alive') return said;
    }
  };
  return { ask, tell: (message: object) => port1.postMessage(message) };
}

const question = (id: number, position: number, parameters: Record<string, unknown>): Question => {
  const head = { position, recordedAt: 0, rootHash: Buffer.alloc(32) };
  const asked = { answer: 'listRecords', at: endOf(head), parameters, asBatch: false };
  return { id, task: 'list', asked, place: 0, visible: everything, head, swaps: 0 };
};

test('between two pieces of a whole list no transaction is open, and after the last one nothing is', async (t) => {
  const { app, file, post } = await serve(t);
  await post(initiative());
  await recordMuch((events, _, defaults) => post(...events.map((event) => ({ ...defaults, ...event }))));
  const end = (await app.inject('/v1/initiatives/sci')).json().asOf.position;
  const { ask, tell } = await threadOn(t, file);
  const first = await ask(question(1, end, { format: 'ndjson' }));
  t.ok('more' in first && first.more);
  for (let pieces = 0; ; pieces++) {
    await post(mou());
    t.ok(emptyWal(file));
    const next = await ask({ next: 1 });
    if ('piece' in next && next.piece) continue;
    t.ok(pieces > 1, `${pieces} pieces`);
    break;
  }
  t.same(await ask({ next: 1 }), { id: 1, piece: undefined }, 'it is over');

  await ask(question(2, end, { format: 'ndjson' }));
  tell({ cancel: 2 });
  t.same(await ask({ next: 2 }), { id: 2, piece: undefined }, 'nobody takes it any more');

  const asked = ask(question(3, end, { q: 'nothing of the kind' }));
  tell({ cancel: 3 });
  const answered = await asked;
  t.match('failure' in answered && errorOf(answered.failure).message, /abort/, 'it stops at the next query');
});

test('a bug is logged once with the id of its request, and not shown; what is damaged is no bug of one request', async (t) => {
  const { app, file, post, lines } = await serve(t);
  await post(initiative(), mou({ recordId: 'a' }), mou({ recordId: 'b' }));
  const db = new Sqlite(file);
  db.prepare("update records set state = '{' where position = 2").run();
  const broken = await app.inject('/v1/initiatives/sci/mous');
  t.match(broken.json(), { status: 500, code: 'internal-error' });
  t.notMatch(broken.body, 'JSON');
  t.equal(lines.length, 1);
  t.match(lines, [{ reqId: broken.headers['x-request-id'], err: { stack: /records|rows|JSON/ } }]);
  t.equal((await app.inject('/v1/initiatives/sci/projects')).statusCode, 200, 'others are answered');
  db.prepare('update records set state = null where position = 2').run();
  db.close();
  t.equal((await app.inject('/v1/initiatives/sci/mous')).statusCode, 200);
});

test('a file that can not be opened by a thread is told as what it is', async (t) => {
  const { ask } = await threadOn(t, join(t.testdir(), 'ledger.db'));
  for (const id of [1, 2]) {
    const answered = await ask(question(id, 0, {}));
    t.match(answered, { id, failure: { sqlite: { code: 'SQLITE_CANTOPEN' } } });
  }
});

test('a thread shows no name that was erased, and the -wal is emptied beside what it reads', async (t) => {
  const { app, file, post } = await serve(t);
  const eventId = '0193aaaa-0000-7000-8000-00000000000a';
  await post(initiative(), { ...meeting('m', '2023-12-14', { coChairs: [{ name: 'Lee Jun' }] }), eventId });
  await recordMuch((events, _, defaults) => post(...events.map((event) => ({ ...defaults, ...event }))));
  const urls = ['/v1/events?limit=5', '/v1/records?kind=meeting', '/v1/initiatives/sci/meetings/m'];
  for (const url of urls) t.match((await app.inject(url)).body, 'Lee Jun', url);
  const { openings } = (await app.inject(`/v1/events/${eventId}`)).json();
  const commitments = [openings[0].commitment];
  const search = app.inject('/v1/records?q=nothing+of+the+kind&count=true');
  await post({ type: 'PersonalDataErased', recordId: 'm', commitments, legalBasis: 'Art. 17(1)(a) GDPR' });
  for (const url of urls) t.notMatch((await app.inject(url)).body, 'Lee Jun', url);
  t.equal((await search).statusCode, 200);
  t.ok(emptyWal(file));
});

test('counts that a thread keeps end with the read model that they were of', async (t) => {
  const { app, file, post } = await serve(t);
  await post(initiative(), mou({ recordId: 'a' }), mou({ recordId: 'b' }));
  const counts = async (): Promise<number> =>
    (await app.inject('/v1/initiatives/sci/summary?until=2099-01')).json().counts.mous.total;
  const db = new Sqlite(file);
  db.prepare("update records set kind = 'project' where position = 2").run();
  t.equal(await counts(), 1, 'what is stored is what is told');
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/v1/rebuild' });
  t.equal(statusCode, 200);
  t.match(body, '"swapped":true');
  t.equal(await counts(), 2);
  db.close();
});

test('a download that is broken off ends no other', async (t) => {
  const { app, post, lines } = await serve(t);
  await post(initiative());
  await recordMuch((events, _, defaults) => post(...events.map((event) => ({ ...defaults, ...event }))));
  const port = await listen(app);
  const sci = '/v1/initiatives/sci';
  const paths = [
    `${sci}/datapackage.zip`,
    `${sci}/mous?format=csv`,
    `${sci}/mous?format=ndjson`,
    '/v1/export',
  ];
  for (const path of [...paths, ...paths]) {
    const request = get({ port, path, agent: false });
    const [response] = await once(request, 'response');
    t.equal(response.statusCode, 200, path);
    await once(response, 'data');
    response.destroy();
    await until(() => app.underWay.size === 0);
  }
  t.equal((await app.inject(`${sci}/mous?q=nothing`)).statusCode, 200);
  t.same(
    lines.filter(({ level }) => level >= 50),
    [],
    'no thread failed',
  );
});

test('closing lets a download that is taken come to its end, and ends the thread', async (t) => {
  const { app, post, lines } = await serve(t);
  await post(initiative());
  await recordMuch((events, _, defaults) => post(...events.map((event) => ({ ...defaults, ...event }))));
  const port = await listen(app);
  const open = async (path: string): Promise<IncomingMessage> => {
    const request = get({ port, path, agent: false });
    t.teardown(() => request.destroy());
    const [response] = await once(request, 'response');
    return response;
  };
  const taken = await open('/v1/initiatives/sci/mous?format=ndjson');
  const gone = await open('/v1/initiatives/sci/mous?format=csv');
  gone.destroy();
  await until(async () => app.underWay.size === 1);
  const closed = app.close();
  let text = '';
  for await (const chunk of taken) text += chunk;
  t.equal(text.trim().split('\n').length, 500);
  t.ok(taken.complete);
  await closed;
  t.same(
    lines.filter(({ level }) => level >= 50),
    [],
    'no thread failed',
  );
});

import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { compiledOnce } from '../../src/store/sqlite/statements.ts';
import { claim, meeting, mou, registered } from '../http/reading/register.ts';

/** A ledger whose rows may be changed by hand, as it is not checked in the end. */
async function openFilled(t: Test) {
  const directory = t.testdir();
  const file = join(directory, 'ledger.db');
  // Only queries of this thread are seen.
  const config = readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '', READING_THREADS: '0' });
  const app = await openLedgerApp(config, false);
  t.teardown(() => app.close());
  const post = async (initiativeId: string, ...events: object[]): Promise<void> => {
    const url = `/v1/initiatives/${initiativeId}/events`;
    const { statusCode, body } = await app.inject({ method: 'POST', url, payload: { events } });
    if (statusCode !== 201) throw new Error(body);
  };
  await post('gone', registered());
  await post('sci', registered(), meeting('jic-1', '2023'), mou('mou-a', '2023', { meetingId: 'jic-1' }));
  const get = async (url: string) => {
    const { statusCode, body } = await app.inject(url);
    if (statusCode !== 200) throw new Error(`${url}: ${body}`);
    return JSON.parse(body);
  };
  return { app, file, get, post };
}

/** How many queries that give rows are run. */
async function queriesOf(work: () => Promise<unknown>): Promise<number> {
  const db = new Sqlite(':memory:');
  const statement = Object.getPrototypeOf(db.prepare('select 1')) as Sqlite.Statement;
  db.close();
  const { all } = statement;
  let queries = 0;
  statement.all = function (this: Sqlite.Statement, ...values) {
    queries += 1;
    return Reflect.apply(all, this, values);
  };
  try {
    await work();
  } finally {
    statement.all = all;
  }
  return queries;
}

/** What SQLite is asked, with the plan of each statement. */
async function plansOf(
  file: string,
  work: () => Promise<unknown>,
): Promise<{ text: string; plan: string }[]> {
  const texts = new Set<string>();
  const { prepare } = Sqlite.prototype;
  // It takes and gives what the one that it stands for does.
  Sqlite.prototype.prepare = function (this: Sqlite.Database, text: string) {
    texts.add(text);
    return Reflect.apply(prepare, this, [text]);
  } as typeof prepare;
  try {
    await work();
  } finally {
    Sqlite.prototype.prepare = prepare;
  }
  const db = new Sqlite(file, { readonly: true });
  const plans = [...texts].map((text) => {
    const values = Array(text.split('?').length - 1).fill(1);
    const rows = db
      .prepare<unknown[], { detail: string }>(`explain query plan ${compiledOnce(text)}`)
      .all(...values);
    return { text, plan: rows.map(({ detail }) => detail).join('\n') };
  });
  db.close();
  return plans;
}

test('a slice of the records is bounded by nothing but its own positions', async (t) => {
  const { file, get } = await openFilled(t);
  const plans = await plansOf(file, () => get('/v1/records?pillar=nowhere&count=true&asOfPosition=4'));
  const slices = plans.filter(({ plan }) =>
    plan.includes('SEARCH records USING INTEGER PRIMARY KEY (rowid>'),
  );
  t.ok(slices.length >= 1);
  // SQLite takes the first bound that it finds, and from then on each slice would be read to the end of the ledger.
  for (const { text } of slices)
    t.equal(text.match(/(?<!\+records\.|initiative\.)\bposition"? <= /g)?.length, 1, text);
});

test('initiatives are counted by their index, and milestones of a meeting found by theirs', async (t) => {
  const { file, get } = await openFilled(t);
  const plansFor = async (path: string, ...parts: string[]) =>
    (await plansOf(file, () => get(path)))
      .filter(({ text }) => parts.every((part) => text.includes(part)))
      .map(({ plan }) => plan.split('\n')[0]);
  t.same(await plansFor('/v1/summary', 'count(*)'), [
    'SEARCH records USING INDEX records_initiatives (initiative_id>?)',
  ]);
  const ofMeeting =
    'SEARCH records USING INDEX records_by_meeting (initiative_id=? AND meeting_id=? AND kind=?)';
  t.same(await plansFor('/v1/initiatives/sci/mous?meetingId=jic-1&zone=x', 'meeting_id', 'made'), [
    ofMeeting,
  ]);
  t.same(await plansFor('/v1/initiatives/sci/events?recordId=mou-a', 'record_id', 'octet_length'), [
    'SEARCH events USING INDEX sqlite_autoindex_events_2 (initiative_id=? AND record_id=?)',
  ]);
  for (const list of ['/v1/events', '/v1/initiatives/sci/events'])
    for (const filter of ['reasonCode=other', 'type=RecordCorrected&type=RecordRetracted'])
      for (const plan of await plansFor(`${list}?${filter}&count=true`, 'reason_code'))
        t.equal(plan, 'SEARCH events USING INDEX events_with_reason (position>? AND position<?)', filter);
});

test('any number of initiatives may be retracted', async (t) => {
  const { file, get } = await openFilled(t);
  const before = await get('/v1/records');
  t.equal(before.items.length, 4);
  const db = new Sqlite(file);
  const columns = db
    .prepare<[], string>(
      "select name from pragma_table_info('records') where name not in ('position', 'initiative_id', 'record_id', 'standing')",
    )
    .pluck()
    .all();
  // More than a statement has parameters. They stand before the log begins, where no position is taken.
  db.exec(`insert into records (position, initiative_id, record_id, standing, ${columns})
    with recursive number(n) as (select 1 union all select n + 1 from number where n < 33000)
    select -n, 'gone-' || n, 'gone-' || n, 0, ${columns} from records, number where records.position = 1`);
  db.close();
  t.same((await get('/v1/records')).items, before.items);
  t.equal((await get('/v1/records?count=true')).total, 4);
  t.equal((await get('/v1/summary')).initiatives, 2);
  t.equal((await get('/v1/initiatives')).items.length, 2);
});

test('claims and meetings are looked for in slices, however many of them do not stand or are not known yet', async (t) => {
  const { file, get, post } = await openFilled(t);
  await post('sci', claim('claim-a', '2023', { scope: 'meeting:jic-1' }));
  for (const path of ['claims', 'meetings']) {
    const plans = await plansOf(file, () => get(`/v1/initiatives/sci/${path}?asOfPosition=5`));
    const lists = plans.filter(({ plan }) => plan.includes('records_by_kind'));
    t.ok(lists.length >= 1, path);
    for (const { plan, text } of lists) t.match(plan, /kind=\? AND made>\? AND made<\?/, text);
  }
});

test('what is the same as other milestones is looked up in few queries, however many there are', async (t) => {
  const { get, post } = await openFilled(t);
  const copies = Array.from({ length: 300 }, (_, i) => mou(`copy-${i}`, '2023', { sameAs: `sci/own-${i}` }));
  await post('sci', ...copies.map((_, i) => mou(`own-${i}`, '2023')));
  await post('gone', ...copies);
  const queries = await queriesOf(async () => t.equal((await get('/v1/summary')).counts.mous.total, 301));
  t.ok(queries > 5 && queries < 40, `${queries}`);
});

import Sqlite from 'better-sqlite3';
import t from 'tap';
import { answeredAtOnce } from '../../../src/shapes/asking.ts';
import { Agreement } from '../../../src/store/rebuild/agreement.ts';
import { countsAgree } from '../../../src/store/rebuild/counts-agreement.ts';
import { countsAgreeInThread } from '../../../src/store/rebuild/thread.ts';
import { answerOf } from '../../../src/store/sqlite/statements.ts';
import { sampleLedger, tampered } from '../../verify/sample.ts';

const sample = await sampleLedger(t);
const { end } = sample;
const db = new Sqlite(tampered(t, sample, () => {}));
t.teardown(() => db.close());
for (const name of db.prepare("select name from sqlite_schema where type = 'trigger'").pluck().all())
  db.exec(`drop trigger ${name}`);
const answer = answerOf(db);

function recordsAgree(): boolean {
  const agreement = new Agreement();
  for (const to of [500, 1_000, end]) if (!answeredAtOnce(agreement.next(to), answer)) return false;
  return answeredAtOnce(agreement.rest(end), answer);
}

/** In a transaction that is rolled back. */
async function after<T>(statements: string, look: () => T | Promise<T>): Promise<T> {
  db.exec(`begin; ${statements}`);
  try {
    return await look();
  } finally {
    db.exec('rollback');
  }
}

t.test('records agree with the log, and do not after any change', async (t) => {
  t.ok(recordsAgree());
  const first = '(select min(prev_position) from records)';
  // Of a record with a version in the piece before.
  const across = '(select min(position) from records where position > 1000 and prev_position <= 1000)';
  const columns = "title_key = 1, named = 0, keys = 'x', made = 2, meeting_id = 'x', standing = 0".split(
    ', ',
  );
  const changes = [
    ...columns.map((set) => `update records set ${set} where position = 10`),
    `update records set state = replace(state, 'Other', 'Odder') where position = (select min(position) from records where state like '%Other%')`,
    'update records set to_position = 7 where position = 11',
    `update records set to_position = null where position = ${first}`,
    `update records set prev_position = 4 where prev_position = ${first}`,
    `update records set prev_position = prev_position + 1 where position = ${across}`,
    // A row that is of another record, and names a row of that one.
    `update records set prev_position = prev_position + 1, record_id =
      (select record_id from records as other where other.position = records.prev_position + 1) where position = ${across}`,
    `update records set standing = 0 where position = ${first}`,
    'delete from records where position = 100',
    'update record_numbers set last_number = 3',
    "insert into record_numbers values ('sci', 'claim', 9)",
    "update events set leaf = 'x' where position = 700",
    "update events set record_id = 'x' where position = 700",
    'delete from events where position = 700',
  ];
  for (const change of changes) t.notOk(await after(change, recordsAgree), change);
  t.ok(recordsAgree());
});

t.test('counts agree with the records, and do not after a change', async (t) => {
  const agree = (): Promise<boolean> => countsAgree({ answer }, end, async () => {});
  t.ok(await agree());
  t.ok(
    await after(
      'delete from count_snapshots where position = (select min(position) from count_snapshots)',
      agree,
    ),
  );
  const last = '(select max(position) from count_snapshots)';
  const changes = [
    `update count_snapshots set tally = x'00' where position = ${last}`,
    `update records set standing = 0 where position = ${last} - 1`,
    "insert into count_snapshots values ('nobody', 300, x'')",
    `insert into count_snapshots values ('sci', ${end + 1}, x'')`,
    "insert into count_snapshots values ('sci', 0, x'')",
  ];
  for (const change of changes) t.notOk(await after(change, agree), change);
  await t.rejects(after("update records set keys = 'x'", agree), 'which is as if they did not agree');
});

t.test('a thread of its own tells the same', async (t) => {
  const { signal } = new AbortController();
  t.ok(await countsAgreeInThread({ file: tampered(t, sample, () => {}) }, end, signal));
  const file = tampered(t, sample, (changed) => changed.exec("update count_snapshots set tally = x'00'"));
  t.notOk(await countsAgreeInThread({ file }, end, signal));
});

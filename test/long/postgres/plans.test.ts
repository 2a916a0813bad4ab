import pg from 'pg';
import { test } from 'tap';
import { everything } from '../../../src/access/visible.ts';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { copyLedger } from '../../../src/copy/copy-ledger.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { eventsIn, readOn } from '../../../src/views/event-log.ts';
import { SliceLength } from '../../../src/views/slices.ts';
import { allAnswers, type Values } from '../../copy/all-answers.ts';
import { later, makeSource } from '../../copy/source.ts';
import '../../helpers/on-postgres.ts';
import { execute, startCluster } from '../../helpers/postgres.ts';

/*
 * What is asked of a ledger of a million events must not read the whole of it. The planner decides by the size of the tables, so
 * a small ledger says nothing: there every table is best read from end to end. To make a million rows with their indexes takes
 * half a minute. Here are fewer, each on pages that are a tenth full, as a sequential scan is mostly the cost of its pages.
 * So it is cheaper here than where it counts, and so is every row that a plan goes through one by one; what reads a page, or a
 * slice, is a larger part of the whole. A plan that is not chosen here is not chosen there.
 */
const size = 30_000;

/** Rows as real ones, behind those of a small ledger: every tenth corrects one before, and most are of one initiative. */
const fill = `
  alter table events set (fillfactor = 10);
  alter table records set (fillfactor = 10);
  create temporary table made as select n, position, recorded_at + n as at, case when n % 20 < 18 then 'sci' else 'other' end as of,
      case when n % 10 = 0 then n - 5 end as corrects, case when n % 3 = 0 then 'project' else 'mou' end as kind
    from head, generate_series(position + 1, ${size}) as n;
  -- Indexes are made at the end, which takes half the time.
  update pg_index set indisready = false where indrelid in ('events'::regclass, 'records'::regclass);
  insert into events select n, '00000000-0000-7000-8000-' || lpad(n::text, 12, '0'), of, 'bulk-' || coalesce(corrects, n),
      case when corrects is null then 1 else 2 end, case when corrects is null then 'MoUSigned' else 'RecordCorrected' end, kind,
      '2023-12-14', n % 100, at, 'anonymous', case when corrects is not null then 'typing-error' end,
      '{"occurredOn":"2023-12-14","data":{"title":"Title"},"sources":[]}', null
    from made;
  insert into records select n, corrects, case when n % 10 = 5 then n + 5 end, coalesce(corrects, n), of,
      'bulk-' || coalesce(corrects, n), kind, case when corrects is null then 1 else 2 end, 1, null, '2023-12-14', '2023-12-14', 1,
      null, null, null, null, n, null, '2023-12-14', null, e'\\npillar=p-1\\nunsourced\\nsources=0\\n', e'title\\nbulk-' || n, null,
      '{"pillar":["p-1"],"zone":["z-1"],"sector":["s-1"]}'
    from made;
  reindex table events;
  reindex table records;
  insert into tiles select level, i, decode(repeat('00', 32), 'hex'), decode(repeat('00', 8192), 'hex')
    from generate_series(0, 1) as level, generate_series(0, ${size} / (256 ^ (level + 1))::int - 1) as i
    on conflict do nothing;
  insert into count_snapshots select initiative_id, n * 500, 0, ''
    from unnest(array['', 'sci', 'other']) as initiative_id, generate_series(1, ${size} / 500) as n
    on conflict do nothing;
  update head set position = ${size}, recorded_at = recorded_at + ${size};
  `;

/** Those that match rarely are the ones that would have everything read. */
const values: Values = {
  initiativeId: ['sci', 'other'],
  recordId: ['jic-1', 'r-16', `bulk-${size - 5}`],
  principalId: ['principal-1'],
  principal: ['principal-1'],
  tokenId: ['018cd97e-9200-4000-8000-000000000000'],
  right: ['read'],
  initiative: ['*'],
  route: ['GET /v1/summary'],
  eventId: [`00000000-0000-7000-8000-0000000${size - 5}`],
  code: ['version-conflict'],
  level: ['0', 'entries'],
  index: ['003', '000.p/5'],
  asOf: ['2024-02-01'],
  asOfPosition: [1, size / 2],
  until: ['2023-12', '2023-12-14'],
  type: ['RecordCorrected', 'PersonalDataErased'],
  kind: ['mou', 'meeting'],
  recordedBy: ['nobody'],
  reasonCode: ['duplicate'],
  recordedFrom: ['2024-02-01T04:00:00Z'],
  recordedTo: ['2024-02-01T06:00:00Z'],
  lateByDays: [40, 500],
  order: ['desc'],
  count: ['true'],
  limit: [1],
  after: [5, size - 500],
  // The whole of a list is its pages.
  format: [],
  excel: [],
  rows: [],
  series: ['JIC'],
  meetingId: ['jic-1'],
  // One of those that are searched alike.
  pillar: ['p-9'],
  sector: [],
  zone: [],
  party: [],
  'party.all': [],
  place: [],
  externalId: [],
  correlationId: ['list-1'],
  undated: [],
  sort: ['date', '-recorded'],
  by: ['year'],
  top: [],
  country: [],
  instrument: [],
  publisher: [],
  sourceUrl: [],
  sources: [],
  named: ['false'],
  inForceOn: ['2024-01-01'],
  endsBy: ['2030-01-01'],
  eventType: ['MoUSigned'],
  q: ['title 7'],
  standing: ['all', 'false'],
  unsourced: ['false'],
  path: ['/data/title'],
  from: [1],
  to: [2],
  metric: ['mous'],
  scope: ['all'],
  status: ['over'],
  conflicting: ['true'],
  size: [256],
  position: [700],
};

/** What is read to its end, which takes long: it is asked for below. */
const endless = ['/v1/export', '/v1/initiatives/{initiativeId}/changes'];

interface Statement {
  text: string;
  values: unknown[];
}

/** Every SELECT that is sent from now on, once for the same values. */
function statementsSent(): Map<string, Statement> {
  const sent = new Map<string, Statement>();
  const { query } = pg.Client.prototype;
  // It takes what the one that it stands for takes.
  pg.Client.prototype.query = function (this: pg.Client, ...asked: [unknown, unknown[]?]) {
    const [text, values = []] = asked;
    if (typeof text === 'string' && /^\s*(select|with)\b/.test(text))
      sent.set(JSON.stringify([text, values]), { text, values });
    return Reflect.apply(query, this, asked);
  } as typeof query;
  return sent;
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

const readsAll = (node: Plan): boolean =>
  node['Node Type'] === 'Seq Scan' && /^(events|records)$/.test(node['Relation Name'] ?? '');

test('no question reads the log or the records from end to end', async (t) => {
  const cluster = await startCluster(['autovacuum=off', 'shared_buffers=256MB']);
  t.teardown(() => cluster.end());
  await execute(cluster.url('postgres'), 'create database large');
  const url = cluster.url('large');
  await copyLedger(await makeSource(t, 200), url);
  await execute(url, fill);
  await execute(url, 'vacuum analyze');

  const ofMeetings = "select position from events where kind = 'meeting' order by position";
  const meetings = (await execute(url, ofMeetings)).map((row) => Object.values(row)[0]);
  t.ok(meetings.length > 2);

  const sent = statementsSent();
  const app = await openLedgerApp(readConfig({ DATABASE_URL: url, SIGNER_DIR: '' }), false, () => later);
  const answers = await allAnswers(app, values, endless);
  const good = answers.filter(({ status }) => status === 200);
  t.ok(good.length > 200, `${good.length} of ${answers.length} answers`);
  for (const range of [`from=${size - 3_000}`, 'to=3000', 'from=1000&to=4000&limit=7'])
    t.match((await app.inject(`/v1/initiatives/sci/changes?${range}&count=true`)).json(), { total: Number });
  for (const part of ['', '&initiativeId=other'])
    t.equal((await app.inject(`/v1/export?after=${size - 1_000}${part}`)).statusCode, 200);

  // What lies in slices far apart is found, in order.
  for (const list of ['/v1/events', '/v1/initiatives/sci/events']) {
    const positions = async (order: string): Promise<number[]> => {
      const { items } = (await app.inject(`${list}?kind=meeting&order=${order}`)).json();
      return items.map(({ position }: { position: number }) => position);
    };
    t.same(await positions('asc'), meetings, list);
    t.same(await positions('desc'), meetings.toReversed(), list);
  }
  for (const list of ['/v1/records', '/v1/initiatives/sci/mous'])
    for (const number of [size / 2 + 1, size - 7]) {
      const { items } = (await app.inject(`${list}?q=bulk-${number}`)).json();
      t.match(items, [{ recordId: `bulk-${number}` }], `${list} ${number}`);
      t.equal(items.length, 1);
    }
  await app.close();
  // As a stream reads.
  const store = await openStore(url);
  await readOn(
    store.db,
    { kind: 'meeting', visible: everything },
    { from: 0, to: size },
    { limit: 100, bytesMax: Infinity },
    new SliceLength(),
  );
  await eventsIn(store.db, { from: size - 200, to: size }, 100);
  await store.close();

  const client = new pg.Client(url);
  await client.connect();
  const found: string[] = [];
  for (const { text, values } of [...sent.values()]) {
    const { rows } = await client.query(`explain (format json) ${text}`, values);
    const [{ Plan: plan }] = rows[0]['QUERY PLAN'];
    if (nodesOf(plan).some(readsAll)) found.push(`${text} ${JSON.stringify(values)}`);
  }
  await client.end();
  t.same(found, []);
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Client, createClient, type Schemas } from '../../../src/client/client.ts';

/*
 * Keeps the MoUs of an initiative as an office keeps them in a spreadsheet, which changes every month. The spreadsheet is saved as text
 * with tabs: id, date, title, meeting. LEDGER_URL=… LEDGER_TOKEN=… node sync.ts INITIATIVE FILE "REASON" [EXPECTED]
 *
 * Without the last argument it shows what it would record, and the hash of that. With this hash it records exactly that, all or nothing:
 * nothing, if the file or a record has changed since. Records that others made stay as they are: the ids of these begin with "list-".
 */

interface Row {
  recordId: string;
  occurredOn: string;
  data: { title: string; meetingId?: string };
}
type Event = Schemas['PostedEvent'];
type Kept = Extract<Schemas['Record'], { kind: 'mou' }>;

const prefix = 'list-';

function rowsOf(file: string): Row[] {
  const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split(/\r?\n/);
  return lines.map((line) => {
    const [id = '', occurredOn = '', title = '', meetingId = ''] = line.split('\t');
    return { recordId: prefix + id, occurredOn, data: { title, ...(meetingId && { meetingId }) } };
  });
}

/** The MoUs that were made from the list, also those that it left out later. */
async function keptIn(client: Client, initiativeId: string): Promise<Map<string, Kept>> {
  const kept = new Map<string, Kept>();
  const mous = client.list('/v1/initiatives/{initiativeId}/mous', {
    initiativeId,
    standing: 'all',
    limit: 1000,
  });
  for await (const record of mous)
    if (record.kind === 'mou' && record.recordId.startsWith(prefix)) kept.set(record.recordId, record);
  return kept;
}

/** The events that make the records what the rows are. Each names the version that it was planned on. */
function plan(rows: readonly Row[], kept: ReadonlyMap<string, Kept>, text: string): Event[] {
  const reason = { code: 'late-information', text } as const;
  const changes = rows.flatMap((row): Event[] => {
    const record = kept.get(row.recordId);
    if (!record) return [{ type: 'MoUSigned', expectedVersion: 0, ...row }];
    const about = { recordId: row.recordId, reason };
    const isBack = record.status === 'retracted';
    const version = record.version + (isBack ? 1 : 0);
    const changed = changesOf(record, row);
    return [
      ...(isBack ? [{ type: 'RecordReinstated', expectedVersion: record.version, ...about } as const] : []),
      ...(changed
        ? [{ type: 'RecordCorrected', expectedVersion: version, ...about, changes: changed } as const]
        : []),
    ];
  });
  const listed = new Set(rows.map(({ recordId }) => recordId));
  const gone = [...kept.values()].filter(
    ({ recordId, status }) => status === 'standing' && !listed.has(recordId),
  );
  return [
    ...changes,
    ...gone.map(
      ({ recordId, version }) =>
        ({ type: 'RecordRetracted', recordId, expectedVersion: version, reason }) as const,
    ),
  ];
}

/** A JSON Merge Patch: null takes a member away. */
function changesOf({ occurredOn, data }: Kept, row: Row) {
  const patch = {
    ...(data.title !== row.data.title && { title: row.data.title }),
    ...(data.meetingId !== row.data.meetingId && { meetingId: row.data.meetingId ?? null }),
  };
  const changes = {
    ...(occurredOn !== row.occurredOn && { occurredOn: row.occurredOn }),
    ...(Object.keys(patch).length > 0 && { data: patch }),
  };
  return Object.keys(changes).length > 0 ? changes : undefined;
}

const [initiativeId = '', file = '', text = '', expected] = process.argv.slice(2);
const client = createClient({
  url: process.env['LEDGER_URL'] ?? 'http://127.0.0.1:3000',
  token: process.env['LEDGER_TOKEN'] ?? '',
});
const events = plan(rowsOf(file), await keptIn(client, initiativeId), text);
const hash = createHash('sha256').update(JSON.stringify(events)).digest('hex');
if (events.length === 0) console.log('Nothing to do: the records are what the list says.');
else if (expected === undefined) {
  const { warnings } = await client.record(initiativeId, { events }, { dryRun: true });
  for (const event of events) console.log(`${event.type}\t${event.recordId}`);
  for (const { detail } of warnings) console.log(`warning\t${detail}`);
  console.log(`To record this, repeat it with ${hash}`);
} else if (expected !== hash) {
  console.error('The file or a record has changed since: look at what would be recorded now.');
  process.exitCode = 1;
} else {
  // With the hash as its key, the same plan is recorded once however often it is sent.
  const { recorded, basis } = await client.record(initiativeId, { events }, { key: hash });
  console.log(`Recorded ${recorded.length} events; size ${basis.treeSize}`);
}

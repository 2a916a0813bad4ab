import { hash } from 'node:crypto';
import type { EventRow } from '../../src/db/schema.ts';
import { openStore } from '../../src/store/open-store.ts';
import { Upkeep } from '../../src/store/rebuild/upkeep.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { readModels } from '../../src/views/read-models.ts';
import { checkRows, type Rows } from '../helpers/check-store.ts';
import { checksOfAnswers, type Summaries } from './answers.ts';
import type { Follower } from './follower.ts';
import type { Instances } from './instances.ts';
import type { Journal, Recorded } from './journal.ts';

export interface Check {
  name: string;
  /** What was found wrong; empty: nothing. */
  wrong: string[];
}

interface Given {
  databaseUrl: string;
  signerDirectory: string;
  /** Of the database, which nobody uses any more. */
  rows: Rows;
  journal: Journal;
  followers: Follower[];
  /** By each instance as it went. */
  counted: Summaries[];
  instances: Pick<Instances, 'wrong'>;
}

/** Each promise, checked on the rows of the database, without the code that keeps it where that is possible. */
export async function checksOf(given: Given): Promise<Check[]> {
  const { rows, databaseUrl, signerDirectory, journal, followers, counted, instances } = given;
  return [
    ...(await checksOfLog({ rows, databaseUrl, journal })),
    {
      name: 'every stream reader was sent each position once, in order',
      wrong: unread(rows('events'), followers),
    },
    { name: 'read models equal a rebuild', wrong: await rebuilt(databaseUrl) },
    ...(await checksOfAnswers(databaseUrl, signerDirectory, rows, counted.flat())),
    { name: 'instances ended only when they were told to', wrong: instances.wrong },
  ];
}

/** Those that also a ledger in use stands, while nobody records. */
export async function checksOfLog({
  rows,
  databaseUrl,
  journal,
}: Pick<Given, 'rows' | 'databaseUrl' | 'journal'>): Promise<Check[]> {
  const events = rows('events');
  return [
    { name: 'positions have no gaps', wrong: gaps(events) },
    { name: 'versions of each record have no gaps', wrong: versionGaps(events) },
    { name: 'every acknowledged event is there once, as acknowledged', wrong: lost(events, journal) },
    { name: 'no request is there twice or in part, and no refused one', wrong: doubled(events, journal) },
    { name: 'an expected version was that of the record', wrong: unexpected(journal) },
    { name: 'answers are right, and repeated alike; reads see what was acknowledged', wrong: journal.wrong },
    { name: 'log, tree, openings and records are what the leaves make them', wrong: folded(rows) },
    { name: 'verify finds nothing', wrong: await found(databaseUrl) },
  ];
}

const gaps = (events: EventRow[]): string[] =>
  events.flatMap(({ position }, i) => (position === i + 1 ? [] : [`${position} is at place ${i + 1}`]));

function versionGaps(events: EventRow[]): string[] {
  const versions = new Map<string, number>();
  return events.flatMap(({ position, initiative_id, record_id, version }) => {
    const record = `${initiative_id}/${record_id}`;
    const before = versions.get(record) ?? 0;
    versions.set(record, version);
    return version === before + 1 ? [] : [`${position}: ${record} has ${version} after ${before}`];
  });
}

const leafHashOf = ({ leaf }: EventRow): string => hash('sha256', Buffer.from(`\0${leaf}`), 'hex');

function lost(events: EventRow[], { acknowledged }: Journal): string[] {
  const isThere = ({ position, eventId, recordId, version, leafHash }: Recorded): boolean => {
    const row = events[position - 1];
    return (
      row?.event_id === eventId &&
      row.record_id === recordId &&
      row.version === version &&
      leafHashOf(row) === leafHash
    );
  };
  const ids = new Set(events.map(({ event_id }) => event_id));
  return [
    ...(ids.size === events.length ? [] : [`${events.length - ids.size} eventIds are there twice`]),
    ...acknowledged.flatMap(({ request, recorded }) =>
      recorded
        .filter((one) => !isThere(one))
        .map((one) => `${request.id} was acknowledged as ${JSON.stringify(one)}`),
    ),
  ];
}

function doubled(events: EventRow[], { acknowledged, refused, givenUp }: Journal): string[] {
  const logged = new Map<string, number>();
  for (const { leaf } of events) {
    const { correlationId } = JSON.parse(leaf);
    logged.set(correlationId, (logged.get(correlationId) ?? 0) + 1);
  }
  const wrong: string[] = [];
  const expect = (id: string, ...counts: number[]): void => {
    const count = logged.get(id) ?? 0;
    logged.delete(id);
    if (!counts.includes(count)) wrong.push(`${id}: ${count} events instead of ${counts.join(' or ')}`);
  };
  for (const { request, recorded } of acknowledged) {
    expect(request.id, request.events);
    if (recorded.length !== request.events) wrong.push(`${request.id}: ${recorded.length} were acknowledged`);
  }
  for (const { id } of refused) expect(id, 0);
  for (const { id, events } of givenUp) expect(id, 0, events);
  return [...wrong, ...[...logged.keys()].map((id) => `nobody posted ${id}`)];
}

const unexpected = ({ acknowledged }: Journal): string[] =>
  acknowledged.flatMap(({ request: { id, expectedVersion }, recorded }) =>
    expectedVersion === undefined || recorded[0]?.version === expectedVersion + 1
      ? []
      : [`${id} expected ${expectedVersion} and made ${recorded[0]?.version}`],
  );

function unread(events: EventRow[], followers: Follower[]): string[] {
  const lines = events.map((row) => `${leafHashOf(row)}\n`);
  return followers.flatMap(({ wrong, position, digest }) => {
    const isTheLog = digest === hash('sha256', lines.slice(0, position).join(''), 'hex');
    return isTheLog ? wrong : [...wrong, `up to ${position} a reader was sent other leaves`];
  });
}

function folded(rows: Rows): string[] {
  try {
    checkRows(rows);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

async function found(databaseUrl: string): Promise<string[]> {
  const { findings } = await verifyLedger(databaseUrl);
  return findings.map((finding) => JSON.stringify(finding));
}

async function rebuilt(databaseUrl: string): Promise<string[]> {
  const store = await openStore(databaseUrl);
  try {
    const names = readModels.map(({ name }) => name);
    const views = await new Upkeep(store, readModels, true).run(names, () => {});
    return views.filter(({ differences }) => differences !== 0).map((view) => JSON.stringify(view));
  } finally {
    await store.close();
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { App } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { logContinuation } from '../../src/rules.ts';
import { Signer } from '../../src/signer/signer.ts';
import { SignerDirectory } from '../../src/signer/signer-directory.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { buildLedgerApp } from '../helpers/ledger.ts';
import type { Values } from './all-answers.ts';

/** When the copies are asked. */
export const later = Date.parse('2024-06-01T00:00:00.000Z');

const origin = 'log.example.org/one';
const renamed = 'log.example.org/two';
const reason = { code: 'other', text: 'Known better.' };
const sources = [
  { publisher: 'Smart Cities World', url: 'https://example.org/a', publishedOn: '2024-01-02' },
];
const eventIdOf = (n: number): string => `018cd97e-9200-7000-8000-${`${n}`.padStart(12, '0')}`;

/** A meeting with persons, under eventIds of the sender's own. */
const meetings = [1, 3].map((ordinal) => ({
  eventId: eventIdOf(ordinal),
  type: 'MeetingHeld',
  recordId: `jic-${ordinal}`,
  occurredOn: ordinal === 1 ? '2023-11' : '2023-12-14',
  data: { series: 'JIC', ordinal, coChairs: [{ name: `Chair ${ordinal}` }, { name: 'Ada Lovelace' }] },
}));

const milestone = (n: number) => ({
  type: n % 3 === 0 ? 'ProjectLaunched' : 'MoUSigned',
  ...(n % 2 === 0 ? { recordId: `r-${n}` } : {}),
  ...(n % 25 === 1 ? {} : { occurredOn: n % 5 === 0 ? '2023-12' : '2023-12-14' }),
  note: `Note ${n}`,
  ...(n % 4 === 0 ? { sources } : {}),
  data: {
    ...(n % 7 === 0 ? {} : { title: `Title ${n % 90}` }),
    ...(n % 25 === 1 ? { externalId: `E ${n}`, places: ['Northport'], references: [{ text: 'TS 14' }] } : {}),
    pillar: `p-${n % 4}`,
    zone: `z-${n % 3}`,
    ...(n % 2 === 0 ? { meetingId: n % 3 === 0 ? 'jic-3' : 'jic-1' } : {}),
    ...(n % 20 === 0 ? { parties: [{ name: `Person ${n}`, person: true }, { name: 'ICT' }] } : {}),
  },
});

/** Changes to some of the milestones from a number on. */
const changes = (from: number): object[] => {
  const at = (n: number) => ({ recordId: `r-${from + n}`, reason });
  const corrected = (n: number, changes: object) => ({ type: 'RecordCorrected', ...at(n), changes });
  return [
    ...[2, 4, 6].map((n) => corrected(n, { data: { title: `Other ${from + n}` } })),
    corrected(2, { data: { pillar: 'p-9' }, occurredOn: '2023-12-15' }),
    { type: 'RecordRetracted', ...at(8) },
    { type: 'RecordRetracted', ...at(10) },
    { type: 'RecordReinstated', ...at(10) },
    { type: 'EvidenceAdded', recordId: `r-${from + 14}`, sources },
    {
      type: 'FigureClaimed',
      occurredOn: '2023-12-31',
      data: { metric: 'mous', value: from, qualifier: 'exact', scope: 'all' },
      sources,
    },
  ];
};

/** Requests that were recorded, which may be repeated. */
export const repeats = {
  keyed: { key: 'milestones-0', payload: { events: Array.from({ length: 200 }, (_, n) => milestone(n)) } },
  byEventId: { payload: meetings[1] ?? {} },
  erased: { payload: meetings[0] ?? {} },
};

/**
 * The URL of a ledger in a file that has all that one can have: meetings, claims, names of persons, some of them erased,
 * corrections, retractions, kept answers, snapshots, checkpoints by two keys, and a second name. Goes with the test.
 */
export async function makeSource(t: Test, milestones: number): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-copy-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const url = `file:${join(directory, 'source.db')}`;
  let clock = Date.parse('2024-02-01T00:00:00.000Z');
  const store = await openSqlite(url.slice('file:'.length), { origin });
  const app = await buildLedgerApp(store, readConfig({ SIGNER_DIR: '' }), () => clock);
  const post = async (initiativeId: string, payload: object, key?: string): Promise<void> => {
    clock += 3_600_000;
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    const path = `/v1/initiatives/${initiativeId}/events`;
    const { statusCode, body } = await app.inject({ method: 'POST', url: path, payload, headers });
    if (statusCode !== 201) throw new Error(body);
  };
  await post('sci', { type: 'InitiativeRegistered', data: { name: 'SCI' } });
  await post('other', { type: 'InitiativeRegistered', data: { name: 'Other' } }, 'other');
  for (const meeting of meetings) await post('sci', meeting);
  await post('sci', repeats.keyed.payload, repeats.keyed.key);
  for (let from = 200; from < milestones; from += 200) {
    await post('sci', { events: Array.from({ length: 200 }, (_, n) => milestone(from + n)) }, `more-${from}`);
    await post('sci', { events: changes(from) }, `changes-${from}`);
  }
  const reclassified = { type: 'RecordReclassified', recordId: 'r-16', to: 'project', reason };
  await post('sci', reclassified);
  await post('other', { type: 'MoUSigned', occurredOn: '2024', data: { sameAs: 'sci/r-2' } });
  const named = { name: 'Office of ICT', aliases: ['ICT', 'The Office'], reason };
  for (const payload of [named, { ...named, country: 'SG' }])
    await app.inject({ method: 'POST', url: '/v1/parties', payload });
  const { openings } = (await app.inject(`/v1/events/${eventIdOf(1)}`)).json();
  await signed(store, join(directory, 'one'), clock);
  await post('sci', {
    type: 'PersonalDataErased',
    recordId: 'jic-1',
    commitments: [openings[0].commitment],
    legalBasis: 'Art. 17(1)(a) GDPR',
  });
  await rename(store, clock);
  await app.close();
  const again = await openSqlite(url.slice('file:'.length));
  await signed(again, join(directory, 'two'), clock);
  await again.close();
  return url;
}

async function signed(store: Store, directory: string, nowMs: number): Promise<void> {
  const signer = await Signer.open(
    store,
    new SignerDirectory(directory),
    () => nowMs,
    () => {},
  );
  await signer.sign();
  await signer.close();
}

/** As after a loss. */
async function rename(store: Store, nowMs: number): Promise<void> {
  for (const key of await store.db.selectFrom('signing_keys').selectAll().execute())
    await store.keepSigningKey({ ...key, signs_until: nowMs });
  await store.group(async ({ head, edge, write }) => {
    const continues = { origin, size: head.position, rootHash: Buffer.from(head.rootHash).toString('hex') };
    const change = logContinuation({
      eventId: eventIdOf(9),
      recordedAt: new Date(nowMs).toISOString(),
      position: head.position + 1,
      origin: renamed,
      continues,
    });
    await write({
      changes: [change],
      answers: [],
      tiles: edge.append(change.leafHash),
      edge,
      origin: renamed,
    });
  });
}

/** What to ask a ledger with that was made so, or a copy of it. */
export async function valuesOf(app: App): Promise<Values> {
  const { items } = (await app.inject('/v1/events?limit=1000')).json();
  const ids = [0, 2, 300, 999].flatMap((i) => items[i]?.event.eventId ?? []);
  return {
    initiativeId: ['sci', 'other', 'nowhere'],
    recordId: ['sci', 'jic-1', 'jic-3', 'r-202', 'r-208', 'r-16', 'mou-3', 'claim-1', 'nothing'],
    eventId: [...ids, '018cd97e-9200-7000-8000-00000000ffff'],
    principalId: ['principal-1'],
    principal: ['principal-1'],
    tokenId: ['018cd97e-9200-4000-8000-000000000000'],
    right: ['read', 'record'],
    initiative: ['sci', '*'],
    route: ['GET /v1/summary'],
    code: ['version-conflict'],
    level: ['0', '1', 'entries'],
    index: ['000', '003', '000.p/5', '007'],
    asOf: ['2024-02-01', '2024-02-01T05:00:00Z', '2024-05-01'],
    asOfPosition: [0, 1, 206, 1_234],
    until: ['2023-12', '2023-12-14'],
    type: ['RecordCorrected', 'PersonalDataErased'],
    kind: ['mou', 'meeting'],
    recordedBy: ['anonymous', 'nobody'],
    reasonCode: ['other', 'duplicate'],
    recordedFrom: ['2024-02-01T04:00:00Z'],
    recordedTo: ['2024-02-01T06:00:00Z'],
    lateByDays: [40, 50],
    order: ['desc'],
    count: ['true'],
    limit: [1, 7, 1_000],
    after: [5, 'r-300', 'jic-1', 'x'],
    format: ['csv', 'ndjson', 'json'],
    excel: ['true'],
    rows: ['party'],
    series: ['JIC'],
    meetingId: ['jic-1', 'jic-3'],
    pillar: ['p-1', 'P-9'],
    sector: ['s-1'],
    zone: ['z-2'],
    party: ['ict'],
    'party.all': ['ict'],
    place: ['port'],
    externalId: ['e-1'],
    correlationId: ['list-1'],
    undated: ['true'],
    sort: ['date', '-title', '-recorded'],
    by: ['party', 'pillar,year', 'meeting'],
    top: [2],
    country: ['SG', 'CN'],
    instrument: ['none'],
    sources: [0, 1, 2],
    named: ['true', 'false'],
    inForceOn: ['2024-01-01'],
    endsBy: ['2030-01-01'],
    eventType: ['MoUSigned', 'Nothing'],
    q: ['title 7', 'other'],
    standing: ['all', 'false'],
    publisher: ['smart cities world'],
    sourceUrl: ['https://example.org/a'],
    unsourced: ['true'],
    path: ['/data/title'],
    from: [1, 300, 1_500, '2023-12'],
    to: [2, 1_600],
    metric: ['mous'],
    scope: ['all'],
    status: ['over', 'short'],
    conflicting: ['true'],
    size: [1, 256, 2_000],
    position: [1, 700],
  };
}

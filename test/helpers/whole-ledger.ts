import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { catalogue } from '../../events/catalogue.ts';
import type { App } from '../../src/app.ts';
import { openLedger, openLedgerApp } from '../../src/app.ts';
import { continueLog } from '../../src/cli/continue.ts';
import { rotateKey } from '../../src/cli/rotate-key.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { insertSession, revokeToken, useToken } from '../../src/store/credentials.ts';
import { addPrincipal, changeRights, disablePrincipal, issueToken } from '../../src/store/principals.ts';
import { fillSearch } from './search.ts';

/** A request with an Idempotency-Key, and what it was answered. */
interface Posted {
  url: string;
  headers: Record<string, string>;
  body: string;
  status: number;
  answer: unknown;
}

/** A ledger in a file with something of everything, stopped, and the directory of its signer. */
export interface WholeLedger {
  database: string;
  signer: string;
  /** Of its last event. */
  now: string;
  posted: Posted[];
  /** By address: JSON, or lines. */
  answers: Record<string, unknown>;
}

/** Positions of a segment of the search index: it has one, in which no column is empty. */
export const segmentLength = 800;
const id = 'shenzhen-sci';
const reason = { code: 'other', text: 'A test of upgrades.' } as const;
const [origin, nextOrigin] = ['log.example.org/milestones', 'log.example.org/milestones-2'];

/**
 * Makes a ledger in a directory: every type of event, names of persons and an erasure, events from a file, kept answers of
 * each shape, a full tile, a snapshot of counts, rotated keys, and a log that lost what was signed and goes on.
 */
export async function wholeLedger(directory: string): Promise<WholeLedger> {
  const database = join(directory, 'ledger.db');
  const configOf = (signer: string, LOG_ORIGIN: string): Config =>
    readConfig({ DATABASE_URL: `file:${database}`, SIGNER_DIR: join(directory, signer), LOG_ORIGIN });
  const [old, present] = [configOf('signer', origin), configOf('signer-2', nextOrigin)];
  const officer = new Officer();

  let app = await openLedgerApp(old, false, officer.clock);
  await everyType(app, officer);
  for (const aliases of [['ICT', 'The Office'], ['The Office']])
    await app.inject({
      method: 'POST',
      url: '/v1/parties',
      payload: { name: 'Office of ICT', aliases, reason },
      headers: { 'idempotency-key': `names-${aliases.length}` },
    });
  await everyAnswer(app, officer);
  await app.close();

  rotateKey(old.SIGNER_DIR, 30, officer.now, () => {});
  copyFileSync(database, `${database}.older`);
  app = await openLedgerApp(old, false, officer.clock);
  await officer.post(app, id, { type: 'MoUSigned', occurredOn: '2023' });
  await sign(app);
  await app.close();
  copyFileSync(`${database}.older`, database);
  officer.now += 1_000;
  await continueLog(old, nextOrigin, officer.now, () => {});

  app = await openLedgerApp(present, false, officer.clock);
  await another(app, officer);
  await app.close();
  officer.now += 1_000;
  rotateKey(present.SIGNER_DIR, 30, officer.now, () => {});

  app = await openLedgerApp(present, false, officer.clock);
  await officer.post(app, 'other', { type: 'ProjectLaunched', occurredOn: '2023-12/2024-01' });
  await sign(app);
  const answers = await answersOf(app, database);
  await app.close();
  await fillSearch(`file:${database}`, segmentLength);
  return {
    database,
    signer: present.SIGNER_DIR,
    now: new Date(officer.now).toISOString(),
    posted: officer.posted,
    answers,
  };
}

/** Closes a whole ledger to whoever is not known: principals, what became of them, tokens and a session. */
export async function addPrincipals({ database, signer, now }: WholeLedger): Promise<void> {
  const config = readConfig({
    DATABASE_URL: `file:${database}`,
    SIGNER_DIR: signer,
    LOG_ORIGIN: nextOrigin,
  });
  const nowMs = Date.parse(now) + 1_000;
  const ledger = await openLedger(config, false, () => nowMs);
  const by = { ...ledger, author: { principal: 'operator', authority: 'operator' } as const };
  for (const role of ['admin', 'recorder', 'auditor'] as const) {
    const grants = [{ role, initiativeId: '*' }];
    const { principalId } = await addPrincipal(by, { label: `The ${role}`, grants, reason });
    const token = { principalId, label: role, grants: { reader: [id] }, expiresAt: nowMs + 86_400_000 };
    const { token_id } = (await issueToken(ledger.store, token, nowMs)).row;
    if (role === 'recorder') await ledger.store.durably(useToken(token_id, nowMs));
    if (role === 'auditor') await ledger.store.durably(revokeToken(token_id, nowMs));
  }
  await ledger.store.durably(
    insertSession({
      hash: Buffer.alloc(32, 7),
      principal_id: 'principal-1',
      begun_at: nowMs,
      used_at: nowMs,
      idle_ends_at: nowMs + 3_600_000,
      ends_at: nowMs + 43_200_000,
    }),
  );
  await changeRights(by, 'principal-2', { grants: [{ role: 'reader', initiativeId: id }], reason });
  await disablePrincipal(by, 'principal-3', { reason });
  await ledger.signer?.sign();
  await ledger.close();
}

/** Posts, each time a second later. */
class Officer {
  now = Date.parse('2024-01-05T12:00:00.000Z');
  readonly posted: Posted[] = [];
  readonly clock = (): number => this.now;

  async post(app: App, initiativeId: string, body: object, key?: string): Promise<void> {
    this.now += 1_000;
    const url = `/v1/initiatives/${initiativeId}/events`;
    const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
    const payload = JSON.stringify(body);
    const { statusCode: status, body: text } = await app.inject({ method: 'POST', url, headers, payload });
    if (status !== 201) throw new Error(`${status}: ${text}`);
    if (key !== undefined)
      this.posted.push({ url, headers, body: payload, status, answer: JSON.parse(text) });
  }
}

/** Every type of event, by its examples. */
async function everyType(app: App, officer: Officer): Promise<void> {
  for (const { type, examples } of catalogue) {
    if (type === 'RecordRetracted')
      for (const recordId of ['mou-3', 'mou-7'])
        await officer.post(app, id, { type: 'MoUSigned', recordId, occurredOn: '2023-12-14' });
    // The members that are looked at here.
    const example = structuredClone(examples[0]) as { commitments?: string[]; recordId?: string };
    if (example.commitments) example.commitments = [await commitmentIn(app, id, example.recordId ?? '')];
    await officer.post(app, id, example, `example-${type}`);
  }
  await sign(app);
}

/** Kept answers with repeats, with a warning, and of many events; names; a file. */
async function everyAnswer(app: App, officer: Officer): Promise<void> {
  const coChairs = [{ name: 'Tan Ah Kow', role: 'Minister', side: 'Singapore' }, { name: 'Li Wei' }];
  const meeting = { type: 'MeetingHeld', recordId: 'jic-9', occurredOn: '2023-12-20', data: { coChairs } };
  await officer.post(app, id, meeting);
  const mou = (digit: number) => ({
    type: 'MoUSigned',
    eventId: `018cd97e-9200-7000-8000-00000000000${digit}`,
    occurredOn: '2023-12',
    data: { title: 'Twice' },
  });
  await officer.post(app, id, mou(1));
  await officer.post(app, id, { events: [mou(1), mou(2)] }, 'replayed');
  await officer.post(app, id, mou(3), 'warned');
  const many = { type: 'ProjectLaunched', repeat: 1000, data: { meetingId: 'jic-9', pillar: 'talent' } };
  await officer.post(app, id, many, 'many');
  const changes = { data: { coChairs: [{ name: 'Tan Ah Kow' }, { name: 'Wang Fang' }] } };
  await officer.post(app, id, { type: 'RecordCorrected', recordId: 'jic-9', changes, reason });
  const line = 'MoUSigned,2023-11,From a file';
  await app.inject({
    method: 'POST',
    url: `/v1/initiatives/${id}/import?importId=list`,
    headers: { 'content-type': 'text/csv' },
    payload: `type,occurredOn,title\n${line}\n${line}\n`,
  });
  await sign(app);
}

/** Another initiative, and a name that is erased. */
async function another(app: App, officer: Officer): Promise<void> {
  const register = { type: 'InitiativeRegistered', data: { name: 'Another one' } };
  await officer.post(app, 'other', register, 'other');
  const parties = [
    { name: 'Ann Other', person: true },
    { name: 'SUTD', country: 'SG' },
  ];
  const mou = { type: 'MoUSigned', recordId: 'mou-1', occurredOn: '2024-01-02?', data: { parties } };
  await officer.post(app, 'other', mou, 'named');
  const same = {
    title: 'Twice',
    externalId: 'fo-58509',
    sameAs: `${id}/mou-1`,
    instrument: 'letter',
    sector: 'ports',
    zone: 'north',
  };
  await officer.post(app, 'other', { type: 'MoUSigned', occurredOn: '2023-12', data: same });
  await officer.post(app, 'other', { type: 'MoUSigned', data: { title: 'Undated' } });
  const commitments = [await commitmentIn(app, 'other', 'mou-1')];
  const erasure = { recordId: 'mou-1', commitments, legalBasis: 'Art. 17(1)(a) GDPR' };
  await officer.post(app, 'other', { type: 'PersonalDataErased', ...erasure });
  await sign(app);
  await officer.post(app, 'other', { type: 'RecordRetracted', recordId: 'mou-1', reason });
  await sign(app);
}

/** The commitment to the first name in a record. */
async function commitmentIn(app: App, initiativeId: string, recordId: string): Promise<string> {
  const { body } = await app.inject(`/v1/initiatives/${initiativeId}/events?recordId=${recordId}&limit=1000`);
  return /"commitment":"([0-9a-f]{64})"/.exec(body)?.[1] ?? '';
}

/** Has the log signed as it is now: a proof needs a checkpoint that covers its event. */
async function sign(app: App): Promise<void> {
  const { items } = (await app.inject('/v1/events?order=desc&limit=1')).json() as LastEvent;
  const { statusCode, body } = await app.inject(`/v1/events/${items[0].event.eventId}/proof`);
  if (statusCode !== 200) throw new Error(body);
}

interface LastEvent {
  items: [{ event: { eventId: string } }];
}

async function answersOf(app: App, database: string): Promise<Record<string, unknown>> {
  const beside = new Sqlite(database, { readonly: true });
  const sizes = beside.prepare<[], number>('select size from checkpoints order by size').pluck().all();
  beside.close();
  const addresses = [
    '/v1/export',
    '/v1/log/keys',
    '/v1/events?limit=20&order=desc',
    '/v1/summary',
    `/v1/initiatives/${id}/summary`,
    `/v1/initiatives/${id}/summary?asOfPosition=20`,
    `/v1/initiatives/${id}/meetings/jic-4`,
    `/v1/initiatives/${id}/meetings/jic-9`,
    `/v1/initiatives/${id}/mous?limit=100`,
    `/v1/initiatives/${id}/records/jic-9/history`,
    `/v1/initiatives/${id}/records/jic-4/history`,
    '/v1/initiatives/other/records/mou-1',
    ...sizes.map((size) => `/v1/log/checkpoint?size=${size}`),
  ];
  const answers: Record<string, unknown> = {};
  for (const address of addresses) {
    const { statusCode, body, headers } = await app.inject(address);
    if (statusCode !== 200) throw new Error(`${address}: ${body}`);
    const isJson = `${headers['content-type']}`.startsWith('application/json');
    answers[address] = isJson ? JSON.parse(body) : body.split('\n');
  }
  return answers;
}

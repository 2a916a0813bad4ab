import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { decide } from '../../src/ledger/decide.ts';
import { Draft } from '../../src/ledger/draft.ts';
import { World } from '../../src/ledger/world.ts';
import { itemsOf, rules } from '../../src/rules.ts';
import { commitmentOf } from '../../src/shapes/people.ts';
import {
  claim,
  corrected,
  given,
  initiative,
  meeting,
  mou,
  reason,
  reinstated,
  retracted,
  type TestLedger,
} from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';

const tan = 'Tan Wei Ling of Erewhon';
const lee = 'Lee Jun of Erewhon';
const chaired = (name: unknown, more: object = {}) => ({ data: { coChairs: [{ name }], ...more } });
const jic4 = (...names: string[]) =>
  meeting('jic-4', '2023-12-14', { coChairs: names.map((name) => ({ name })) });
const erased = (recordId: string, commitments: string[], more: object = {}) => ({
  type: 'PersonalDataErased',
  recordId,
  commitments,
  legalBasis: 'Art. 17(1)(a) GDPR',
  ...more,
});
const heldBy = ({ data: { coChairs = [] } }: ReturnType<TestLedger['record']>): string[] =>
  coChairs.map(({ name }: { name: { commitment: string } }) => name.commitment);
const held = (ledger: TestLedger, recordId = 'jic-4'): string[] => heldBy(ledger.record(recordId));
const names = ({ rows }: TestLedger): string[] =>
  rows('openings')
    .sort((a, b) => a.position - b.position || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
/** The files of the ledger, once the -wal was folded in. */
const bytes = ({ file }: TestLedger): string =>
  ['', '-wal']
    .map((suffix) => file + suffix)
    .flatMap((path) => (existsSync(path) ? [readFileSync(path, 'latin1')] : []))
    .join('');
const fingerprints = ({ rows }: TestLedger): boolean[] =>
  rows('events').map(({ fingerprint }) => fingerprint !== null);

test('an erasure destroys what commitments open to, and leaves the record and the log as they are', async (t) => {
  const ledger = await given(t, jic4(tan, lee));
  const before = ledger.record('jic-4');
  const leaves = ledger.rows('events').map(({ leaf }) => leaf);
  const [first = ''] = held(ledger);
  const { recorded } = await ledger.post(
    erased('jic-4', [first], { requestedBy: 'the data subject', note: 'n', expectedVersion: 1 }),
  );
  t.match(recorded, [{ recordId: 'jic-4', version: 2 }]);
  t.strictSame(ledger.event().erased, {
    commitments: [first],
    legalBasis: 'Art. 17(1)(a) GDPR',
    requestedBy: 'the data subject',
  });
  t.equal(ledger.event().note, 'n');
  t.strictSame(ledger.record('jic-4'), { ...before, version: 2 });
  t.same(names(ledger), [lee]);
  t.same(
    ledger
      .rows('events')
      .map(({ leaf }) => leaf)
      .slice(0, 2),
    leaves,
  );
});

test('what holds no such name is refused', async (t) => {
  const ledger = await given(t, jic4(tan), meeting('jic-5', '2023-12-14', { coChairs: [{ name: lee }] }));
  const [ofFour = ''] = held(ledger);
  const [ofFive = ''] = held(ledger, 'jic-5');
  await ledger.post(initiative(), { initiativeId: 'other' });
  await ledger.post(jic4('Somebody'), { initiativeId: 'other' });
  const [ofOther = ''] = heldBy(ledger.record('jic-4', 'other'));
  await ledger.refused(erased('jic-4', [ofFour, 'a'.repeat(64)]), 'rule-violated', '/commitments/1');
  await ledger.refused(erased('jic-4', [ofFive]), 'rule-violated', '/commitments/0');
  await ledger.refused(erased('jic-4', [ofOther]), 'rule-violated', '/commitments/0');
  await ledger.refused(erased('sci', [ofFour]), 'rule-violated', '/commitments/0');
  await ledger.refused(erased('nothing', [ofFour]), 'record-not-found', '/recordId');
  await ledger.refused(
    { events: [claim({}, { recordId: 'c' }), erased('c', [ofFour])] },
    'rule-violated',
    '/events/1/commitments/0',
  );
  await ledger.refused(
    erased('jic-4', [ofFour], { expectedVersion: 7 }),
    'version-conflict',
    '/expectedVersion',
  );
  t.equal(names(ledger).length, 3);
});

test('an erasure names at least one commitment, a ground, and one record', async (t) => {
  const ledger = await given(t, jic4(tan));
  const [commitment = ''] = held(ledger);
  const { legalBasis: _, ...groundless } = erased('jic-4', [commitment]);
  const { recordId: __, ...nowhere } = erased('jic-4', [commitment]);
  for (const [body, pointer] of [
    [erased('jic-4', []), '/commitments'],
    [erased('jic-4', Array(101).fill(commitment)), '/commitments'],
    [erased('jic-4', [tan]), '/commitments/0'],
    [groundless, '/legalBasis'],
    [nowhere, '/recordId'],
    [{ ...nowhere, where: { meetingId: 'jic-4' } }, '/where'],
    [erased('jic-4', [commitment], { reason }), '/reason'],
  ] as const) {
    await t.rejects(ledger.post(body), { code: 'invalid-body', members: { errors: [{ pointer }] } }, pointer);
  }
});

test('erasing what is erased changes nothing, and is refused; of a mixture the rest is erased', async (t) => {
  const ledger = await given(t, jic4(tan, lee));
  const [first = '', second = ''] = held(ledger);
  await ledger.post(erased('jic-4', [first, first]));
  t.strictSame(ledger.event().erased?.commitments, [first], 'one that is named twice stands once');
  await ledger.refused(erased('jic-4', [first]), 'no-change', '/commitments');
  await ledger.refused(
    { events: [erased('jic-4', [second]), erased('jic-4', [second])] },
    'no-change',
    '/events/1/commitments',
  );
  await ledger.post(erased('jic-4', [first, second]));
  t.strictSame(ledger.event().erased?.commitments, [second]);
  t.same(names(ledger), []);
});

test('an erasure has its own eventId, under which it can be repeated', async (t) => {
  const ledger = await given(t, jic4(tan));
  const event = erased('jic-4', held(ledger), { eventId: randomUUID() });
  await ledger.post(event);
  t.match(await ledger.post(event), { recorded: [{ position: 3, replayed: true }] });
});

test('a name of an earlier version can be erased', async (t) => {
  const ledger = await given(t, jic4(tan));
  const [commitment = ''] = held(ledger);
  await ledger.post(corrected('jic-4', chaired(lee)));
  await ledger.post(erased('jic-4', [commitment]));
  t.same(names(ledger), [lee]);
});

test('a retracted record and a retracted initiative accept an erasure, and stay retracted', async (t) => {
  const party = { parties: [{ name: tan, person: true }] };
  const ledger = await given(t, jic4(lee), mou({ recordId: 'm', data: { meetingId: 'jic-4', ...party } }));
  const [ofMeeting = ''] = held(ledger);
  const ofMou = ledger.record('m').data.parties[0].name.commitment;
  await ledger.post({ events: [retracted('m'), erased('m', [ofMou])] });
  t.match(ledger.record('m'), { version: 3, standing: 0 });
  await ledger.post(retracted('sci'));
  await ledger.post(erased('jic-4', [ofMeeting]));
  await ledger.refused(erased('sci', [ofMeeting]), 'rule-violated', '/commitments/0');
  await ledger.refused(corrected('jic-4', chaired(lee)), 'initiative-retracted', '');
  t.same(names(ledger), []);
  await ledger.post({ events: [reinstated('sci'), reinstated('m')] });
});

test('after an erasure the commitment can be repeated, and the name posted again has a new one', async (t) => {
  const ledger = await given(t, jic4(tan));
  const [commitment = ''] = held(ledger);
  await ledger.post(erased('jic-4', [commitment]));
  await ledger.post(corrected('jic-4', chaired({ commitment }, { place: 'Shenzhen' })));
  t.same(held(ledger), [commitment]);
  t.same(names(ledger), []);
  await ledger.post(corrected('jic-4', chaired(tan)));
  t.notSame(held(ledger), [commitment]);
  t.same(names(ledger), [tan]);
  await ledger.post(erased('jic-4', held(ledger)));
  t.same(names(ledger), []);
});

/** The same events: one request each, in one group; or one request. */
const ways: [string, (ledger: TestLedger, events: object[]) => Promise<unknown>][] = [
  ['in one request', (ledger, events) => ledger.post({ events })],
  ['in one group', (ledger, events) => Promise.all(events.map((event) => ledger.post(event)))],
];
for (const [how, post] of ways) {
  test(`an erasure and a correction of a record are right in either order, ${how}`, async (t) => {
    const after = await given(t, jic4(tan));
    const [commitment = ''] = held(after);
    await post(after, [
      erased('jic-4', [commitment]),
      corrected('jic-4', chaired(tan, { place: 'Shenzhen' })),
    ]);
    t.notSame(held(after), [commitment], 'a name that is erased is not found again');
    t.same(names(after), [tan], 'what was posted after the erasure stays');
    t.same(fingerprints(after), [true, false, true, true]);

    const before = await given(t, jic4(tan));
    const [first = ''] = held(before);
    await post(before, [
      corrected('jic-4', chaired(tan, { place: 'Shenzhen' })),
      erased('jic-4', [first]),
      corrected('jic-4', { data: { place: 'Singapore' } }),
    ]);
    t.same(held(before), [first]);
    t.same(names(before), []);
    t.same(
      fingerprints(before),
      [true, false, false, true, true],
      'the name was posted in the first correction too',
    );
  });
}

test('a name that an earlier event of the same request brought goes too', async (t) => {
  const ledger = await given(t);
  // Nobody knows a commitment before it is answered, but where the salt is fixed.
  const salt = Buffer.alloc(32, 7);
  const [of5, of6] = [commitmentOf(salt, tan), commitmentOf(salt, lee)];
  const events = [
    meeting('jic-5', '2023-12-14', { coChairs: [{ name: tan }] }),
    erased('jic-5', [of5]),
    meeting('jic-6', '2023-12-14', { coChairs: [{ name: lee }] }),
  ];
  const posting = {
    initiativeId: 'sci',
    principal: 'officer',
    authority: 'operator' as const,
    items: itemsOf({ events }),
    dryRun: false,
  };
  await ledger.store.group(async ({ head, edge, facts, answered, write }) => {
    const world = new World(head.position, facts);
    const draft = new Draft(world);
    const circumstances = {
      recordedAt: '2024-01-05T12:00:00.000Z',
      lastDay: '2024-01-06',
      fingerprintKey: ledger.store.fingerprintKey,
      newId: randomUUID,
      newSalt: () => salt,
    };
    await answered(decide(rules, posting, draft, circumstances));
    draft.accept(rules.namingPersons);
    t.equal(world.names.get(of5), undefined);
    t.match(world.names.get(of6), { name: lee, recordId: 'jic-6' });
    const tiles = draft.changes.flatMap(({ leafHash }) => edge.append(leafHash));
    await write({ changes: draft.changes, answers: [], tiles, edge });
  });
  t.same(names(ledger), [lee]);
  t.same(fingerprints(ledger), [true, false, true, true]);
});

test('a repeat of an event that a name was posted in is refused, and others are known as before', async (t) => {
  const ledger = await given(t);
  const id = randomUUID;
  const made = { ...jic4(tan), eventId: id() };
  const moved = corrected('jic-4', { data: { place: 'Shenzhen' } }, { eventId: id() });
  const other = { ...meeting('jic-5'), eventId: id() };
  await ledger.post({ events: [made, other] }, { key: 'k' });
  await ledger.post(moved);
  await ledger.post(meeting('jic-6'), { key: 'l' });
  const erasure = erased('jic-4', held(ledger), { eventId: id() });
  // In one group: the repeats are decided after the erasure, before it is written.
  const [, repeated] = await Promise.allSettled([ledger.post(erasure), ledger.post(made)]);
  t.match(repeated, { status: 'rejected', reason: { code: 'event-exists' } });
  for (const event of [made, moved]) await ledger.refused(event, 'event-exists', '/eventId');
  for (const event of [other, erasure]) t.match(await ledger.post(event), { recorded: [{ replayed: true }] });
  await ledger.refused({ events: [made, other] }, 'idempotency-key-reused', undefined, { key: 'k' });
  t.match(await ledger.post(meeting('jic-6'), { key: 'l' }), { kept: true });
});

test('the kept answer of a request that only repeated such an event is no longer known either', async (t) => {
  const ledger = await given(t);
  const made = { ...jic4(tan), eventId: randomUUID() };
  await ledger.post(made);
  const body = { events: [made, meeting('jic-5')] };
  await ledger.post(body, { key: 'k' });
  t.match(await ledger.post(body, { key: 'k' }), { kept: true });
  await ledger.post(erased('jic-4', held(ledger)));
  await ledger.refused(body, 'idempotency-key-reused', undefined, { key: 'k' });
});

test('a trial run erases nothing', async (t) => {
  const ledger = await given(t, jic4(tan));
  t.match(await ledger.post(erased('jic-4', held(ledger)), { dryRun: true }), { recorded: [{ version: 2 }] });
  t.same(names(ledger), [tan]);
});

const person = (): string => `name-${randomBytes(4 + Math.floor(Math.random() * 40)).toString('hex')}-end`;

test('the bytes of the files hold an erased name nowhere', onlyLong, async (t) => {
  const ledger = await given(t);
  const gone: string[] = [];
  const kept: string[] = [];
  for (let round = 0; round < 40; round += 1) {
    const persons = Array.from({ length: 40 }, person);
    const events = persons.map((name, i) =>
      meeting(`m-${round}-${i}`, '2023-12-14', { coChairs: [{ name }] }),
    );
    await ledger.post({ events });
    gone.push(...persons.slice(0, 10));
    kept.push(...persons.slice(10));
  }
  const before = bytes(ledger);
  t.ok(
    gone.every((name) => before.includes(name)),
    'they were there',
  );
  const recordIds = Array.from({ length: 40 }, (_, round) =>
    Array.from({ length: 10 }, (_, i) => `m-${round}-${i}`),
  ).flat();
  await ledger.post({ events: recordIds.map((recordId) => erased(recordId, held(ledger, recordId))) });
  const after = bytes(ledger);
  t.same(
    gone.filter((name) => after.includes(name)),
    [],
  );
  t.ok(kept.every((name) => after.includes(name)));
});

test('where a reader is in the way, the -wal is emptied by a later group', async (t) => {
  const ledger = await given(t, jic4(tan));
  const reader = new Sqlite(ledger.file, { readonly: true });
  t.teardown(() => reader.close());
  reader.exec('begin');
  reader.prepare('select count(*) from openings').get();
  const start = performance.now();
  await ledger.post(erased('jic-4', held(ledger)));
  t.ok(performance.now() - start < 2_000, 'nobody waits for it');
  t.ok(bytes(ledger).includes(tan), 'the reader still sees what was');
  reader.exec('commit');
  await ledger.post(meeting('jic-5'));
  t.notOk(bytes(ledger).includes(tan));
});

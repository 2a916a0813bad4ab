import fc from 'fast-check';
import { test } from 'tap';
import type { StoredEvent } from '../../src/shapes/stored-event.ts';
import {
  claim,
  corrected,
  evidence,
  initiative,
  meeting,
  mou,
  reason,
  reclassified,
  reinstated,
  retracted,
} from '../helpers/decide.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { buildLedger } from '../helpers/ledger.ts';

type App = Awaited<ReturnType<typeof buildLedger>>;

const send = async (app: App, path: string, payload: object, headers: Record<string, string> = {}) => {
  const answer = await app.inject({ method: 'POST', url: `/v1/initiatives/${path}`, payload, headers });
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
};
const positionsIn = ({ status, body }: Awaited<ReturnType<typeof send>>): number[] => {
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.recorded.map(({ position }: { position: number }) => position);
};
const posted = async (app: App, ...events: object[]) =>
  positionsIn(await send(app, 'sci/events', { events }));
const undo = (app: App, chosen: object, query = '', headers = {}) =>
  send(app, `sci/undo${query}`, { ...chosen, reason }, headers);
const undone = async (app: App, ...positions: number[]) => positionsIn(await undo(app, { positions }));

/** The records of an initiative without their versions. */
async function stateOf(app: App, id = 'sci') {
  const { items } = (await app.inject(`/v1/initiatives/${id}/events?limit=1000`)).json();
  const ids = new Set<string>(items.map(({ event }: { event: StoredEvent }) => event.recordId));
  const states = await Promise.all(
    [...ids].map(async (recordId) => {
      const url = `/v1/initiatives/${id}/records/${recordId}`;
      const { version: _, basis: __, asOf: ___, ...state } = (await app.inject(url)).json();
      return [recordId, state] as const;
    }),
  );
  return new Map(states);
}

test('what events made is retracted, and what they changed is as it was', async (t) => {
  const app = await buildLedger(t);
  await posted(
    app,
    initiative(),
    meeting('m', '2023'),
    mou({ recordId: 'a', data: { title: 'A', parties: [{ name: 'Ann', person: true }, { name: 'X' }] } }),
    mou({ recordId: 'b', sources: [{ publisher: 'P' }] }),
    claim({}, { recordId: 'c' }),
  );
  const before = await stateOf(app);
  const positions = await posted(
    app,
    mou({ recordId: 'd', data: { meetingId: 'm' } }),
    corrected('a', { data: { title: null, zone: 'Z' }, removeParty: { name: 'x' }, addParty: { name: 'Y' } }),
    corrected('a', { data: { parties: [{ name: 'Bea', person: true }] } }, { sources: [{ publisher: 'Q' }] }),
    evidence('b', 'Q', 'R'),
    reclassified('b', 'project'),
    retracted('c'),
  );
  const { body } = await undo(app, { positions }, '?dryRun=true');
  t.match(body.recorded.at(-1), { type: 'RecordRetracted', recordId: 'd', index: 0 });
  t.match(body.recorded[2], {
    type: 'RecordCorrected',
    recordId: 'b',
    index: 3,
    changes: [
      { path: '/sources/2', from: { publisher: 'R' } },
      { path: '/sources/1', from: { publisher: 'Q' } },
    ],
  });
  const back = await undone(app, ...positions);
  t.equal(back.length, positions.length);
  const after = await stateOf(app);
  t.equal(after.get('d')?.status, 'retracted');
  after.delete('d');
  t.strictSame(after, before, 'also the name of a person');
  const sources = (await app.inject(`/v1/events?after=${back[2]}&limit=1`)).json().items[0];
  t.ok(sources, 'each is an event of the log');

  await undone(app, ...back);
  const again = await stateOf(app);
  t.equal(again.get('d')?.status, 'standing', 'an undo is undone');
  t.equal(again.get('c')?.status, 'retracted');
  t.strictSame(again.get('a').data, { zone: 'Z', parties: [{ name: 'Bea', person: true }] });
});

test('a later event of a record is in the way, and named', async (t) => {
  const app = await buildLedger(t);
  const [, made = 0, changed = 0] = await posted(
    app,
    initiative(),
    mou({ recordId: 'a' }),
    evidence('a', 'P'),
  );
  const eventId = (await app.inject(`/v1/events?after=${changed - 1}`)).json().items[0].event.eventId;
  const { status, body } = await undo(app, { positions: [made] });
  t.equal(status, 409);
  t.match(body, {
    code: 'event-in-the-way',
    inTheWay: { position: changed, eventId, recordId: 'a' },
    errors: [{ pointer: '/positions/0' }],
  });
  await undone(app, made, changed);
  t.match((await undo(app, { positions: [changed] })).body, {
    code: 'event-in-the-way',
    inTheWay: { position: 5 },
  });
});

test('what can not be undone is refused whole, with its place', async (t) => {
  const app = await buildLedger(t);
  const [, held = 0, made = 0] = await posted(
    app,
    initiative(),
    meeting('m', '2023', { coChairs: [{ name: 'Ann' }] }),
    mou({ recordId: 'a', data: { meetingId: 'm' } }),
  );
  const { items } = (await app.inject('/v1/events')).json();
  const [{ name }] = items[1].event.data.coChairs;
  const [erased = 0] = await posted(app, {
    type: 'PersonalDataErased',
    recordId: 'm',
    commitments: [name.commitment],
    legalBasis: 'Art. 17 GDPR',
  });
  const refused = async (body: object, code: string, pointer: string) => {
    const answer = await send(app, 'sci/undo', body);
    t.match(answer.body, { code, errors: [{ pointer }] }, code);
  };
  await refused({ positions: [made, erased], reason }, 'erasure-final', '/positions/1');
  await refused({ positions: [held], reason }, 'event-in-the-way', '/positions/0');
  await refused({ positions: [made, 99], reason }, 'event-not-found', '/positions/1');
  await refused({ reason }, 'invalid-body', '/positions');
  await refused({ positions: [1], correlationId: 'c', reason }, 'invalid-body', '/correlationId');
  await refused({ positions: [1, 1], reason }, 'invalid-body', '/positions');
  await refused({ positions: [made] }, 'invalid-body', '/reason');
  await refused(
    { positions: [made], reason: { code: 'duplicate', text: 'T' } },
    'invalid-body',
    '/reason/duplicateOf',
  );
  await refused({ correlationId: 'c', reason }, 'nothing-matches', '/correlationId');
  const [other = 0] = await posted(app, meeting('n', '2022'));
  await posted(app, mou({ data: { meetingId: 'n' } }));
  await refused({ positions: [other], reason }, 'meeting-in-use', '/positions/0');
  t.equal((await app.inject('/v1/events')).json().basis.treeSize, 6, 'nothing was recorded');
});

test('a correlationId undoes what one recorded with it, and a key makes a retry safe', async (t) => {
  const app = await buildLedger(t);
  await posted(app, initiative());
  const correlationId = 'file "7"';
  await posted(
    app,
    mou({ recordId: 'a', correlationId }),
    mou({ recordId: 'b', note: `"correlationId":"file` }),
  );
  await posted(app, evidence('b', 'P'), { ...evidence('b', 'Q'), correlationId });
  const headers = { 'idempotency-key': 'k' };
  const first = await undo(app, { correlationId }, '', headers);
  t.equal(first.status, 201);
  t.same(
    first.body.recorded.map(
      ({ recordId, type }: { recordId: string; type: string }) => `${recordId} ${type}`,
    ),
    ['b RecordCorrected', 'a RecordRetracted'],
  );
  const again = await undo(app, { correlationId }, '', headers);
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.strictSame(again.body, first.body);
  t.match((await undo(app, { correlationId: 'file' })).body, { code: 'nothing-matches' });
});

/** An event for one of a few records, which may be refused. */
const record = fc.constantFrom('a', 'b', 'm');
const someEvent = fc.oneof(
  record.map((id) => (id === 'm' ? meeting(id, '2023') : mou({ recordId: id, data: { title: id } }))),
  fc
    .tuple(record, fc.constantFrom('Y', 'Z', null))
    .map(([id, zone]) => corrected(id, id === 'm' ? { data: { place: zone } } : { data: { zone } })),
  fc.tuple(record, fc.constantFrom('X', 'Y')).map(([id, name]) => corrected(id, { addParty: { name } })),
  fc.tuple(record, fc.constantFrom('X', 'Y')).map(([id, name]) => corrected(id, { removeParty: { name } })),
  fc
    .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('m', null))
    .map(([id, meetingId]) => corrected(id, { data: { meetingId } })),
  fc.tuple(record, fc.constantFrom('P', 'Q')).map(([id, publisher]) => evidence(id, publisher)),
  record.map((id) => retracted(id)),
  record.map((id) => reinstated(id)),
  fc.tuple(record, fc.constantFrom('mou', 'project')).map(([id, to]) => reclassified(id, to)),
);

test(
  'undoing a sequence of events gives the records as before, and a part of it says what is in the way',
  moreInLong,
  async (t) => {
    const app = await buildLedger(t);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(someEvent, { minLength: 1, maxLength: 12 }),
        fc.nat({ max: 12 }),
        fc.infiniteStream(fc.boolean()),
        async (events, start, chosen) => {
          const id = `i-${++runs}`;
          positionsIn(await send(app, `${id}/events`, initiative()));
          let before = await stateOf(app, id);
          const recorded: { position: number; recordId: string }[] = [];
          for (const [i, event] of events.entries()) {
            if (i === start) before = await stateOf(app, id);
            const { status, body } = await send(app, `${id}/events`, event);
            if (status === 201 && i >= start) recorded.push(...body.recorded);
          }
          if (recorded.length === 0) return;

          const some = recorded.filter(() => chosen.next().value);
          const inTheWay = recorded.filter(
            (one) =>
              !some.includes(one) &&
              some.some(({ recordId, position }) => recordId === one.recordId && position < one.position),
          );
          const positionsOf = (all: typeof recorded) => all.map(({ position }) => position);
          if (some.length > 0) {
            const chosen = { positions: positionsOf(some), reason };
            const { body } = await send(app, `${id}/undo?dryRun=true`, chosen);
            if (inTheWay.length > 0) {
              t.equal(body.code, 'event-in-the-way');
              t.ok(positionsOf(inTheWay).includes(body.inTheWay.position));
            } else t.notMatch(body, { code: 'event-in-the-way' });
          }

          positionsIn(await send(app, `${id}/undo`, { positions: positionsOf(recorded), reason }));
          for (const [recordId, state] of await stateOf(app, id))
            if (before.has(recordId)) t.strictSame(state, before.get(recordId), recordId);
            else t.equal(state.status, 'retracted', recordId);
        },
      ),
      { numRuns: effort(15, 300) },
    );
  },
);

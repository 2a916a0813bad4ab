import { randomUUID } from 'node:crypto';
import { test } from 'tap';
import { sourcesMax } from '../../src/shapes/fields.ts';
import {
  claim,
  corrected,
  evidence,
  given,
  initiative,
  meeting,
  mou,
  openLedger,
  project,
  reason,
  reclassified,
  reinstated,
  retracted,
  type TestLedger,
} from '../helpers/decide.ts';

const ids = ({ recorded }: { recorded: { recordId: string }[] }): string[] =>
  recorded.map(({ recordId }) => recordId);
const where = { meetingId: 'jic-4' };
const { recordId: _, ...correctedWhere } = corrected('', { occurredOn: '2023-12-14' });
const { recordId: __, ...retractedWhere } = retracted('');
const { recordId: ___, ...evidenceWhere } = evidence('', 'A second paper');

test('an initiative is registered under its own id, once', async (t) => {
  const ledger = await openLedger(t);
  await ledger.refused(initiative({ recordId: 'another' }), 'rule-violated', '/recordId');
  const { recorded } = await ledger.post(initiative({ recordId: 'sci' }));
  t.match(recorded, [{ recordId: 'sci', version: 1, position: 1, index: 0 }]);
  await ledger.refused(initiative(), 'record-exists', '/recordId');
});

test('the stored event holds what was posted, and what the ledger adds', async (t) => {
  const ledger = await given(t);
  const eventId = '0193E0B8-7C00-7000-8000-00000000ABCD';
  const posted = mou({
    eventId,
    recordId: 'mou-ai',
    data: { title: 'Talent', amount: { value: 1.5, currency: 'SGD' } },
    sources: [{ publisher: 'A paper', publishedOn: '2024-01-02' }],
    note: 'n',
    correlationId: 'c',
  });
  await ledger.post(posted, { principal: 'u-17' });
  t.strictSame(ledger.event(), {
    ...posted,
    eventId: eventId.toLowerCase(),
    v: 1,
    initiativeId: 'sci',
    kind: 'mou',
    version: 1,
    recordedAt: '2024-01-05T12:00:00.000Z',
    recordedBy: 'u-17',
  });
});

test('nothing but an initiative can be recorded where none is', async (t) => {
  const ledger = await openLedger(t);
  await ledger.refused(mou(), 'initiative-not-found', '');
  await ledger.refused(retracted('sci'), 'initiative-not-found', '');
  await ledger.refused(retracted('mou-1'), 'initiative-not-found', '');
  await ledger.refused({ ...retractedWhere, where }, 'initiative-not-found', '');
  await ledger.refused({ events: [mou(), initiative()] }, 'initiative-not-found', '/events/0');
  t.equal((await ledger.post({ events: [initiative(), mou()] })).recorded.length, 2);
});

test('the server makes readable ids, and none twice', async (t) => {
  const ledger = await given(t);
  t.same(ids(await ledger.post(mou())), ['mou-1']);
  t.same(ids(await ledger.post({ events: [mou(), project(), meeting(undefined as never)] })), [
    'mou-2',
    'project-1',
    'jic-4',
  ]);
  await ledger.post(retracted('mou-2'));
  t.same(ids(await ledger.post(mou())), ['mou-3'], 'not that of a retracted one');
  await ledger.refused(mou({ recordId: 'mou-2' }), 'record-exists', '/recordId');
  t.same(ids(await ledger.post({ events: [mou({ recordId: 'mou-5' }), mou()] })), ['mou-5', 'mou-6']);
  t.same(ids(await ledger.post(mou({ recordId: 'mou-4' }))), ['mou-4']);
  t.same(ids(await ledger.post(mou({ recordId: 'mou-007' }))), ['mou-007']);
  t.same(ids(await ledger.post(mou())), ['mou-8']);
  await ledger.post(reclassified('mou-8', 'project'));
  t.same(ids(await ledger.post({ events: [mou(), project()] })), ['mou-9', 'project-2']);
  const { recordId: _, ...unnamed } = meeting();
  t.same(ids(await ledger.post({ events: [unnamed, claim()] })), ['meeting-1', 'claim-1']);
});

test('an id that a record of another kind has taken is not made again', async (t) => {
  const ledger = await given(t, mou({ recordId: 'project-1' }), project({ recordId: 'mou-7' }));
  t.same(ids(await ledger.post({ events: [project(), mou()] })), ['project-2', 'mou-8']);
  const events = [meeting('claim-1'), claim(), claim({}, { recordId: 'meeting-3' })];
  t.same(ids(await ledger.post({ events })), ['claim-1', 'claim-2', 'meeting-3']);
  const { recordId: _, ...unnamed } = meeting();
  t.same(ids(await ledger.post(unnamed)), ['meeting-4']);
  await ledger.post(initiative(), { initiativeId: 'mou-1' });
  t.same(ids(await ledger.post(mou(), { initiativeId: 'mou-1' })), ['mou-2']);
});

test('after the highest readable number, ids are made from UUIDs', async (t) => {
  const ledger = await given(t, mou({ recordId: 'mou-999999999' }));
  const made = ids(await ledger.post(mou({ repeat: 2 })));
  t.equal(new Set(made).size, 2);
  for (const recordId of made) t.match(recordId, /^mou-[0-9a-f]{8}-[0-9a-f-]{27}$/);
  t.same(ids(await ledger.post(mou({ recordId: 'mou-1000000000' }))), ['mou-1000000000']);
  t.match(ids(await ledger.post(mou()))[0], /^mou-[0-9a-f]{8}-/);
});

test('ids of initiatives do not mix', async (t) => {
  const ledger = await given(t, mou(), mou());
  await ledger.post({ events: [initiative(), mou()] }, { initiativeId: 'other' });
  t.equal(ledger.record('mou-1', 'other').version, 1);
  t.same(ids(await ledger.post(mou())), ['mou-3']);
});

test('repeat makes that many records, one event each', async (t) => {
  const ledger = await given(t, meeting());
  const receipt = await ledger.post({ events: [meeting('jic-5'), mou({ repeat: 3 }), project()] });
  t.match(receipt.recorded, [
    { index: 0, position: 3, recordId: 'jic-5' },
    { index: 1, position: 4, recordId: 'mou-1' },
    { index: 1, position: 5, recordId: 'mou-2' },
    { index: 1, position: 6, recordId: 'mou-3' },
    { index: 2, position: 7, recordId: 'project-1' },
  ]);
  t.equal(new Set(receipt.recorded.map(({ eventId }) => eventId)).size, 5);
  t.notOk('repeat' in ledger.event(4));
  t.equal((await ledger.post(mou({ repeat: 1 }))).recorded.length, 1);
});

test('repeat does not go together with an id, and has bounds', async (t) => {
  const ledger = await given(t);
  await ledger.refused(mou({ repeat: 2, recordId: 'mou-x' }), 'invalid-body', '/recordId');
  await ledger.refused(mou({ repeat: 2, eventId: randomUUID() }), 'invalid-body', '/eventId');
  await ledger.refused(mou({ repeat: 0 }), 'invalid-body', '/repeat');
  await ledger.refused(mou({ repeat: 1001 }), 'invalid-body', '/repeat');
  await ledger.refused({ ...meeting(), repeat: 2 }, 'invalid-body', '/repeat');
});

test('a request makes at most 1,000 events after expansion', async (t) => {
  const ledger = await given(t);
  await ledger.refused({ events: [mou(), mou({ repeat: 1000 })] }, 'too-many-events', '/events/1');
  const events = Array.from({ length: 1001 }, () => mou());
  await ledger.refused({ events }, 'invalid-body', '/events');
  await ledger.refused({ events: [] }, 'invalid-body', '/events');
  t.equal(
    (await ledger.post({ events: [mou({ repeat: 400 }), mou({ repeat: 600 })] })).recorded.length,
    1000,
  );
});

test('where changes every standing milestone that matches and would change', async (t) => {
  const ledger = await given(
    t,
    meeting('jic-4', '2023-12'),
    mou({ occurredOn: '2023-12', data: where }),
    mou({ occurredOn: '2023-12-14', data: where }),
    mou({ occurredOn: '2023-12', data: where }),
    project({ occurredOn: '2023-12', data: where }),
    mou({ occurredOn: '2023-12' }),
    retracted('mou-3'),
    claim({ scope: 'meeting:jic-4' }),
  );
  const first = await ledger.post({ events: [{ ...correctedWhere, where }] });
  t.same(ids(first), ['mou-1', 'project-1'], 'not those unchanged, retracted, elsewhere or of other kinds');
  t.same(new Set(first.recorded.map(({ index }) => index)), new Set([0]));
  t.notOk('where' in ledger.event());
  await ledger.refused({ ...correctedWhere, where }, 'no-change', '/changes');
  t.same(ids(await ledger.post({ ...evidenceWhere, where: { ...where, kind: 'mou' } })), ['mou-1', 'mou-2']);
  t.same(ids(await ledger.post({ ...evidenceWhere, where })), ['project-1']);
  await ledger.refused({ ...evidenceWhere, where }, 'no-change', '/sources');
  await ledger.refused(
    { ...retractedWhere, where: { ...where, occurredOn: '2023-12' } },
    'nothing-matches',
    '/where',
  );
  t.equal((await ledger.post({ ...retractedWhere, where })).recorded.length, 3);
  await ledger.refused({ ...retractedWhere, where }, 'nothing-matches', '/where');
  await ledger.refused({ ...retractedWhere, where: { meetingId: 'jic-9' } }, 'nothing-matches', '/where');
});

test('expectCount refuses where another number matches, whatever would change', async (t) => {
  const ledger = await given(
    t,
    meeting(),
    mou({ repeat: 3, data: where }),
    corrected('mou-1', { occurredOn: '2023-12-15' }),
  );
  const selected = { ...evidenceWhere, where };
  for (const expectCount of [1, 2, 4]) {
    const { members } = await ledger.refused({ ...selected, expectCount }, 'count-differs', '/expectCount');
    t.equal(members.actualCount, 3);
  }
  const none = { ...selected, where: { meetingId: 'jic-9' }, expectCount: 1 };
  t.equal((await ledger.refused(none, 'count-differs', '/expectCount')).members.actualCount, 0);
  await ledger.refused({ ...evidence('mou-1', 'A'), expectCount: 1 }, 'invalid-body', '/expectCount');
  await ledger.refused({ ...selected, expectCount: 0 }, 'invalid-body', '/expectCount');
  const changes = { occurredOn: '2023-12-15' };
  const { recorded } = await ledger.post({ ...correctedWhere, changes, where, expectCount: 3 });
  t.same(ids({ recorded }), ['mou-2', 'mou-3'], 'one that matches is as it should be');
});

test('where compares the date as it was given', async (t) => {
  const ledger = await given(
    t,
    meeting(),
    mou({ data: where }),
    mou({ occurredOn: '2023-12-14~', data: where }),
  );
  const selected = { ...evidenceWhere, where: { ...where, occurredOn: '2023-12-14~' } };
  t.same(ids(await ledger.post(selected)), ['mou-2']);
});

test('where sees the items before it', async (t) => {
  const ledger = await given(t, meeting(), mou({ repeat: 2, data: where }));
  const events = [
    retracted('mou-1'),
    mou({ data: where }),
    corrected('mou-2', { data: { meetingId: null } }),
    { ...evidenceWhere, where },
  ];
  t.same(ids(await ledger.post({ events })).slice(3), ['mou-3']);
  const all = [{ ...retractedWhere, where }, retracted('jic-4')];
  t.same(ids(await ledger.post({ events: all })), ['mou-3', 'jic-4']);
});

test('where does not go together with ids, and one of them is needed', async (t) => {
  const ledger = await given(t, meeting(), mou({ data: where }));
  await ledger.refused({ ...retracted('mou-1'), where }, 'invalid-body', '/recordId');
  await ledger.refused({ ...retractedWhere, where, eventId: randomUUID() }, 'invalid-body', '/eventId');
  await ledger.refused({ ...retractedWhere, where, expectedVersion: 1 }, 'invalid-body', '/expectedVersion');
  await ledger.refused(retractedWhere, 'invalid-body', '/recordId');
  await ledger.refused({ ...retractedWhere, where: {} }, 'invalid-body', '/where');
});

test('defaults fill what an event does not say itself', async (t) => {
  const ledger = await given(t);
  const defaults = {
    sources: [{ publisher: 'A paper' }],
    occurredOn: '2023-12',
    note: 'from the paper',
    correlationId: 'c-1',
  };
  const own = { sources: [{ publisher: 'Another' }], note: 'own' };
  const events = [
    { type: 'MeetingHeld', recordId: 'jic-4' },
    mou({ ...own, recordId: 'mou-1' }),
    corrected('mou-1', { data: { title: 'T' } }),
  ];
  await ledger.post({ defaults, events });
  t.match(ledger.event(2), defaults);
  t.match(ledger.event(3), { ...defaults, ...own, occurredOn: '2023-12-14' });
  const { occurredOn: _, ...forChanges } = defaults;
  t.match(ledger.event(4), forChanges);
  t.notOk('occurredOn' in ledger.event(4), 'a correction has no date of its own');
  await ledger.refused({ defaults: { type: 'MoUSigned' }, events }, 'invalid-body', '/defaults/type');
  await ledger.refused(
    { defaults: { occurredOn: '2023-13' }, events },
    'invalid-body',
    '/defaults/occurredOn',
  );
});

test('a milestone has by default the date of its meeting', async (t) => {
  const ledger = await given(t, meeting('jic-3', '2022-11'));
  const undated = { type: 'MoUSigned', data: { meetingId: 'jic-3' } };
  await ledger.post({ events: [meeting(), undated, { ...undated, data: where }] });
  t.equal(ledger.event(4).occurredOn, '2022-11');
  t.equal(ledger.event(5).occurredOn, '2023-12-14');
  // Where neither says it, nobody knows when.
  await ledger.post({
    events: [
      { type: 'MoUSigned', data: {} },
      { type: 'MeetingHeld', recordId: 'undated' },
    ],
  });
  await ledger.post({ type: 'MoUSigned', data: { meetingId: 'undated' } });
  t.same(
    [6, 7, 8].map((position) => ledger.event(position).occurredOn),
    [undefined, undefined, undefined],
  );
  await ledger.refused(
    { type: 'MoUSigned', data: { meetingId: 'nope' } },
    'meeting-not-found',
    '/data/meetingId',
  );
  await ledger.refused(
    { type: 'MoUSigned', data: { meetingId: 'sci' } },
    'meeting-not-found',
    '/data/meetingId',
  );
});

test('expectedVersion is met or refused with the actual version', async (t) => {
  const ledger = await given(t, mou({ recordId: 'a', expectedVersion: 0 }));
  const wrong = await ledger.refused(
    corrected('a', { data: { title: 'T' } }, { expectedVersion: 2 }),
    'version-conflict',
    '/expectedVersion',
  );
  t.equal(wrong.members.actualVersion, 1);
  await ledger.refused(mou({ recordId: 'a', expectedVersion: 0 }), 'version-conflict', '/expectedVersion');
  await ledger.refused(mou({ recordId: 'a', expectedVersion: 1 }), 'record-exists', '/recordId');
  const early = await ledger.refused(
    mou({ recordId: 'b', expectedVersion: 1 }),
    'version-conflict',
    '/expectedVersion',
  );
  t.equal(early.members.actualVersion, 0);
  const title = (text: string, expectedVersion: number) =>
    corrected('a', { data: { title: text } }, { expectedVersion });
  await ledger.refused(
    { events: [title('1', 1), title('2', 1)] },
    'version-conflict',
    '/events/1/expectedVersion',
  );
  const { recorded } = await ledger.post({ events: [title('1', 1), title('2', 2)] });
  t.same(
    recorded.map(({ version }) => version),
    [2, 3],
  );
});

test('an unknown record comes before its version, and the version before the rules', async (t) => {
  const ledger = await given(t, meeting(), mou({ data: where }));
  const future = { sources: [{ publisher: 'P', publishedOn: '2030' }] };
  await ledger.refused(
    { ...retracted('nope'), expectedVersion: 3, ...future },
    'record-not-found',
    '/recordId',
  );
  await ledger.refused({ ...mou(), ...future }, 'initiative-not-found', '', { initiativeId: 'nope' });
  await ledger.refused(
    { ...retracted('jic-4'), expectedVersion: 3, ...future },
    'version-conflict',
    '/expectedVersion',
  );
  await ledger.refused({ ...retracted('mou-1'), ...future }, 'date-in-future', '/sources/0/publishedOn');
  await ledger.post(retracted('sci'));
  await ledger.refused(retracted('nope'), 'record-not-found', '/recordId');
  await ledger.refused({ ...retracted('mou-1'), expectedVersion: 3 }, 'version-conflict', '/expectedVersion');
});

test('a known eventId with the same content is not recorded again', async (t) => {
  const ledger = await given(t);
  const eventId = randomUUID();
  const posted = mou({ eventId, data: { title: 'T', pillar: 'P' } });
  const first = await ledger.post(posted);
  const again = mou({
    data: { pillar: 'P', title: 'T' },
    eventId: eventId.toUpperCase(),
    expectedVersion: 0,
  });
  const second = await ledger.post(again);
  t.same(second.recorded, [{ ...first.recorded[0], replayed: true }]);
  t.same(second.basis, first.basis);
  t.equal(ledger.end(), 2);
  const mixed = await ledger.post({ events: [mou(), posted, mou()] });
  t.match(mixed.recorded, [
    { index: 0, position: 3 },
    { index: 1, position: 2, replayed: true },
    { index: 2, position: 4 },
  ]);
});

test('a replay is known whatever became of its record', async (t) => {
  const ledger = await given(t);
  const posted = mou({ eventId: randomUUID(), recordId: 'a' });
  await ledger.post({ events: [posted, retracted('a'), retracted('sci')] });
  t.match((await ledger.post(posted)).recorded, [{ version: 1, replayed: true }]);
});

test('a known eventId with other content is refused', async (t) => {
  const ledger = await given(t);
  const eventId = randomUUID();
  await ledger.post(mou({ eventId }));
  await ledger.refused(mou({ eventId, note: 'more' }), 'event-exists', '/eventId');
  await ledger.refused(project({ eventId }), 'event-exists', '/eventId');
  await ledger.refused({ events: [mou(), mou({ eventId, note: 'x' })] }, 'event-exists', '/events/1/eventId');
  await ledger.post(initiative(), { initiativeId: 'other' });
  await ledger.refused(mou({ eventId }), 'event-exists', '/eventId', { initiativeId: 'other' });
  await ledger.refused(mou({ eventId }), 'event-exists', '/eventId', { initiativeId: 'unknown' });
});

test('an eventId stands once in a body, and is a plain UUID', async (t) => {
  const ledger = await given(t);
  const eventId = randomUUID();
  const twice = [mou({ eventId }), mou({ eventId: eventId.toUpperCase() })];
  await ledger.refused({ events: twice }, 'invalid-body', '/events/1/eventId');
  await ledger.refused(mou({ eventId: `urn:uuid:${eventId}` }), 'invalid-body', '/eventId');
  await ledger.refused(mou({ eventId: 'x' }), 'invalid-body', '/eventId');
});

test('a correction is stored as the differences that it makes', async (t) => {
  const ledger = await given(
    t,
    mou({ data: { title: 'A', pillar: 'P', occasion: { name: 'N', place: 'Chongqing' } } }),
  );
  await ledger.post(
    corrected('mou-1', {
      occurredOn: '2023-12-15',
      data: { title: null, pillar: 'P', zone: 'Z', occasion: { place: 'Shenzhen' } },
      sources: [{ publisher: 'A paper' }],
    }),
  );
  const event = ledger.event();
  t.strictSame(event.changes, [
    { path: '/data/occasion/place', from: 'Chongqing', to: 'Shenzhen' },
    { path: '/data/title', from: 'A' },
    { path: '/data/zone', to: 'Z' },
    { path: '/occurredOn', from: '2023-12-14', to: '2023-12-15' },
    { path: '/sources', from: [], to: [{ publisher: 'A paper' }] },
  ]);
  t.notOk('occurredOn' in event || 'data' in event);
  t.strictSame(ledger.record('mou-1'), {
    kind: 'mou',
    version: 2,
    standing: 1,
    occurredOn: '2023-12-15',
    data: { pillar: 'P', zone: 'Z', occasion: { name: 'N', place: 'Shenzhen' } },
    sources: [{ publisher: 'A paper' }],
  });
});

test('a correction replaces, removes and adds single parties, compared folded', async (t) => {
  const parties = [{ name: 'Türkei', country: 'TR' }, { name: 'Rhône' }, { name: 'TÜRKEI' }];
  const ledger = await given(t, mou({ data: { parties } }), mou({ data: { title: 'T' } }));
  const by = { name: 'Türkiye', country: 'TR' };
  await ledger.post(corrected('mou-1', { replaceParty: { name: ' türkei', by } }));
  t.strictSame(
    ledger.event().changes,
    [
      { path: '/data/parties/0', from: parties[0], to: by },
      { path: '/data/parties/2', from: parties[2] },
    ],
    'all of the name, and each item by itself',
  );
  t.strictSame(ledger.record('mou-1').data.parties, [by, { name: 'Rhône' }]);
  await ledger.refused(corrected('mou-1', { addParty: by }), 'no-change', '/changes');
  await ledger.refused(
    corrected('mou-1', { replaceParty: { name: 'Türkiye', by } }),
    'no-change',
    '/changes',
  );
  await ledger.refused(
    corrected('mou-1', { removeParty: { name: 'Rhone' } }),
    'rule-violated',
    '/changes/removeParty/name',
  );
  await ledger.refused(
    corrected('mou-2', { replaceParty: { name: 'Türkei', by } }),
    'rule-violated',
    '/changes/replaceParty/name',
  );
  const added = [{ name: 'A' }, by, { name: 'B', country: 'DE' }];
  await ledger.post(corrected('mou-1', { addParty: added, removeParty: { name: 'RHÔNE' } }));
  t.strictSame(ledger.record('mou-1').data.parties, [by, added[0], added[2]]);
  await ledger.post(corrected('mou-2', { addParty: { name: 'A' }, data: { zone: 'Z' } }));
  t.strictSame(ledger.event().changes, [
    { path: '/data/parties', to: [{ name: 'A' }] },
    { path: '/data/zone', to: 'Z' },
  ]);
  await ledger.post(corrected('mou-2', { removeParty: { name: 'a' } }));
  t.strictSame(ledger.record('mou-2').data, { title: 'T', zone: 'Z' }, 'no empty list is left');
});

test('a correction adds a source', async (t) => {
  const ledger = await given(t, mou({ sources: [{ publisher: 'A' }] }));
  await ledger.post(corrected('mou-1', { addSource: { publisher: 'B' } }));
  t.strictSame(ledger.event().changes, [{ path: '/sources/1', to: { publisher: 'B' } }]);
  t.same(ledger.record('mou-1').sources, [{ publisher: 'A' }, { publisher: 'B' }]);
  await ledger.refused(corrected('mou-1', { addSource: { publisher: 'B' } }), 'no-change', '/changes');
});

test('what is wrong with an item of a list is pointed at in the changes', async (t) => {
  const ledger = await given(t, meeting(), mou({ data: { parties: [{ name: 'A' }] } }));
  const wrong: [recordId: string, changes: object, pointer: string][] = [
    ['mou-1', { addParty: {} }, '/changes/addParty/name'],
    ['mou-1', { replaceParty: { name: 'A' } }, '/changes/replaceParty/by'],
    ['mou-1', { removeParty: 'A' }, '/changes/removeParty'],
    [
      'mou-1',
      { addParty: [{ name: 'B' }, { name: { commitment: 'f'.repeat(64) } }] },
      '/changes/addParty/1/name',
    ],
    [
      'mou-1',
      { replaceParty: { name: 'A', by: { name: '[erased]', person: true } } },
      '/changes/replaceParty/by/name',
    ],
    ['mou-1', { data: { parties: [7] }, addParty: { name: 'B' } }, '/changes/data/parties/0'],
    ['jic-4', { addParty: { name: 'B' } }, '/changes/addParty'],
    ['sci', { addParty: { name: 'B', person: true } }, '/changes/addParty/person'],
  ];
  for (const [recordId, changes, pointer] of wrong)
    await ledger.refused(corrected(recordId, changes), 'invalid-body', pointer);
  const future = { publisher: 'P', publishedOn: '2024-02' };
  await ledger.refused(
    corrected('mou-1', { addSource: future }),
    'date-in-future',
    '/changes/addSource/publishedOn',
  );
});

test('with where, a record without the party stays as it is', async (t) => {
  const at = (name: string, zone = 'Z') => mou({ data: { ...where, zone, parties: [{ name }] } });
  const ledger = await given(t, meeting(), at('A'), at('B'), at('a'));
  const changes = { replaceParty: { name: 'A', by: { name: 'C' } }, data: { zone: null } };
  const { recorded } = await ledger.post({ ...correctedWhere, changes, where });
  t.same(ids({ recorded }), ['mou-1', 'mou-3']);
  t.strictSame(ledger.record('mou-2').data, { ...where, zone: 'Z', parties: [{ name: 'B' }] });
  await ledger.refused({ ...correctedWhere, changes, where }, 'no-change', '/changes');
});

test('a person among the parties is named by its commitment only', async (t) => {
  const person = { name: 'Ann', person: true };
  const ledger = await given(t, mou({ data: { parties: [person, { name: 'A' }] } }));
  for (const changes of [
    { removeParty: { name: 'Ann' } },
    { replaceParty: { name: 'Ann', by: { name: 'B' } } },
  ])
    await ledger.refused(
      corrected('mou-1', changes),
      'rule-violated',
      Object.keys(changes).map((key) => `/changes/${key}/name`)[0],
    );
  const [{ name }] = ledger.record('mou-1').data.parties;
  const by = { name: 'Ann', person: true, country: 'SG' };
  await ledger.post(corrected('mou-1', { replaceParty: { name, by } }));
  t.strictSame(
    ledger.record('mou-1').data.parties,
    [{ ...by, name }, { name: 'A' }],
    'the name keeps its commitment',
  );
  await ledger.post(corrected('mou-1', { addParty: { name: 'Bea', person: true } }));
  t.notMatch(JSON.stringify(ledger.event()), 'Bea');
  await ledger.post(corrected('mou-1', { removeParty: { name } }));
  t.strictSame(ledger.record('mou-1').data.parties[0], { name: 'A' });
});

test('sources of a correction are added to those of the record', async (t) => {
  const ledger = await given(t, mou({ sources: [{ publisher: 'A' }] }));
  const sources = [{ publisher: 'B' }, { publisher: 'A' }];
  await ledger.post(corrected('mou-1', { data: { title: 'T' } }, { sources }));
  t.same(ledger.record('mou-1').sources, [{ publisher: 'A' }, { publisher: 'B' }]);
  t.same(ledger.event().changes, [{ path: '/data/title', to: 'T' }]);
  await ledger.post(corrected('mou-1', { sources: null }));
  t.same(ledger.record('mou-1').sources, []);
});

test('a correction must change something', async (t) => {
  const ledger = await given(t, mou({ data: { title: 'T' } }));
  for (const changes of [
    { data: { title: 'T' } },
    { data: {} },
    { data: { zone: null } },
    { occurredOn: '2023-12-14' },
    { sources: null },
  ]) {
    await ledger.refused(corrected('mou-1', changes), 'no-change', '/changes');
  }
  await ledger.refused(corrected('mou-1', {}), 'invalid-body', '/changes');
  await ledger.refused(evidence('mou-1'), 'invalid-body', '/sources');
  await ledger.post(evidence('mou-1', 'A', 'B'));
  await ledger.refused(evidence('mou-1', 'B'), 'no-change', '/sources');
  await ledger.refused(reclassified('mou-1', 'mou'), 'no-change', '/to');
});

test('what a correction leaves behind has the shape of its kind', async (t) => {
  const ledger = await given(t, meeting(), mou({ data: { title: 'T' } }), claim());
  const wrong: [recordId: string, changes: object, pointer: string][] = [
    ['claim-1', { occurredOn: null }, '/changes/occurredOn'],
    ['jic-4', { occurredOn: '2023-02-30' }, '/changes/occurredOn'],
    ['jic-4', { data: { title: 'T' } }, '/changes/data/title'],
    ['mou-1', { data: { title: 7 } }, '/changes/data/title'],
    ['mou-1', { data: { titles: [{ lang: 'zh', text: null }] } }, '/changes/data/titles/0/text'],
    ['mou-1', { data: { under: [null] } }, '/changes/data/under/0'],
    ['mou-1', { sources: [{ publisher: 'P', title: null }] }, '/changes/sources/0/title'],
    ['claim-1', { data: { value: null } }, '/changes/data/value'],
    ['claim-1', { sources: null }, '/changes/sources'],
    ['sci', { data: { name: null } }, '/changes/data/name'],
  ];
  for (const [recordId, changes, pointer] of wrong)
    await ledger.refused(corrected(recordId, changes), 'invalid-body', pointer);
  await ledger.refused(corrected('mou-1', { version: 7 }), 'invalid-body', '/changes/version');
});

test('a number that JSON can write and a ledger cannot hold is refused', async (t) => {
  const ledger = await given(t, claim());
  for (const changes of [
    JSON.parse('{"data":{"value":1e400}}'),
    JSON.parse('{"sources":[{"publisher":"P","x":[-1e400]}]}'),
  ]) {
    const pointer = 'data' in changes ? '/changes/data/value' : '/changes/sources/0/x/0';
    // structuredClone and JSON.stringify of the helper keep Infinity or drop it, so the body goes in as it is.
    await ledger.refused(corrected('claim-1', changes), 'invalid-body', pointer);
  }
});

test('a record with more sources than one event may have can still be corrected', async (t) => {
  const ledger = await given(t, mou());
  const some = (name: string) => Array.from({ length: sourcesMax }, (_, i) => `${name} ${i}`);
  await ledger.post({ events: [evidence('mou-1', ...some('a')), evidence('mou-1', ...some('b'))] });
  await ledger.post(corrected('mou-1', { data: { title: 'T' } }));
  t.equal(ledger.record('mou-1').sources.length, 2 * sourcesMax);
  const sources = some('c').map((publisher) => ({ publisher }));
  await ledger.refused(
    corrected('mou-1', { sources: [...sources, { publisher: 'x' }] }),
    'invalid-body',
    '/changes/sources',
  );
  await ledger.post(corrected('mou-1', { sources }));
  t.equal(ledger.record('mou-1').sources.length, sourcesMax);
});

test('references name standing meetings of the initiative, or ones made earlier', async (t) => {
  const ledger = await given(t, meeting(), mou());
  await ledger.post({ events: [initiative(), meeting('abroad')] }, { initiativeId: 'other' });
  const wrong = ['nope', 'abroad', 'mou-1', 'sci'];
  for (const meetingId of wrong) {
    await ledger.refused(mou({ data: { meetingId } }), 'meeting-not-found', '/data/meetingId');
    await ledger.refused(claim({ madeAt: meetingId }), 'meeting-not-found', '/data/madeAt');
    for (const scope of [`meeting:${meetingId}`, `sector:Health+meeting:${meetingId}`])
      await ledger.refused(claim({ scope }), 'meeting-not-found', '/data/scope');
    await ledger.refused(
      corrected('mou-1', { data: { meetingId } }),
      'meeting-not-found',
      '/changes/data/meetingId',
    );
  }
  const later = [mou({ data: { meetingId: 'jic-5' } }), meeting('jic-5')];
  await ledger.refused({ events: later }, 'meeting-not-found', '/events/0/data/meetingId');
  t.equal((await ledger.post({ events: later.reverse() })).recorded.length, 2);
  await ledger.post(claim({ madeAt: 'jic-4', scope: 'meeting:jic-5' }));
});

test('a meeting with standing milestones is not retracted', async (t) => {
  const ledger = await given(t, meeting(), mou({ data: where }), claim({ scope: 'meeting:jic-4' }));
  await ledger.refused(retracted('jic-4'), 'meeting-in-use', '/recordId');
  await ledger.post({ events: [retracted('mou-1'), retracted('jic-4')] });
  await ledger.refused(mou({ data: where }), 'meeting-not-found', '/data/meetingId');
  await ledger.refused(reinstated('mou-1'), 'meeting-not-found', '');
  await ledger.post({ events: [reinstated('jic-4'), reinstated('mou-1')] });
  t.equal(ledger.record('mou-1').standing, 1);
});

test('what names a meeting is checked again on correction, not on further evidence', async (t) => {
  const ledger = await given(t, meeting(), claim({ scope: 'meeting:jic-4' }), retracted('jic-4'));
  await ledger.refused(
    corrected('claim-1', { data: { value: 9 } }),
    'meeting-not-found',
    '/changes/data/scope',
  );
  await ledger.post(evidence('claim-1', 'A second paper'));
  await ledger.post(retracted('claim-1'));
  await ledger.refused(reinstated('claim-1'), 'meeting-not-found', '');
});

test('renews and under exist when they are written', async (t) => {
  const ledger = await given(t, mou(), mou());
  await ledger.refused(
    mou({ data: { renews: { recordId: 'nope' } } }),
    'reference-not-found',
    '/data/renews/recordId',
  );
  await ledger.refused(mou({ data: { under: ['mou-1', 'nope'] } }), 'reference-not-found', '/data/under/1');
  const self = mou({ recordId: 'self', data: { under: ['self'] } });
  await ledger.refused(self, 'rule-violated', '/data/under/0');
  await ledger.refused(
    mou({ recordId: 'self', data: { sameAs: 'sci/self' } }),
    'rule-violated',
    '/data/sameAs',
  );
  await ledger.post(mou({ data: { under: ['mou-1'], renews: { recordId: 'mou-2', text: 'of 2019' } } }));
  await ledger.post({ events: [retracted('mou-1'), retracted('mou-2')] });
  await ledger.post(corrected('mou-3', { data: { title: 'Its references were written before' } }));
  await ledger.refused(
    corrected('mou-3', { data: { under: ['mou-1', 'nope'] } }),
    'reference-not-found',
    '/changes/data/under/1',
  );
});

test('a scope is one term, or several joined by a plus', async (t) => {
  const ledger = await given(t, meeting());
  for (const scope of [
    'sector:R+D',
    'party:A & B+C',
    'year:2023+sector:Health',
    'meetings+country:SG',
    'meeting:jic-4+series:JIC',
  ])
    await ledger.post(claim({ scope }));
  for (const scope of [
    'sector:',
    'sector:Health+year:23',
    'all+year:2023',
    'year:2023+other',
    'meetings+meeting:JIC 4',
    'sector:Health+zone: x',
    'sector:\u3164+year:2023',
    'size:large',
    `party:${'x'.repeat(2001)}`,
  ])
    await ledger.refused(claim({ scope }), 'invalid-body', '/data/scope');
});

test('a claim of scope other has its label as printed', async (t) => {
  const ledger = await given(t, claim({ scope: 'other', label: 'since 2019' }));
  await ledger.refused(claim({ scope: 'other' }), 'rule-violated', '/data/label');
  await ledger.refused(
    corrected('claim-1', { data: { label: null } }),
    'rule-violated',
    '/changes/data/label',
  );
  const { sources: _, ...unsourced } = claim();
  await ledger.refused(unsourced, 'invalid-body', '/sources');
});

test('a retracted record accepts only its reinstatement', async (t) => {
  const ledger = await given(t, mou({ data: { title: 'T' } }));
  await ledger.refused(reinstated('mou-1'), 'record-standing', '/recordId');
  await ledger.post(retracted('mou-1'));
  for (const event of [
    retracted('mou-1'),
    corrected('mou-1', { data: { title: 'U' } }),
    evidence('mou-1', 'P'),
    reclassified('mou-1', 'project'),
  ]) {
    await ledger.refused(event, 'record-retracted', '/recordId');
  }
  t.match(ledger.record('mou-1'), { standing: 0, version: 2, data: { title: 'T' } });
  await ledger.post(reinstated('mou-1'));
  t.match(ledger.record('mou-1'), { standing: 1, version: 3, data: { title: 'T' } });
});

test('a retracted initiative accepts nothing but its reinstatement', async (t) => {
  const ledger = await given(t, meeting(), mou({ data: where }), mou(), retracted('mou-2'));
  await ledger.post(retracted('sci'));
  const refused: [event: object, pointer: string][] = [
    [mou(), ''],
    [mou({ recordId: 'new' }), ''],
    [retracted('mou-1'), ''],
    [reinstated('mou-2'), ''],
    [{ ...retractedWhere, where }, ''],
    [corrected('sci', { data: { name: 'N' } }), '/recordId'],
    [evidence('sci', 'P'), '/recordId'],
    [retracted('sci'), '/recordId'],
  ];
  for (const [event, pointer] of refused) await ledger.refused(event, 'initiative-retracted', pointer);
  await ledger.refused(initiative(), 'record-exists', '/recordId');
  await ledger.post({ events: [reinstated('sci'), retracted('mou-1')] });
});

test('an MoU becomes a project and back, with its data', async (t) => {
  const ledger = await given(t, meeting(), mou({ data: { ...where, title: 'T' } }));
  await ledger.post(reclassified('mou-1', 'project'));
  t.match(ledger.event(), { kind: 'mou', to: 'project', version: 2 });
  t.match(ledger.record('mou-1'), { kind: 'project', data: { title: 'T' } });
  t.same(ids(await ledger.post({ ...evidenceWhere, where: { ...where, kind: 'project' } })), ['mou-1']);
  await ledger.post(reclassified('mou-1', 'mou'));
  t.equal(ledger.record('mou-1').kind, 'mou');
  await ledger.refused(reclassified('jic-4', 'mou'), 'rule-violated', '/to');
  await ledger.refused(reclassified('mou-1', 'meeting'), 'invalid-body', '/to');
});

test('a duplicate names another record that exists', async (t) => {
  const ledger = await given(t, meeting(), mou({ data: where }), mou({ data: where }));
  const duplicate = (duplicateOf?: string) => ({
    reason: { code: 'duplicate', text: 'Twice.', duplicateOf },
  });
  await ledger.refused(
    { ...retracted('mou-1'), reason: { code: 'duplicate', text: 'Twice.' } },
    'invalid-body',
    '/reason/duplicateOf',
  );
  await ledger.refused(
    { ...retracted('mou-1'), ...duplicate('nope') },
    'reference-not-found',
    '/reason/duplicateOf',
  );
  const self = { ...retracted('mou-1'), ...duplicate('mou-1') };
  await ledger.refused(self, 'rule-violated', '/reason/duplicateOf');
  const all = { ...retractedWhere, where, ...duplicate('mou-2') };
  await ledger.refused(all, 'rule-violated', '/reason/duplicateOf');
  await ledger.post({ ...retracted('mou-2'), ...duplicate('mou-1') });
  t.equal(ledger.event().reason?.duplicateOf, 'mou-1');
});

test('of two duplicates one stands, whatever the order and however they are retracted', async (t) => {
  const ledger = await given(
    t,
    meeting(),
    ...['a', 'b', 'c'].map((recordId) => mou({ recordId })),
    project(),
  );
  const asDuplicate = (recordId: string, duplicateOf: string) => ({
    ...retracted(recordId),
    reason: { code: 'duplicate', text: 'Twice.', duplicateOf },
  });
  const pointer = '/reason/duplicateOf';
  const both = { events: [asDuplicate('a', 'b'), asDuplicate('b', 'a')] };
  await ledger.refused(both, 'rule-violated', `/events/1${pointer}`);
  const round = { events: [asDuplicate('a', 'b'), asDuplicate('b', 'c'), asDuplicate('c', 'a')] };
  await ledger.refused(round, 'rule-violated', `/events/2${pointer}`);
  await ledger.refused(asDuplicate('a', 'jic-4'), 'rule-violated', pointer);
  await ledger.refused(asDuplicate('a', 'sci'), 'rule-violated', pointer);
  await ledger.post(asDuplicate('a', 'b'));
  await ledger.refused(asDuplicate('b', 'a'), 'rule-violated', pointer);
  await ledger.refused(asDuplicate('c', 'a'), 'rule-violated', pointer);
  await ledger.post({ events: [reinstated('a'), asDuplicate('b', 'a'), asDuplicate('project-1', 'a')] });
  t.same([ledger.record('a').standing, ledger.record('b').standing], [1, 0]);
  await ledger.post(mou({ repeat: 3, data: where }));
  const all = { ...retractedWhere, where, reason: { code: 'duplicate', text: 'Twice.', duplicateOf: 'b' } };
  await ledger.refused(all, 'rule-violated', pointer);
  await ledger.post({ ...all, reason: { ...all.reason, duplicateOf: 'a' } });
});

test('a request whose where items look at very many records is refused, though few would change', async (t) => {
  const ledger = await given(t, meeting(), mou({ repeat: 900, data: where }));
  const item = { ...correctedWhere, where, changes: { data: { pillar: 'Talent' } } };
  await ledger.post(item);
  await ledger.post(mou({ data: where }));
  const items = ['zone', 'sector', 'tier', 'instrument', 'title', 'titleKind'].map((member) => [
    mou({ data: { meetingId: 'jic-4', pillar: 'Talent' } }),
    { ...item, changes: { data: { pillar: 'Talent', [member]: null } } },
  ]);
  const events = items.flatMap(([made, change]) => [mou({ data: where }), made, change]);
  await ledger.refused({ events }, 'too-many-events', '/events/17/where');
});

test('a change says why', async (t) => {
  const ledger = await given(t, mou());
  const { reason: _, ...unreasoned } = retracted('mou-1');
  await ledger.refused(unreasoned, 'invalid-body', '/reason');
  const because = (reason: object) => ({ ...unreasoned, reason });
  await ledger.refused(because({ code: 'other' }), 'invalid-body', '/reason/text');
  await ledger.refused(because({ code: 'other', text: ' ' }), 'invalid-body', '/reason/text');
  await ledger.refused(because({ code: 'mood', text: 'x' }), 'invalid-body', '/reason/code');
});

test('nothing that happens after tomorrow can be recorded', async (t) => {
  const ledger = await given(t, mou());
  for (const day of ['2024-01-05', '2024-01-06', '2024', '2024-01', '[..2030]', '2024-01-06/2025'])
    t.equal((await ledger.post(mou({ occurredOn: day }))).recorded.length, 1, day);
  for (const day of ['2024-01-07', '2024-02', '2025', '[2024-01-07..2024-02]', '2024-01-07/2025', '2025?']) {
    await ledger.refused(mou({ occurredOn: day }), 'date-in-future', '/occurredOn');
    await ledger.refused(meeting('m', day), 'date-in-future', '/occurredOn');
    await ledger.refused(corrected('mou-1', { occurredOn: day }), 'date-in-future', '/changes/occurredOn');
    for (const member of ['publishedOn', 'retrievedOn']) {
      const sources = [{ publisher: 'P' }, { publisher: 'Q', [member]: day }];
      await ledger.refused(mou({ sources }), 'date-in-future', `/sources/1/${member}`);
      await ledger.refused({ ...evidence('mou-1'), sources }, 'date-in-future', `/sources/1/${member}`);
      await ledger.refused(corrected('mou-1', { sources }), 'date-in-future', `/changes/sources/1/${member}`);
    }
  }
  await ledger.post(mou({ data: { validFrom: '2024-02', validUntil: '2030' } }));
});

test('impossible and reversed dates are refused', async (t) => {
  const ledger = await given(t);
  for (const day of ['2023-02-30', '2023-13', '2023-12-15/2023-12-14', '23', 'December', '', '2023-12-14 ']) {
    await ledger.refused(mou({ occurredOn: day }), 'invalid-body', '/occurredOn');
    await ledger.refused(mou({ data: { validUntil: day } }), 'invalid-body', '/data/validUntil');
  }
});

const chairs = { coChairs: [{ name: 'Ada Example', role: 'Mayor' }, { name: 'Bo Muster' }] };
const commitment = /^[0-9a-f]{64}$/;

/** Every table but the openings, as text. */
function allButOpenings(ledger: TestLedger): string {
  const tables = ['events', 'records', 'record_numbers', 'idempotency_keys', 'head', 'tiles'] as const;
  return tables
    .flatMap((table): object[] => ledger.rows(table))
    .flatMap((row) => Object.values(row))
    .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))
    .join('\n');
}

test('names of persons stand in the log as commitments', async (t) => {
  const ledger = await given(t);
  const parties = [
    { name: 'A Company Ltd' },
    { name: 'Ada Example', person: true },
    { name: 'Bo Muster', person: false },
  ];
  await ledger.post({ events: [meeting('m', '2023', chairs), mou({ data: { parties } })] }, { key: 'k' });
  t.match(ledger.event(2).data, {
    coChairs: [{ name: { commitment }, role: 'Mayor' }, { name: { commitment } }],
  });
  t.match(ledger.event(3).data, {
    parties: [{ name: 'A Company Ltd' }, { name: { commitment }, person: true }, { name: 'Bo Muster' }],
  });
  // Not /ada/, which a hash may have in it.
  t.notMatch(allButOpenings(ledger), /example/i);
  t.same(
    ledger
      .rows('openings')
      .map(({ position, name }) => `${position} ${name}`)
      .sort(),
    ['2 Ada Example', '2 Bo Muster', '3 Ada Example'],
    'each record has a commitment of its own',
  );
});

test('no refusal and no warning stores a name of a person', async (t) => {
  const ledger = await given(t, meeting('m', '2023', chairs));
  const posted = mou({ data: { title: 'T', parties: [{ name: 'Cy Nobody', person: true }] } });
  await ledger.refused({ events: [posted, retracted('nope')] }, 'record-not-found', '/events/1/recordId');
  await ledger.post({ events: [posted, posted] }, { key: 'warned' });
  t.notMatch(allButOpenings(ledger), /nobody/i);
});

test('a correction that repeats a name keeps its commitment', async (t) => {
  const ledger = await given(t, meeting('m', '2023', chairs));
  const [ada, bo] = ledger.record('m').data.coChairs;
  await ledger.post(corrected('m', { data: { coChairs: [{ name: 'Ada Example', role: 'Minister' }] } }));
  t.same(ledger.record('m').data.coChairs, [{ ...ada, role: 'Minister' }]);
  t.same(ledger.event().changes, [
    { path: '/data/coChairs', from: [ada, bo], to: [{ ...ada, role: 'Minister' }] },
  ]);
  await ledger.refused(
    corrected('m', { data: { coChairs: [{ name: 'Ada Example', role: 'Minister' }] } }),
    'no-change',
    '/changes',
  );
  await ledger.post(corrected('m', { data: { coChairs: [ada, { name: 'Cy Nobody' }] } }));
  const [first, second] = ledger.record('m').data.coChairs;
  t.same(first, ada, 'by its commitment too');
  t.match(second, { name: { commitment } });
  t.notSame(second.name, bo.name);
  await ledger.post(corrected('m', { data: { place: 'Shenzhen' } }));
  t.same(ledger.event().changes, [{ path: '/data/place', to: 'Shenzhen' }]);
  t.notMatch(allButOpenings(ledger), /example|muster|nobody/i);
});

test('a correction in the same request sees the names before it', async (t) => {
  const ledger = await given(t);
  const moved = corrected('m', { data: { coChairs: [{ name: 'Bo Muster' }] } });
  await ledger.post({ events: [meeting('m', '2023', chairs), moved] });
  t.same(ledger.record('m').data.coChairs[0], (ledger.event(2).data as typeof chairs).coChairs[1]);
});

test('a commitment can only be repeated by the record that holds it', async (t) => {
  const ledger = await given(t, meeting('m', '2023', chairs), meeting('n'), mou());
  const [ada] = ledger.record('m').data.coChairs;
  const at = '/changes/data/coChairs/0/name';
  await ledger.refused(corrected('n', { data: { coChairs: [ada] } }), 'invalid-body', at);
  await ledger.refused(meeting('o', '2023', { coChairs: [ada] }), 'invalid-body', '/data/coChairs/0/name');
  await ledger.refused(corrected('m', { data: { coChairs: [{ name: '[erased]' }] } }), 'invalid-body', at);
  await ledger.refused(
    corrected('mou-1', { data: { parties: [{ name: ada.name }] } }),
    'invalid-body',
    '/changes/data/parties/0/name',
  );
});

test('the same title and date as a standing record is a warning', async (t) => {
  const ledger = await given(t, mou({ data: { title: 'Talent' } }));
  const same = mou({ data: { title: 'ｔａｌｅｎｔ' } });
  const { warnings } = await ledger.post(same);
  t.match(warnings, [{ code: 'same-title-and-date', pointer: '', detail: /^mou-1 / }]);
  t.same((await ledger.post(project({ data: { title: 'Talent' } }))).warnings, [], 'of another kind');
  t.same((await ledger.post(mou({ occurredOn: '2023', data: { title: 'Talent' } }))).warnings, []);
  await ledger.post({ events: [retracted('mou-1'), retracted('mou-2')] });
  t.same((await ledger.post(same)).warnings, [], 'as retracted ones');
  const twice = [mou({ data: { title: 'New' } }), mou({ data: { title: 'New' } })];
  t.match((await ledger.post({ events: twice })).warnings, [{ pointer: '/events/1' }]);
});

test('blanks, case and composition do not hide an equal title', async (t) => {
  const ledger = await given(t, mou({ data: { title: 'Énergie de l’État' } }));
  for (const title of ["E\u0301NERGIE  DE L'ÉTAT ", '\u200bÉnergie\u00a0de l´État']) {
    const { warnings } = await ledger.post(mou({ data: { title } }));
    t.match(warnings, [{ code: 'same-title-and-date', detail: /^mou-1 / }], title);
  }
});

test('a text that shows nothing is blank, wherever a name is asked for', async (t) => {
  const ledger = await given(t, meeting(), mou());
  for (const blank of [
    '\u200b',
    '\u00ad\u2060',
    '\ufe0f',
    '\u2800',
    '\u3164',
    '\ufeff \u3000',
    '\u{e0041}',
    '\u202e',
  ]) {
    await ledger.refused(mou({ data: { title: blank } }), 'invalid-body', '/data/title');
    await ledger.refused(
      mou({ data: { parties: [{ name: blank }] } }),
      'invalid-body',
      '/data/parties/0/name',
    );
    await ledger.refused(mou({ sources: [{ publisher: blank }] }), 'invalid-body', '/sources/0/publisher');
    await ledger.refused(meeting('m', '2023', { series: blank }), 'invalid-body', '/data/series');
    await ledger.refused(corrected('mou-1', { data: { zone: blank } }), 'invalid-body', '/changes/data/zone');
    await ledger.refused(
      { ...retracted('mou-1'), reason: { code: 'other', text: blank } },
      'invalid-body',
      '/reason/text',
    );
    if (!/\s/.test(blank))
      await ledger.refused(claim({ scope: `zone:${blank}` }), 'invalid-body', '/data/scope');
  }
  const family = '👩\u200d👧\ufe0f';
  await ledger.post(mou({ recordId: 'shown', data: { title: `\u200b${family}` } }));
  t.equal(ledger.record('shown').data.title, `\u200b${family}`, 'what shows something is stored as it is');
});

test('meetings and claims that are recorded twice are warned of', async (t) => {
  const ledger = await given(
    t,
    meeting('m', '2023-12-14', { series: 'JIC', ordinal: 4, name: 'Fourth' }),
    claim({ scope: 'pillar:Talent', label: 'so far' }, { recordId: 'c' }),
  );
  const codes = async (...events: object[]) =>
    (await ledger.post({ events })).warnings.map(({ code, pointer, detail }) => [
      code,
      pointer,
      detail.split(' ')[0],
    ]);
  t.same(
    await codes(
      meeting('n', '2023-12-14', { series: 'jic ', ordinal: 4, name: 'FOURTH', place: 'Shenzhen' }),
    ),
    [['same-meeting', '/events/0', 'm']],
  );
  t.same(await codes(meeting('o', '2023-12-13', { series: 'JIC', ordinal: 5 })), []);
  t.same(await codes(meeting('p', '2023-12-15', { series: 'Other', ordinal: 4, name: 'Fourth' })), []);
  t.same(
    await codes(meeting('q', '2022'), meeting('r', '2022'), meeting('s', '2022', { place: 'Shenzhen' })),
    [['same-meeting', '/events/1', 'q']],
  );
  const again = { scope: 'pillar:talent', label: 'So  far' };
  t.same(await codes(claim(again)), [['same-claim', '/events/0', 'c']]);
  t.same(await codes(claim({ ...again, value: 9 }), claim({ ...again, qualifier: 'about' })), []);
  t.same(await codes(claim(again, { sources: [{ publisher: 'Xinhua' }] })), [], 'another publisher says it');
  t.same(await codes(claim(again, { occurredOn: '2023' })), []);
  t.same(await codes(corrected('o', { occurredOn: '2023-12-14', data: { ordinal: 4, name: 'Fourth' } })), [
    ['same-meeting', '/events/0', 'm'],
  ]);
  await ledger.post({ events: [retracted('m'), retracted('n'), retracted('o')] });
  t.same(await codes(meeting('t', '2023-12-14', { series: 'JIC', ordinal: 4, name: 'Fourth' })), []);
});

test('a pair of equal titles is met once, in whatever order a request makes them equal', async (t) => {
  const titles = ['A', 'B', 'C', 'D'];
  const ledger = await given(t, ...titles.map((title) => mou({ data: { title } })));
  const told = async (...events: object[]) =>
    (await ledger.post({ events })).warnings.map(
      ({ pointer, detail }) => `${pointer} ${detail.split(' ')[0]}`,
    );
  const renamed = (n: number, title: string) => corrected(`mou-${n}`, { data: { title } });
  t.same(await told(renamed(4, 'X'), renamed(3, 'X'), renamed(2, 'X')), [
    '/events/0 mou-2',
    '/events/1 mou-2',
  ]);
  t.same(await told(renamed(2, 'Y'), renamed(1, 'X')), ['/events/1 mou-3']);
  t.same(await told(renamed(3, 'Z'), mou({ data: { title: 'x' } }), retracted('mou-1')), ['/events/1 mou-4']);
  t.same(await told(mou({ data: { title: 'Q' } }), mou({ data: { title: 'q' } }), retracted('mou-6')), []);
});

test('a correction that makes an earlier record the same as a later one is warned of', async (t) => {
  const ledger = await given(t, mou({ data: { title: 'A' } }), mou({ data: { title: 'B' } }));
  const { warnings } = await ledger.post(corrected('mou-1', { data: { title: 'B' } }));
  t.match(warnings, [{ code: 'same-title-and-date', detail: /^mou-2 / }]);
});

test('a date outside that of the meeting is a warning', async (t) => {
  const ledger = await given(t, meeting('jic-4', '2023-12'));
  const on = async (occurredOn: string) => (await ledger.post(mou({ occurredOn, data: where }))).warnings;
  t.same(await on('2023-12-14'), []);
  for (const day of ['2023-11-30', '2024-01-01', '2023', '[..2023-12-14]'])
    t.match(await on(day), [{ code: 'date-outside-meeting' }], day);
});

test('more records than a claim for their meeting says are a warning, once', async (t) => {
  const ledger = await given(t, meeting(), claim({ scope: 'meeting:jic-4', value: 2 }));
  t.same((await ledger.post(mou({ repeat: 2, data: where }))).warnings, []);
  t.same((await ledger.post(project({ repeat: 3, data: where }))).warnings, []);
  t.strictSame((await ledger.post({ events: [mou(), mou({ repeat: 3, data: where })] })).warnings, [
    {
      code: 'more-than-claimed',
      pointer: '/events/1',
      detail: 'jic-4 has 5 mous now, where claim-1 says 2.',
    },
  ]);
  await ledger.post(corrected('claim-1', { data: { qualifier: 'atLeast' } }));
  t.same((await ledger.post(mou({ data: where }))).warnings, []);
  await ledger.post(corrected('claim-1', { data: { qualifier: 'atMost', value: 7 } }));
  t.same((await ledger.post(mou({ data: where }))).warnings, []);
  t.match((await ledger.post(mou({ data: where }))).warnings, [{ code: 'more-than-claimed' }]);
  await ledger.post(retracted('claim-1'));
  t.same((await ledger.post(mou({ data: where }))).warnings, []);
});

test('an end before the beginning is a warning', async (t) => {
  const ledger = await given(t);
  const valid = async (data: object) => (await ledger.post(mou({ data }))).warnings;
  t.match(await valid({ validUntil: '2023-12-13' }), [{ code: 'validity-reversed', detail: /occurredOn/ }]);
  t.match(await valid({ validFrom: '2025', validUntil: '2024' }), [{ detail: /validFrom/ }]);
  t.match(
    await valid({ validFrom: '2023-11', validUntil: '2023-12-14' }),
    [{ code: 'in-force-before-signed', detail: /2023-11, signed 2023-12-14/ }],
    'and no other warning',
  );
  t.same(await valid({ validFrom: '2023-12' }), [], 'which may be the same day');
});

test('two records with the same title and date but other parties are no duplicates', async (t) => {
  const titled = (names: string[], ...others: object[]) =>
    mou({ data: { title: 'Talent', parties: [...names.map((name) => ({ name })), ...others] } });
  const ledger = await given(t, titled(['A', 'B']), titled(['A']));
  const warned = async (...events: object[]) =>
    (await ledger.post({ events })).warnings.map(({ code, detail }) => [code, detail.split(' ')[0]]);
  t.same(await warned(titled(['A', 'C']), titled([]), titled(['A'], { name: 'Ann', person: true })), []);
  t.same(await warned(titled([' b', 'a'])), [['same-title-and-date', 'mou-1']], 'in whatever order');
  const renamed = corrected('mou-2', {
    replaceParty: { name: 'A', by: { name: 'B' } },
    addParty: { name: 'A' },
  });
  t.same(await warned(renamed), [['same-title-and-date', 'mou-1']]);
});

test('a change is warned only of what it touches', async (t) => {
  const odd = { title: 'T', ...where, validFrom: '2020', validUntil: '2019' };
  const ledger = await given(
    t,
    meeting(),
    claim({ scope: 'meeting:jic-4', value: 1 }),
    mou({ occurredOn: '2022', data: odd }),
    mou({ occurredOn: '2022', data: odd }),
  );
  const codes = async (changes: object) =>
    (await ledger.post(corrected('mou-1', changes))).warnings.map(({ code }) => code);
  t.same(await codes({ data: { zone: 'Z' } }), []);
  t.same((await ledger.post(evidence('mou-1', 'A'))).warnings, []);
  t.same((await ledger.post(evidence('claim-1', 'B'))).warnings, []);
  t.same(await codes({ data: { validUntil: '2018' } }), ['in-force-before-signed', 'validity-reversed']);
  t.same(await codes({ data: { titleKind: 'official', validUntil: null } }), ['in-force-before-signed']);
  t.same(await codes({ data: { meetingId: null } }), []);
  t.same(await codes({ data: { ...where, validFrom: null } }), ['date-outside-meeting', 'more-than-claimed']);
  await ledger.post(retracted('mou-1'));
  t.same(
    (await ledger.post(reinstated('mou-1'))).warnings.map(({ code }) => code),
    ['same-title-and-date', 'date-outside-meeting', 'more-than-claimed'],
    'one that stands again is warned of all',
  );
});

test('a second meeting of a series with the same ordinal or day is warned of', async (t) => {
  const series = 'JIC';
  const ledger = await given(
    t,
    meeting('a', '2023-12-14', { series, ordinal: 4 }),
    meeting('b', '2022-03', { series, ordinal: 3 }),
  );
  const warned = async (...events: object[]) =>
    (await ledger.post({ events }, { dryRun: true })).warnings.map(({ code, pointer, detail }) => [
      code,
      pointer.replace('/events/', ''),
      detail.replace(/ is a meeting of the same series /, ': '),
    ]);
  const told = (pointer: number, detail: string) => ['same-meeting', String(pointer), detail];
  t.same(await warned(meeting('c', '2021', { series: 'jic', ordinal: 4 })), [
    told(0, 'a: with the same ordinal, 4.'),
  ]);
  t.same(await warned(meeting('c', '2023-12-14', { series, ordinal: 5 })), [
    told(0, 'a: on the same day, 2023-12-14.'),
  ]);
  t.same(await warned(meeting('c', '2023-12-14', { series })), [told(0, 'a: on the same day, 2023-12-14.')]);
  t.same(
    await warned(
      meeting('c', '2022-03', { series }),
      meeting('d', '2023-12-14', { series: 'Other', ordinal: 4 }),
      meeting('e', '2023-12-14', { ordinal: 4 }),
    ),
    [],
    'a month is no day, and another series or none is no second one',
  );
  t.same(
    await warned(meeting('c', '2020', { series, ordinal: 9 }), meeting('d', '2019', { series, ordinal: 9 })),
    [told(1, 'c: with the same ordinal, 9.')],
    'of one request a pair is met once',
  );
  t.same(await warned(corrected('b', { data: { ordinal: 4 } })), [told(0, 'a: with the same ordinal, 4.')]);
  t.same(await warned(retracted('a'), corrected('b', { data: { ordinal: 4 } })), []);
  t.same(await warned(corrected('a', { data: { place: 'Shenzhen' } })), []);
});

test('a repeat that is posted twice by hand is warned of', async (t) => {
  const sources = [{ publisher: 'P', url: 'https://p.example/8' }];
  const eight = mou({ repeat: 8, data: where, sources });
  const ledger = await given(t, meeting(), eight);
  const warned = async (...events: object[]) =>
    (await ledger.post({ events }, { dryRun: true })).warnings.map(({ code, pointer, detail }) =>
      [code, pointer, detail.slice(0, 14)].join(' '),
    );
  t.same(await warned(eight), ['same-repeat /events/0 mou-1 to mou-8']);
  const { occurredOn: _, ...undated } = eight;
  t.same(await warned(undated), ['same-repeat /events/0 mou-1 to mou-8'], 'the date of the meeting');
  t.same(
    await warned(
      { ...eight, repeat: 7 },
      { ...eight, type: 'ProjectLaunched' },
      { ...eight, occurredOn: '2023-12-14~' },
      { ...eight, sources: [{ ...sources[0], url: 'https://p.example/9' }] },
      { ...eight, data: { ...where, pillar: 'Talent' } },
      mou({ data: where, sources }),
    ),
    [],
    'another number, kind, date, source or pillar',
  );
  t.same(
    await warned(project({ repeat: 2 }), mou({ repeat: 2 }), mou({ repeat: 2 })),
    ['same-repeat /events/2 mou-9 to mou-1'],
    'also twice in a request',
  );
  t.same((await ledger.post(eight, { key: 'another' })).warnings, [], 'a key tells a repeat');
  await ledger.post(retracted('mou-9'));
  t.same(await warned(eight), ['same-repeat /events/0 mou-1 to mou-8']);
  await ledger.post(retracted('mou-3'));
  t.same(await warned(eight), []);
});

test('a metric that is close to a known one is warned of', async (t) => {
  const ledger = await given(t, claim({ metric: 'delegations' }), claim({ metric: 'cities' }));
  const warned = async (...metrics: string[]) =>
    (await ledger.post({ events: metrics.map((metric) => claim({ metric })) }, { dryRun: true })).warnings
      .filter(({ code }) => code === 'similar-metric')
      .map(({ pointer, detail }) => `${pointer.slice(8)} ${detail.split(' ')[5]}`);
  t.same(await warned('mou', 'project', 'meeting', 'moús'.normalize('NFD').replace(/[^a-z]/g, '')), [
    '0 mous',
    '1 projects',
    '2 meetings',
  ]);
  t.same(await warned('delegation', 'deligatoins', 'city-days', 'jobs', 'delegations'), [
    '0 delegations',
    '1 delegations',
  ]);
  t.same(await warned('stations-2023', 'stations-2024'), []);
  t.same(await warned('visitors', 'vistors'), ['1 visitors'], 'of the same request');
  const fixed = await ledger.post(corrected('claim-1', { data: { metric: 'delegation' } }), { dryRun: true });
  t.same(fixed.warnings, [], 'its own metric until now is not another one');
});

test('a date that milestones keep when that of their meeting is corrected is warned of', async (t) => {
  const ledger = await given(
    t,
    meeting('jic-4', '2023-12'),
    mou({ occurredOn: '2023-12', data: where }),
    mou({ occurredOn: '2023-12-14', data: where }),
  );
  const moved = corrected('jic-4', { occurredOn: '2023-12-14' });
  const { warnings } = await ledger.post(moved, { dryRun: true });
  t.match(warnings, [
    {
      code: 'milestones-keep-date',
      pointer: '',
      detail: /such as mou-1, keep 2023-12/,
      where: { meetingId: 'jic-4', occurredOn: '2023-12' },
    },
  ]);
  const suggested = { ...correctedWhere, where: warnings[0]?.where };
  t.same((await ledger.post({ events: [moved, suggested] }, { dryRun: true })).warnings, []);
  await ledger.post(moved);
  t.same(ids(await ledger.post(suggested)), ['mou-1'], 'ready to be sent');
});

test('a leaf has at most 65,535 bytes', async (t) => {
  const ledger = await given(t);
  const quotes = Array.from({ length: 6 }, () => 'x'.repeat(10_000));
  const event = (last: string) =>
    mou({
      recordId: 'large',
      eventId: '0193e0b8-7c00-7000-8000-000000000001',
      sources: [...quotes, last].map((quote) => ({ publisher: 'P', quote })),
    });
  await ledger.post(event('x'), { dryRun: true });
  const { eventId: _, ...probe } = event('x') as { eventId?: string };
  await ledger.post({ ...probe, recordId: 'probe' });
  const leafBytes = (position: number) => Buffer.byteLength(ledger.rows('events')[position - 1]?.leaf ?? '');
  const room = 65_535 - leafBytes(2);
  // The ids of probe and event are of the same length.
  await ledger.refused(event('x'.repeat(1 + room + 1)), 'event-too-large', '');
  await ledger.refused(event(`é${'x'.repeat(room)}`), 'event-too-large', '');
  await ledger.post(event('x'.repeat(1 + room)));
  t.equal(leafBytes(3), 65_535);
});

test('a dry run says what would be recorded, and writes nothing', async (t) => {
  const ledger = await given(t, meeting());
  const body = { events: [mou({ data: where }), mou({ data: { ...where, title: 'T' } })] };
  const dry = await ledger.post(body, { dryRun: true });
  t.equal(ledger.end(), 2);
  const wet = await ledger.post(body);
  const plain = ({ recorded }: typeof dry) =>
    recorded.map(({ index, position, recordId, version, type }) => ({
      index,
      position,
      recordId,
      version,
      type,
    }));
  t.same(plain(dry), plain(wet));
  await ledger.refused(mou({ recordId: 'mou-1' }), 'record-exists', '/recordId', { dryRun: true });
});

test('a dry run shows what each record would get', async (t) => {
  const people = [{ name: 'Ann', person: true }];
  const ledger = await given(
    t,
    meeting(),
    mou({ data: { ...where, parties: people } }),
    mou({ data: where, sources: [{ publisher: 'A' }] }),
  );
  const changesOf = async (body: object) =>
    (await ledger.post(body, { dryRun: true })).recorded.map(({ recordId, changes }) => [recordId, changes]);
  t.strictSame(await changesOf({ ...correctedWhere, changes: { occurredOn: '2023-12-15' }, where }), [
    ['mou-1', [{ path: '/occurredOn', from: '2023-12-14', to: '2023-12-15' }]],
    ['mou-2', [{ path: '/occurredOn', from: '2023-12-14', to: '2023-12-15' }]],
  ]);
  t.strictSame(
    await changesOf({
      events: [
        retracted('mou-1'),
        evidence('mou-2', 'A', 'B'),
        reclassified('mou-2', 'project'),
        mou({ recordId: 'mou-9' }),
        corrected('mou-9', { addParty: { name: 'Bea', person: true } }),
      ],
    }),
    [
      ['mou-1', [{ path: '/status', from: 'standing', to: 'retracted' }]],
      ['mou-2', [{ path: '/sources/1', to: { publisher: 'B' } }]],
      ['mou-2', [{ path: '/kind', from: 'mou', to: 'project' }]],
      ['mou-9', undefined],
      ['mou-9', [{ path: '/data/parties', to: [{ name: 'Bea', person: true }] }]],
    ],
  );
  t.strictSame(await changesOf(corrected('mou-1', { data: { parties: null } })), [
    ['mou-1', [{ path: '/data/parties', from: people }]],
  ]);
  t.notOk((await ledger.post(retracted('mou-1'))).recorded.some(({ changes }) => changes));
});

test('deciding again on a refused or recorded body gives the same refusal', async (t) => {
  const ledger = await given(t);
  const body = { events: [mou({ recordId: 'a' }), { ...retracted('a'), reason }] };
  await ledger.post(body);
  await ledger.refused(body, 'record-exists', '/events/0/recordId');
  await ledger.refused(body, 'record-exists', '/events/0/recordId');
});

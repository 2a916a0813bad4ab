import fc from 'fast-check';
import { test } from 'tap';
import { Refusal } from '../../../src/errors.ts';
import {
  corrected,
  given,
  initiative,
  meeting,
  mou,
  retracted,
  type TestLedger,
} from '../../helpers/decide.ts';
import { effort, moreInLong } from '../../helpers/effort.ts';
import { ndjson } from '../../helpers/import.ts';
import { numbersOf, synced, syncedAs } from '../../helpers/sync.ts';

const row = (externalId: string, data: object = {}, more: object = {}) =>
  mou({ data: { externalId, ...data }, ...more });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );
}

/** The standing milestones by their external id. */
function standingIn({
  rows,
  record,
}: TestLedger): Map<string, { title?: string; recordId: string; occurredOn: string }> {
  const current = rows('records').filter(
    ({ to_position, standing }) => to_position === null && standing === 1,
  );
  return new Map(
    current.flatMap(({ record_id: recordId, kind }) => {
      if (kind !== 'mou') return [];
      const { data, occurredOn } = record(recordId);
      return [[data.externalId, { ...data, occurredOn, recordId }]];
    }),
  );
}

test('a list is previewed, recorded as previewed, and then nothing is left to do', async (t) => {
  const ledger = await given(t, mou({ recordId: 'a', data: { externalId: 'A', title: 'Old' } }));
  const file = ndjson(row('A', { title: 'New' }), row('B', { title: 'B' }));
  const before = ledger.end();
  const preview = await synced(ledger, file);
  t.same(numbersOf(preview), [1, 1, 0, 0, 0]);
  t.equal(ledger.end(), before, 'a preview records nothing');
  t.same(preview.items, [
    {
      line: 1,
      key: 'A',
      recordId: 'a',
      action: 'changed',
      changes: [{ path: '/data/title', from: 'Old', to: 'New' }],
    },
    {
      line: 2,
      key: 'B',
      action: 'new',
      changes: [
        { path: '/data/externalId', to: 'B' },
        { path: '/data/title', to: 'B' },
        { path: '/occurredOn', to: '2023-12-14' },
      ],
    },
  ]);
  const done = await synced(ledger, file, { expect: preview.hash });
  t.match(done, { recorded: 2, alreadyRecorded: 0, events: 2, hash: preview.hash });
  t.equal(ledger.end(), before + 2);
  t.match(ledger.event(before + 1), {
    type: 'RecordCorrected',
    reason: { code: 'publisher-changed' },
    sources: [{ publisher: 'Ministry' }],
    correlationId: preview.correlationId,
  });
  t.match(ledger.event(before + 2), { type: 'MoUSigned', correlationId: preview.correlationId });

  const again = await synced(ledger, file, { expect: preview.hash });
  t.match(again, { recorded: 0, alreadyRecorded: 2, hash: preview.hash });
  t.equal(ledger.end(), before + 2, 'the same request again records nothing');
  const after = await synced(ledger, file);
  t.same(numbersOf(after), [0, 0, 0, 2, 0]);
  t.same(after.items, []);
  t.match(await synced(ledger, file, { expect: after.hash }), { recorded: 0, alreadyRecorded: 0 });
});

test('records that the list has no more are kept, or retracted, and come back with their row', async (t) => {
  const ledger = await given(t, mou({ recordId: 'other' }));
  const both = ndjson(row('A'), row('B'));
  await syncedAs(ledger, both);
  const one = ndjson(row('A'));
  const kept = await syncedAs(ledger, one);
  t.same(numbersOf(kept.preview), [0, 0, 1, 1, 0]);
  t.match(kept.preview.items, [{ key: 'B', action: 'gone', changes: [] }]);
  t.match(kept.done, { recorded: 0 });
  const { preview } = await syncedAs(ledger, one, { missing: 'retract' });
  t.same([preview.gone, preview.events], [1, 1]);
  t.same(
    [...standingIn(ledger).keys()].sort(),
    ['A', undefined],
    'whatever has no external id is not of the list',
  );
  const back = await syncedAs(ledger, ndjson(row('A'), row('B', { title: 'Back' })), { missing: 'retract' });
  t.match(back.preview.items, [
    { key: 'B', action: 'changed', changes: [{ path: '/status' }, { path: '/data/title' }] },
  ]);
  t.equal(standingIn(ledger).get('B')?.title, 'Back');
});

test('what an officer retracted as a duplicate stays retracted, with a warning', async (t) => {
  const ledger = await given(t, mou({ recordId: 'a' }), mou({ recordId: 'b', data: { externalId: 'B' } }));
  await ledger.post(retracted('b', { reason: { code: 'duplicate', text: 'Twice.', duplicateOf: 'a' } }));
  const { preview } = await syncedAs(ledger, ndjson(row('B')));
  t.same(numbersOf(preview), [0, 0, 0, 1, 0]);
  t.match(preview.warnings, [{ line: 1, code: 'stays-retracted' }]);
});

test('rows that can not be recorded are refused in the preview, and stop no others', async (t) => {
  const ledger = await given(t, meeting(), mou({ recordId: 'taken' }));
  const file = ndjson(
    row('A'),
    row('A'),
    row('B', { meetingId: 'nowhere' }),
    mou({ data: { title: 'no key' } }),
    { type: 'MoUSigned', data: { externalId: 'C', colour: 'red' }, occurredOn: '15/10/2019' },
    corrected('taken', { data: {} }),
    row('D'),
    mou({ repeat: 2 }),
    initiative(),
    meeting('other', '2023', { name: 'M' }),
    { type: 'MeetingHeld', occurredOn: '2023', data: { name: 'no id' } },
  );
  const { preview, done } = await syncedAs(ledger, file, { missing: 'retract' });
  t.same(numbersOf(preview), [2, 0, 1, 0, 9]);
  t.same(
    preview.errors.map(({ line, code, pointer }) => [line, code, pointer]),
    [
      [1, 'rule-violated', ''],
      [2, 'rule-violated', ''],
      [3, 'meeting-not-found', '/data/meetingId'],
      [4, 'invalid-body', '/data/externalId'],
      [5, 'invalid-body', '/occurredOn'],
      [5, 'invalid-body', '/data/colour'],
      [6, 'invalid-body', '/type'],
      [8, 'invalid-body', '/repeat'],
      [9, 'invalid-body', '/recordId'],
      [11, 'invalid-body', '/recordId'],
    ],
  );
  t.match(preview.faults[0], { code: 'invalid-body', column: 'data.externalId', count: 1 });
  t.match(preview.faults.find(({ column }) => column === 'occurredOn')?.examples, [
    { line: 5, value: '15/10/2019' },
  ]);
  t.match(preview.warnings, [{ code: 'nothing-retracted' }]);
  t.match(done, { recorded: 2 });
  t.equal(ledger.record('jic-4').standing, 1);
});

test('rows that look like other records are warned of, in the preview and when recorded', async (t) => {
  const ledger = await given(t, mou({ data: { title: 'T' } }));
  const { preview, done } = await syncedAs(
    ledger,
    ndjson(row('A', { title: 'T' }), row('B', { title: 'U' })),
  );
  for (const { warnings } of [preview, done])
    t.match(warnings, [{ line: 1, code: 'same-title-and-date', detail: /mou-1/ }]);
});

test('a record that was imported without an external id is given it by its row', async (t) => {
  const ledger = await given(t, mou({ recordId: 'a', data: { title: 'T' } }));
  const { preview } = await syncedAs(ledger, ndjson(row('A', { title: 'T' }, { recordId: 'a' })));
  t.match(preview.items, [{ recordId: 'a', changes: [{ path: '/data/externalId', to: 'A' }] }]);
  t.same(numbersOf(await synced(ledger, ndjson(row('A', { title: 'T' })))), [0, 0, 0, 1, 0]);
});

test('several members are a key together; a list may be keyed by its record ids', async (t) => {
  const ledger = await given(t);
  const of = (title: string, party: string, zone: string) =>
    mou({ data: { title, instrument: party, zone } });
  const key = ['data.title', 'data.instrument'];
  const first = ndjson(of('T', 'A', 'Z'), of('T', 'B', 'Z'));
  t.same(numbersOf((await syncedAs(ledger, first, { key })).preview), [2, 0, 0, 0, 0]);
  t.same([...standingIn(ledger).keys()], ['T / A', 'T / B']);
  const { preview } = await syncedAs(ledger, ndjson(of('T', 'A', 'Y'), of('T', 'B', 'Z')), { key });
  t.match(preview.items, [{ key: 'T / A', changes: [{ path: '/data/zone', from: 'Z', to: 'Y' }] }]);

  const byId = ndjson(mou({ recordId: 'mou-1', data: { zone: 'X' } }), meeting('m'));
  const own = await syncedAs(ledger, byId, { key: ['recordId'] });
  t.same(numbersOf(own.preview), [1, 1, 1, 0, 0]);
});

test('a table is keyed by its own columns; its empty cells remove members', async (t) => {
  const ledger = await given(t);
  const options = {
    format: 'csv' as const,
    key: ['No', 'Partner'],
    mapping: {
      columns: {
        Title: 'data.title',
        Signed: 'occurredOn',
        Place: 'data.occasion.place',
        Partner: 'data.parties',
      },
      fixed: { type: 'MoUSigned' },
    },
  };
  const table = (...rows: string[]): string => ['No,Title,Signed,Place,Partner', ...rows].join('\n');
  const first = table('1,T,2023,Here,Northland', '2,U,2024,There,Eastland', ',V,2024,,Eastland');
  const { preview } = await syncedAs(ledger, first, options);
  t.same(numbersOf(preview), [2, 0, 0, 0, 1]);
  t.match(preview.errors, [{ line: 4, code: 'invalid-body' }]);
  t.same([...standingIn(ledger).keys()], ['1 / Northland', '2 / Eastland']);
  const later = await syncedAs(ledger, table('1,,2023,,Northland', '2,U,2024,There,Eastland'), options);
  t.match(later.preview.items, [
    {
      key: '1 / Northland',
      changes: [
        { path: '/data/occasion', from: { place: 'Here' } },
        { path: '/data/title', from: 'T' },
      ],
    },
  ]);
  t.equal(
    await codeOf(synced(ledger, first, { ...options, key: ['Number'] })),
    'malformed-csv',
    'the key must be there',
  );
  const fields = {
    ...options,
    mapping: {
      fields: { type: { text: 'MoUSigned' }, 'data.title': 'Title', occurredOn: 'Signed' },
      ignore: ['Place'],
    },
  };
  t.same(numbersOf(await synced(ledger, first, fields)), [0, 1, 0, 1, 1]);

  const mapped = { fields: { type: { text: 'MoUSigned' }, 'data.externalId': 'No', 'data.title': 'Title' } };
  const { errors } = await synced(ledger, 'No,Title\n,V', { format: 'csv', mapping: mapped });
  t.match(errors, [{ line: 2, code: 'invalid-body', detail: 'is required, as it is the key' }]);
});

test('names of persons are compared, and the ids of events tell nothing of them', async (t) => {
  const ledger = await given(t);
  const chaired = (name: string) => ndjson(meeting('m', '2023', { coChairs: [{ name, role: 'Mayor' }] }));
  const key = ['recordId'];
  const { preview: ada } = await syncedAs(ledger, chaired('Ada'), { key });
  t.same(numbersOf(await synced(ledger, chaired('Ada'), { key })), [0, 0, 0, 1, 0]);
  const [bo, cy] = [
    await synced(ledger, chaired('Bo'), { key }),
    await synced(ledger, chaired('Cy'), { key }),
  ];
  t.same(numbersOf(bo), [0, 1, 0, 0, 0]);
  t.not(bo.hash, cy.hash);
  t.equal(bo.correlationId, cy.correlationId);
  t.not(bo.correlationId, ada.correlationId);
  t.match(await synced(ledger, chaired('Bo'), { key, expect: bo.hash }), { recorded: 1 });
  t.notMatch(
    ledger
      .rows('events')
      .map(({ leaf }) => leaf)
      .join(),
    /Ada|"Bo"/,
  );
});

test('what is recorded meanwhile changes the plan, unless it has nothing to do with it', async (t) => {
  const ledger = await given(t, mou({ recordId: 'a', data: { externalId: 'A' } }), mou({ recordId: 'z' }));
  await ledger.post(initiative({ data: { name: 'Other' } }), { initiativeId: 'other' });
  const file = ndjson(row('A', { title: 'T' }), row('B'));
  const { hash } = await synced(ledger, file);
  await ledger.post(mou({ data: { externalId: 'A' } }), { initiativeId: 'other' });
  await ledger.post(corrected('z', { data: { title: 'Unrelated' } }));
  t.same((await synced(ledger, file)).hash, hash, 'the plan is the same');
  for (const event of [
    corrected('a', { data: { zone: 'Z' } }),
    mou({ recordId: 'b', data: { externalId: 'B' } }),
    retracted('a'),
  ]) {
    const { hash } = await synced(ledger, file);
    await ledger.post(event);
    const before = ledger.end();
    t.equal(await codeOf(synced(ledger, file, { expect: hash })), 'plan-changed', event.type);
    t.equal(ledger.end(), before);
  }
  const now = await synced(ledger, file);
  const other = { code: 'other' as const, text: 'Another reason.' };
  t.equal(await codeOf(synced(ledger, file, { expect: now.hash, reason: other })), 'plan-changed');
  t.equal(await codeOf(synced(ledger, `${file}\n`, { expect: now.hash })), 'plan-changed');
  t.equal(await codeOf(synced(ledger, file, { expect: now.hash })), 'none');
});

test('what is recorded between the plan and its commit is looked at again', async (t) => {
  for (const [event, expected, missing] of [
    [mou(), 'none', 'keep'],
    [mou({ data: { externalId: 'C' } }), 'none', 'keep'],
    [mou({ data: { externalId: 'C' } }), 'plan-changed', 'retract'],
    [mou({ data: { externalId: 'B' } }), 'plan-changed', 'keep'],
    [corrected('a', { data: { zone: 'Z' } }), 'plan-changed', 'keep'],
    [{ type: 'EvidenceAdded', recordId: 'a', sources: [{ publisher: 'P' }] }, 'plan-changed', 'keep'],
    [corrected('same', { data: { sector: 'S' } }), 'none', 'keep'],
    [corrected('same', { data: { zone: 'Z' } }), 'plan-changed', 'keep'],
  ] as const) {
    const ledger = await given(
      t,
      mou({ recordId: 'a', data: { externalId: 'A' } }),
      mou({ recordId: 'same', data: { externalId: 'S', zone: 'Y' } }),
    );
    const file = ndjson(row('A', { title: 'T' }), row('B'), row('S', { zone: 'Y' }));
    const { hash } = await synced(ledger, file, { missing });
    const { store, refresh, recorder } = ledger;
    let posted = false;
    const late = new Proxy(recorder, {
      get(_, name) {
        const value = Reflect.get(recorder, name);
        if (name !== 'recordTogether') return typeof value === 'function' ? value.bind(recorder) : value;
        return async (...args: Parameters<typeof recorder.recordTogether>) => {
          if (!posted) await ledger.post(event);
          posted = true;
          return recorder.recordTogether(...args);
        };
      },
    });
    const code = await codeOf(synced({ store, refresh, recorder: late }, file, { missing, expect: hash }));
    t.equal(code, expected, `${JSON.stringify(event)}, ${missing}`);
  }
});

test('the items of a preview come in pages', async (t) => {
  const ledger = await given(t, mou({ data: { externalId: 'gone' } }));
  const file = ndjson(...Array.from({ length: 5 }, (_, i) => row(`k${i}`)));
  const keys: string[] = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page = await synced(ledger, file, { after, limit: 2 });
    keys.push(...page.items.map(({ key }) => key));
    after = page.next;
  }
  t.same(keys, ['k0', 'k1', 'k2', 'k3', 'k4', 'gone']);
});

test('a list that changes at random is followed exactly', moreInLong, async (t) => {
  const list = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom(...'abcdefgh'),
      title: fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined }),
      occurredOn: fc.constantFrom('2020', '2021-05'),
    }),
    { selector: ({ id }) => id, minLength: 1 },
  );
  const ledger = await given(t);
  await fc.assert(
    fc.asyncProperty(list, async (rows) => {
      const file = ndjson(
        ...rows.map(({ id, title = 'none', occurredOn }) => row(id, { title }, { occurredOn })),
      );
      const before = ledger.end();
      const { preview, done } = await syncedAs(ledger, file, { missing: 'retract' });
      t.equal(ledger.end() - before, preview.events, 'as many events as the preview says');
      t.equal(done.recorded, preview.events);
      const standing = standingIn(ledger);
      t.same(
        [...standing].map(([id, { title, occurredOn }]) => ({ id, title, occurredOn })).sort(byId),
        rows.map(({ id, title = 'none', occurredOn }) => ({ id, title, occurredOn })).sort(byId),
      );
      t.same(numbersOf(await synced(ledger, file, { missing: 'retract' })), [0, 0, 0, rows.length, 0]);
    }),
    { numRuns: effort(15, 150) },
  );
});

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

test('a sync of more events than one commit takes is sent again after an interruption', async (t) => {
  const ledger = await given(t, mou({ data: { externalId: 'gone' } }));
  const file = ndjson(
    row('bad', { meetingId: 'nowhere' }),
    ...Array.from({ length: 1_100 }, (_, i) => row(`k${i}`, { title: `T${i}` })),
  );
  const { hash, events } = await synced(ledger, file, { missing: 'retract' });
  t.equal(events, 1_101);
  const before = ledger.end();
  let commits = 0;
  const { store } = ledger;
  const breaking = new Proxy(ledger.recorder, {
    get(recorder, name) {
      const value = Reflect.get(recorder, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'recordEach' || name === 'recordTogether') {
          commits += 1;
          if (commits === 2) throw new Error('the power failed');
        }
        return value.apply(recorder, args);
      };
    },
  });
  await t.rejects(
    synced({ store, recorder: breaking, refresh: ledger.refresh }, file, {
      missing: 'retract',
      expect: hash,
    }),
    /the power failed/,
  );
  const halfway = ledger.end() - before;
  t.ok(halfway > 0 && halfway < events, `${halfway} events were recorded`);
  const done = await synced(ledger, file, { missing: 'retract', expect: hash });
  t.match(done, { recorded: events - halfway, alreadyRecorded: halfway });
  t.equal(ledger.end() - before, events);
  t.same(numbersOf(await synced(ledger, file)), [0, 0, 0, 1_100, 1]);
});

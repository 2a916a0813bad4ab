import fc from 'fast-check';
import { test } from 'tap';
import { type Planned, type Present, planOf, type SyncRow } from '../../../src/import/sync/row-plan.ts';
import type { Json } from '../../../src/shapes/canonical-json.ts';
import { mergePatch } from '../../../src/shapes/merge-patch.ts';
import { effort, moreInLong } from '../../helpers/effort.ts';

const words = {
  reason: { code: 'publisher-changed' as const, text: 'The list of May.' },
  sources: [{ publisher: 'Ministry' }],
};
const row = (data: object, more: object = {}, empty: string[][] = []): SyncRow => ({
  key: 'k',
  event: { type: 'MoUSigned', data, ...more },
  empty,
});
const present = (data: Present['data'], more: Partial<Present> = {}): Present => ({
  recordId: 'mou-1',
  version: 3,
  status: 'standing',
  data,
  sources: [],
  ...more,
});
const typesOf = ({ events }: Planned): string[] => events.map(({ type }) => type);

test('a row without a record makes it, with the sources of the row and of the list', (t) => {
  const { action, events } = planOf(
    row(
      { title: 'T' },
      { occurredOn: '2023', recordId: 'a', sources: [{ publisher: 'Own' }], note: 'n', eventId: 'not kept' },
    ),
    undefined,
    words,
  );
  t.equal(action, 'new');
  t.same(events, [
    {
      type: 'MoUSigned',
      recordId: 'a',
      expectedVersion: 0,
      occurredOn: '2023',
      data: { title: 'T' },
      sources: [{ publisher: 'Own' }, { publisher: 'Ministry' }],
      note: 'n',
    },
  ]);
  t.end();
});

test('only members that the list has are compared; an empty cell removes its member', (t) => {
  const before = present(
    { title: 'T', zone: 'Z', occasion: { name: 'N', place: 'P' }, amount: { value: 1, currency: 'EUR' } },
    { occurredOn: '2023' },
  );
  t.equal(planOf(row({ title: 'T' }), before, words).action, 'unchanged');
  const { action, changes, events } = planOf(
    row({ title: 'U', occasion: { name: 'M' } }, {}, [
      ['occurredOn'],
      ['data', 'amount', 'value'],
      ['data', 'amount', 'currency'],
      ['data', 'sector'],
      ['data', 'renews', 'text'],
    ]),
    before,
    words,
  );
  t.equal(action, 'changed');
  t.same(changes, [
    { path: '/data/amount', from: { value: 1, currency: 'EUR' } },
    { path: '/data/occasion/name', from: 'N', to: 'M' },
    { path: '/data/title', from: 'T', to: 'U' },
    { path: '/occurredOn', from: '2023' },
  ]);
  t.same(events, [
    {
      type: 'RecordCorrected',
      changes: { occurredOn: null, data: { amount: null, occasion: { name: 'M' }, title: 'U' } },
      reason: words.reason,
      sources: words.sources,
      recordId: 'mou-1',
      expectedVersion: 3,
    },
  ]);
  t.equal(planOf(row({ zone: 'Z' }, {}, [['data', 'title']]), before, words).changes.length, 1);
  t.end();
});

test('a milestone of a meeting keeps its date where its row has none', (t) => {
  const before = present({ meetingId: 'm' }, { occurredOn: '2023' });
  t.equal(planOf(row({ meetingId: 'm' }, {}, [['occurredOn']]), before, words).action, 'unchanged');
  t.end();
});

test("sources of the row that are not there are added; the list's own source alone changes nothing", (t) => {
  const own = { publisher: 'Own', url: 'https://own.example/' };
  const added = planOf(row({}, { sources: [own] }), present({}), words);
  t.same(added.changes, [{ path: '/sources/-', to: own }]);
  t.same(typesOf(added), ['EvidenceAdded']);
  t.same(added.events[0]?.sources, [own, ...words.sources]);
  t.equal(planOf(row({}, { sources: [own] }), present({}, { sources: [own] }), words).action, 'unchanged');
  t.end();
});

test('a record that was retracted comes back with its row, unless it was retracted for good', (t) => {
  const again = planOf(
    row({ title: 'T' }),
    present({}, { status: 'retracted', retractedAs: 'publisher-changed' }),
    words,
  );
  t.same(typesOf(again), ['RecordReinstated', 'RecordCorrected']);
  t.same(
    again.events.map(({ expectedVersion }) => expectedVersion),
    [3, 4],
  );
  t.same(again.changes[0], { path: '/status', from: 'retracted', to: 'standing' });
  const stays = planOf(
    row({ title: 'T' }),
    present({}, { status: 'retracted', retractedAs: 'duplicate' }),
    words,
  );
  t.match(stays, { action: 'unchanged', events: [], kept: 'stays-retracted' });
  t.end();
});

test('a party of which the list gives the name only keeps what is known of it; erased names do not come back', (t) => {
  const parties = [
    { name: 'Ada', person: true },
    { name: 'Northland', country: 'NO' },
  ];
  const same = row({ parties: [{ name: 'Ada' }, { name: 'Northland' }] });
  t.equal(planOf(same, present({ parties }), words).action, 'unchanged');
  const fewer = planOf(row({ parties: [{ name: 'Ada' }] }), present({ parties }), words);
  t.same(fewer.changes[0]?.to, [{ name: 'Ada', person: true }]);
  const erased = present({ parties: [{ name: '[erased]', person: true }] });
  t.match(planOf(same, erased, words), { action: 'unchanged', kept: 'has-erased-names' });
  t.match(planOf(row({}, {}, [['data', 'parties']]), erased, words), { action: 'unchanged' });
  t.end();
});

test('what is planned makes the record as the row says, and then nothing is left to do', moreInLong, (t) => {
  const leaf = fc.constantFrom<Json>('a', 'b', 1, 2, ['a'], ['a', 'b'], []);
  const nested = fc.dictionary(fc.constantFrom('x', 'y'), leaf, { minKeys: 1 });
  const data = fc.dictionary(fc.constantFrom('p', 'q', 'r', 's'), fc.oneof(leaf, nested)) as fc.Arbitrary<
    Present['data']
  >;
  const paths = fc.subarray([['data', 'p'], ['data', 'q', 'x'], ['data', 'r'], ['occurredOn']]);
  const date = fc.option(fc.constantFrom('2023', '2024-05'), { nil: undefined });
  fc.assert(
    fc.property(data, date, data, date, paths, (before, on, after, occurredOn, empty) => {
      const given = (path: string[]): boolean =>
        path[0] === 'occurredOn' ? occurredOn !== undefined : Object.hasOwn(after, path[1] ?? '');
      const asked = row(
        after,
        occurredOn === undefined ? {} : { occurredOn },
        empty.filter((p) => !given(p)),
      );
      const old = present(before, { occurredOn: on });
      const { events } = planOf(asked, old, words);
      const [event] = events;
      if (!event) return;
      const state = { ...(on !== undefined && { occurredOn: on }), data: before };
      const made = mergePatch(state, event.changes as Json) as unknown as Present;
      const left = planOf(asked, { ...old, occurredOn: made.occurredOn, data: made.data }, words);
      t.same(left.events, []);
      for (const [member, value] of Object.entries(after))
        t.match(made.data[member], value as object, 'as the row says');
    }),
    { numRuns: effort(200, 5000) },
  );
  t.end();
});

import { test } from 'tap';
import type { LedgerRecord } from '../../src/shapes/record.ts';
import { type GivenFilters, matches, wantedBy } from '../../src/shapes/record-filter.ts';

const mou: LedgerRecord = {
  initiativeId: 'sci',
  recordId: 'mou-clean-water',
  kind: 'mou',
  version: 1,
  status: 'standing',
  occurredOn: '2023-12',
  data: {
    title: 'Accord sur l’École de Łódź',
    parties: [
      { name: 'Straße  Digital', country: 'DE', externalId: 'ORG 7' },
      { name: { commitment: '0'.repeat(64) }, person: true },
    ],
    places: ['Northport', '深圳'],
    references: [{ text: 'Treaty Series 014/1939' }],
    externalId: 'FO-58509',
    meetingId: 'jic-4',
    pillar: 'Digital',
    validUntil: '2025',
  },
  sources: [{ publisher: 'Smart Cities World', url: 'HTTPS://FO.example/a\\b%c3%a9' }],
};

const found = (filters: GivenFilters, record: LedgerRecord = mou, correlationIds?: Set<string>): boolean =>
  matches(
    record,
    wantedBy(filters, (filter, detail) => new RangeError(`${filter} ${detail}`)),
    correlationIds,
  );

test('q finds words in any order and parts of words, in all that is searched', (t) => {
  for (const q of [
    'lodz ecole',
    "L'ÉCOLE",
    'l´ecole accord',
    'strasse',
    'org 7 lodz',
    '圳',
    'north',
    'o',
    'fo-58509',
    'series 1939',
    'clean-water',
  ])
    t.ok(found({ q }), q);
  for (const q of ['ecole lublin', 'commitment', '0000', 'digital-accord']) t.notOk(found({ q }), q);
  t.ok(found({ q: ['nowhere', 'lodz'] }), 'of several queries any will do');
  t.end();
});

test('a filter is found by any of its values, and all filters must match', (t) => {
  for (const filters of [
    { party: ['nobody', 'STRASSE DIGITAL'] },
    { 'party.all': 'straße digital' },
    { country: ['FR', 'de'], pillar: 'DIGITAL', place: '深圳' },
    { externalId: 'fo-58509' },
    { meetingId: ['jic-3', 'jic-4'] },
    { sourceUrl: 'https://fo.example/a/b%C3%A9' },
    { sources: [0, 1], unsourced: false },
    { unsourced: [true, false] },
    { kind: ['mou', 'claim'] },
    { standing: 'all' },
    { inForceOn: ['2020', '2024'] },
    { endsBy: '2025-12-31' },
    { from: '2023-12-14', until: '2023' },
    { named: true, undated: false },
  ] as GivenFilters[])
    t.ok(found(filters), JSON.stringify(filters));
  for (const filters of [
    { party: 'Strasse' },
    { 'party.all': ['straße digital', 'nobody'] },
    { party: 'straße digital', pillar: 'Green' },
    { place: 'Łódź' },
    { kind: 'project' },
    { standing: 'false' },
    { inForceOn: '2026' },
    { endsBy: '2025-12-30' },
    { from: '2024' },
    { until: '2023-11' },
    { undated: true },
    { correlationId: 'import-1' },
  ] as GivenFilters[])
    t.notOk(found(filters), JSON.stringify(filters));
  t.ok(found({ correlationId: ['import-1', 'import-2'] }, mou, new Set(['import-2'])));
  t.end();
});

test('what has no date may have happened at any time', (t) => {
  const { occurredOn: _, ...undated } = mou;
  t.ok(found({ until: '1900', undated: true }, undated));
  t.ok(found({ from: '2100' }, undated));
  t.end();
});

test('values that mean nothing are refused, with the name of their filter', (t) => {
  t.throws(() => found({ q: '\u00ad ' }), { message: /^q has nothing/ });
  t.throws(() => found({ until: '2023-02-30' }), { message: /^until must be a date/ });
  t.throws(() => found({ inForceOn: ['2023', 'x'] }), { message: /^inForceOn must be a date/ });
  t.throws(() => found({ sourceUrl: 'not a URL' }), { message: /^sourceUrl must be a URL/ });
  t.end();
});

test('a name of a party may stand for several', (t) => {
  const refuse = () => new Error('refused');
  const namesOf = (name: string) => (name === 'Old' ? ['Old', 'Straße Digital'] : [name]);
  t.ok(matches(mou, wantedBy({ 'party.all': ['Old', 'Straße Digital'] }, refuse, namesOf)));
  t.notOk(matches(mou, wantedBy({ party: 'Old' }, refuse)));
  t.end();
});

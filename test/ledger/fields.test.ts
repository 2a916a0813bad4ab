import { test } from 'tap';
import { corrected, evidence, given, mou } from '../helpers/decide.ts';

const named = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ name: `P${i}`, ...more }));
const published = (count: number) => Array.from({ length: count }, (_, i) => ({ publisher: `P${i}` }));

test('a milestone has its sender’s key, references, places, and parties of every role', async (t) => {
  const ledger = await given(t);
  const data = {
    externalId: 'fo-58509',
    references: [
      { text: 'Treaty Series 014/1939', url: 'https://fo.example/TS0014.pdf' },
      { text: 'Cmd 5960' },
    ],
    places: ['Northport', 'Eastby'],
    parties: ['party', 'territory', 'witness', 'depositary', 'other'].map((role) => ({
      name: role,
      role,
      externalId: `id of ${role}`,
    })),
  };
  await ledger.post(mou({ recordId: 'm', data }));
  t.same(ledger.record('m').data, data);
  for (const [pointer, wrong] of [
    ['/data/parties/0/role', { parties: [{ name: 'A', role: 'guest' }] }],
    ['/data/externalId', { externalId: 'x'.repeat(201) }],
    ['/data/references/0/text', { references: [{ url: 'https://fo.example/' }] }],
    ['/data/references/0/url', { references: [{ text: 'A', url: 'fo.example' }] }],
    ['/data/places/0', { places: [' '] }],
  ] as const)
    await ledger.refused(mou({ data: wrong }), 'invalid-body', pointer);
});

test('a record may have 1,000 parties with names of 2,000 characters, and an event 500 sources', async (t) => {
  const ledger = await given(t);
  await ledger.post(mou({ recordId: 'm', data: { parties: named(1000) }, sources: published(500) }));
  await ledger.post(mou({ data: { parties: [{ name: '里'.repeat(2000), person: true }] } }));
  await ledger.post(mou({ recordId: 'p', data: { parties: named(300, { person: true }) } }));
  t.equal(new Set(ledger.rows('openings').map(({ name }) => name)).size, 301);

  await ledger.refused(mou({ data: { parties: named(1001) } }), 'invalid-body', '/data/parties');
  await ledger.refused(
    mou({ data: { parties: [{ name: 'x'.repeat(2001) }] } }),
    'invalid-body',
    '/data/parties/0/name',
  );
  await ledger.refused(mou({ sources: published(501) }), 'invalid-body', '/sources');
  await ledger.refused(corrected('m', { sources: published(501) }), 'invalid-body', '/changes/sources');
  await ledger.post(corrected('p', { sources: published(500) }));

  // Those of a record add up over its events; one that is there already is not added again.
  await ledger.post(evidence('m', 'P1', 'P500', 'P501'));
  t.same(ledger.record('m').sources.slice(499), published(502).slice(499));
});

test('what does not fit into one event is refused with the way to add the rest', async (t) => {
  const ledger = await given(t);
  const parties = named(1000, { name: 'A party with a name of some length, in a country of some length' });
  const { message } = await ledger.refused(mou({ data: { parties } }), 'event-too-large', '');
  t.match(message, /EvidenceAdded.*RecordCorrected with addParty/);
});

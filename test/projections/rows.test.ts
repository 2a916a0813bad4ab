import { test } from 'tap';
import { openLedger } from '../helpers/decide.ts';
import { fillSearch } from '../helpers/search.ts';

/** Columns that most rows of these tables have alike. */
const record = {
  prev_position: null,
  to_position: null,
  initiative_id: 'sci',
  version: 1,
  standing: 1,
  meeting_id: null,
  earliest: null,
  latest: null,
  named: 0,
  keys: null,
  same_as: null,
  external_id: null,
  in_force_from: null,
  in_force_until: null,
  facets: '\nsources=0\nunsourced\n',
  words: '\n',
  state: null,
};
const event = {
  initiative_id: 'sci',
  version: 1,
  latest: null,
  late_days: null,
  recorded_at: Date.parse('2024-01-05T12:00:00.000Z'),
  recorded_by: 'officer',
  reason_code: null,
};
const day = { earliest: '2023-12-14', latest: '2023-12-14', in_force_from: '2023-12-14' };
const december = { earliest: '2023-12-01', latest: '2023-12-31', in_force_from: '2023-12-31' };
const reason = { code: 'other', text: 'T' };
const sources = [{ publisher: 'The Daily', url: 'https://example.org/a' }];

test('the rows of a dozen events are these, written by hand', async (t) => {
  const { post, rows, refresh, url } = await openLedger(t);
  const events: object[] = [
    { type: 'InitiativeRegistered', data: { name: 'SCI' } },
    { type: 'MeetingHeld', recordId: 'jic-4', occurredOn: '2023-12', data: { ordinal: 4, series: 'JIC' } },
    { type: 'MoUSigned', data: { meetingId: 'jic-4' } },
    {
      type: 'MoUSigned',
      recordId: 'zone',
      occurredOn: '2023-12-14',
      data: { title: 'Zone', pillar: 'Talent', parties: [{ name: 'ICT' }] },
      sources,
    },
    {
      type: 'ProjectLaunched',
      occurredOn: '2023-12-14',
      data: { sector: 'Ports', zone: 'Z', validUntil: '2024' },
    },
    {
      type: 'FigureClaimed',
      occurredOn: '2023-12-14',
      data: { metric: 'mous', value: 2, qualifier: 'exact', scope: 'meeting:jic-4' },
      sources: [{ publisher: 'P' }],
    },
    { type: 'RecordCorrected', recordId: 'jic-4', changes: { occurredOn: '2023-12-14' }, reason },
    { type: 'RecordCorrected', recordId: 'zone', changes: { data: { pillar: null } }, reason },
    { type: 'EvidenceAdded', recordId: 'mou-1', sources },
    { type: 'RecordRetracted', recordId: 'mou-1', reason },
    { type: 'RecordReinstated', recordId: 'mou-1', reason },
    { type: 'RecordReclassified', recordId: 'zone', to: 'project', reason },
  ];
  for (const body of events) await post(body);

  const stored = rows('events').map(({ leaf: _, event_id: __, fingerprint: ___, ...row }) => row);
  const made = { latest: '2023-12-14', late_days: 22 };
  const inDecember = { latest: '2023-12-31', late_days: 5 };
  const because = { reason_code: 'other' };
  t.same(stored, [
    { ...event, position: 1, type: 'InitiativeRegistered', record_id: 'sci', kind: 'initiative' },
    {
      ...event,
      position: 2,
      type: 'MeetingHeld',
      record_id: 'jic-4',
      kind: 'meeting',
      ...inDecember,
    },
    { ...event, ...inDecember, position: 3, type: 'MoUSigned', record_id: 'mou-1', kind: 'mou' },
    { ...event, ...made, position: 4, type: 'MoUSigned', record_id: 'zone', kind: 'mou' },
    { ...event, ...made, position: 5, type: 'ProjectLaunched', record_id: 'project-1', kind: 'project' },
    { ...event, ...made, position: 6, type: 'FigureClaimed', record_id: 'claim-1', kind: 'claim' },
    {
      ...event,
      ...because,
      position: 7,
      type: 'RecordCorrected',
      record_id: 'jic-4',
      version: 2,
      kind: 'meeting',
    },
    {
      ...event,
      ...because,
      position: 8,
      type: 'RecordCorrected',
      record_id: 'zone',
      version: 2,
      kind: 'mou',
    },
    { ...event, position: 9, type: 'EvidenceAdded', record_id: 'mou-1', version: 2, kind: 'mou' },
    {
      ...event,
      ...because,
      position: 10,
      type: 'RecordRetracted',
      record_id: 'mou-1',
      version: 3,
      kind: 'mou',
    },
    {
      ...event,
      ...because,
      position: 11,
      type: 'RecordReinstated',
      record_id: 'mou-1',
      version: 4,
      kind: 'mou',
    },
    {
      ...event,
      ...because,
      position: 12,
      type: 'RecordReclassified',
      record_id: 'zone',
      version: 3,
      kind: 'mou',
    },
  ]);

  const source = '{"publisher":"The Daily","url":"https://example.org/a"}';
  const daily = 'publisher=the daily\nsource=https://example.org/a\nsources=1';
  const zone = `{"data":{"parties":[{"name":"ICT"}],"title":"Zone"},"occurredOn":"2023-12-14","sources":[${source}]}`;
  // It has the date of its meeting.
  const mou = { ...record, ...december, made: 3, record_id: 'mou-1', kind: 'mou', meeting_id: 'jic-4' };
  const withEvidence = {
    ...mou,
    facets: `\n${daily}\n`,
    state: `{"data":{"meetingId":"jic-4"},"occurredOn":"2023-12","sources":[${source}]}`,
  };
  // The key under which equal titles are found is a hash.
  await fillSearch(url, 4);
  await refresh();
  const texts = new Map(rows('search_texts').map((row) => [row.position, row]));
  const records = rows('records').map(({ title_key: _, ...row }) => ({
    ...row,
    // What the search index has of it.
    ...texts.get(row.position),
  }));
  t.same(records, [
    { ...record, position: 1, made: 1, record_id: 'sci', kind: 'initiative', words: 'sci\n\nsci' },
    {
      ...record,
      ...december,
      position: 2,
      to_position: 7,
      made: 2,
      record_id: 'jic-4',
      kind: 'meeting',
      words: '\n\njic-4',
    },
    { ...mou, position: 3, to_position: 9 },
    {
      ...record,
      ...day,
      position: 4,
      to_position: 8,
      made: 4,
      record_id: 'zone',
      kind: 'mou',
      named: 1,
      keys: '{"pillar":["Talent"]}',
      facets: `\npillar=talent\nparty=ict\nrole=party\n${daily}\n`,
      words: 'zone\nict\nzone',
    },
    {
      ...record,
      ...day,
      position: 5,
      made: 5,
      record_id: 'project-1',
      kind: 'project',
      keys: '{"zone":["Z"],"sector":["Ports"]}',
      in_force_until: '2024-12-31',
      facets: '\nzone=z\nsector=ports\nsources=0\nunsourced\n',
    },
    {
      ...record,
      ...day,
      position: 6,
      made: 6,
      record_id: 'claim-1',
      kind: 'claim',
      meeting_id: 'jic-4',
      facets: '\npublisher=p\nsources=1\n',
    },
    {
      ...record,
      ...day,
      position: 7,
      prev_position: 2,
      made: 2,
      record_id: 'jic-4',
      kind: 'meeting',
      version: 2,
      words: '\n\njic-4',
      state: '{"data":{"ordinal":4,"series":"JIC"},"occurredOn":"2023-12-14","sources":[]}',
    },
    {
      ...record,
      ...day,
      position: 8,
      prev_position: 4,
      to_position: 12,
      made: 4,
      record_id: 'zone',
      kind: 'mou',
      version: 2,
      named: 1,
      facets: `\nparty=ict\nrole=party\n${daily}\n`,
      words: 'zone\nict\nzone',
      state: zone,
    },
    { ...withEvidence, position: 9, prev_position: 3, to_position: 10, version: 2 },
    { ...withEvidence, position: 10, prev_position: 9, to_position: 11, version: 3, standing: 0 },
    { ...withEvidence, position: 11, prev_position: 10, version: 4 },
    {
      ...record,
      ...day,
      position: 12,
      prev_position: 8,
      made: 4,
      record_id: 'zone',
      kind: 'project',
      version: 3,
      named: 1,
      facets: `\nparty=ict\nrole=party\n${daily}\n`,
      words: 'zone\nict\nzone',
      state: zone,
    },
  ]);
  t.same(rows('record_numbers'), [
    { initiative_id: 'sci', kind: 'claim', last_number: 1 },
    { initiative_id: 'sci', kind: 'mou', last_number: 1 },
    { initiative_id: 'sci', kind: 'project', last_number: 1 },
  ]);
});

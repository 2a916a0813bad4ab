import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { parseEdtf } from '../../src/shapes/edtf.ts';
import type { LedgerRecord } from '../../src/shapes/record.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { recordsAfter } from '../helpers/naive.ts';
import { claim, mou, openRegister, project, registered } from '../http/reading/register.ts';

const pick = <T>(...values: T[]) => fc.constantFrom(...values);

const milestone = fc.record({
  of: pick(mou, project),
  date: pick('2021', '2022-03', '2022-12/2023-02', '[..2022]', '2023-12-14'),
  data: fc.record(
    {
      meetingId: pick('m-1', 'm-2'),
      sector: pick('Health', 'HEALTH', 'R+D'),
      pillar: pick('x', 'y'),
      parties: pick(
        [{ name: 'Zürich', country: 'CH' }],
        [{ name: 'ZÜRICH' }, { name: 'Ada', person: true, country: 'SG' }],
        [{ name: 'Acme' }, { name: 'Zürich', country: 'SG' }],
      ),
    },
    { requiredKeys: [] },
  ),
});

const term = pick(
  'meetings',
  'meeting:m-1',
  'series:jic',
  'sector:health',
  'sector:r+d',
  'pillar:X',
  'party:zürich',
  'party:Ada',
  'country:sg',
  'year:2022',
  'year:2023',
);
const claimed = fc.record({
  metric: pick('mous', 'projects', 'meetings'),
  scope: fc.uniqueArray(term, { minLength: 1, maxLength: 3 }).map((terms) => terms.join('+')),
  date: pick('2021', '2022-12-31', '2024'),
});

/** Whether a record is in a term of a scope: surely, perhaps or not. */
function isIn(term: string, record: LedgerRecord, until: string): boolean | undefined {
  const [name = '', value = ''] = term.split(/:(.*)/s);
  const { meetingId, sector, pillar, parties = [] } = record.data as Milestone;
  const meeting = record.kind === 'meeting' ? record.recordId : meetingId;
  const is = (text: unknown) => typeof text === 'string' && text.toLowerCase() === value.toLowerCase();
  switch (name) {
    case 'meetings':
      return meeting !== undefined;
    case 'meeting':
      return meeting === value;
    case 'series':
      return meeting === 'm-1';
    case 'sector':
      return is(sector);
    case 'pillar':
      return is(pillar);
    case 'party':
      return parties.some((party) => is(party.name));
    case 'country':
      return parties.some((party) => is(party.country));
  }
  const { earliest = '', latest } = parseEdtf(record.occurredOn ?? '') ?? { latest: '9' };
  const end = until < `${value}-12-31` ? until : `${value}-12-31`;
  if (end < `${value}-01-01` || earliest > end || latest < `${value}-01-01`) return false;
  return earliest >= `${value}-01-01` && latest <= end ? true : undefined;
}
interface Milestone {
  meetingId?: string;
  sector?: string;
  pillar?: string;
  parties?: { name: unknown; country?: string }[];
}

/** What is recorded and what is possible of a claim, by going through all records. */
function counted(records: LedgerRecord[], metric: string, scope: string, until: string) {
  const terms = scope
    .split('+')
    .flatMap((part, i, parts) => (part === 'd' ? [] : parts[i + 1] === 'd' ? `${part}+d` : part));
  const years = new Set(terms.filter((one) => one.startsWith('year:')));
  const isMeeting = terms.every((one) => /^(meetings$|meeting:|series:|year:)/.test(one));
  if (years.size > 1 || (metric === 'meetings' && !isMeeting)) return undefined;
  const sums = { recorded: 0, possible: 0 };
  for (const record of records) {
    const { earliest = '', latest } = parseEdtf(record.occurredOn ?? '') ?? { latest: '9' };
    if (`${record.kind}s` !== metric || earliest > until) continue;
    const all = terms.map((one) => isIn(one, record, until));
    if (all.includes(false)) continue;
    if (latest <= until && !all.includes(undefined)) sums.recorded += 1;
    else sums.possible += 1;
  }
  return sums;
}

t.test('claims of joined scopes count what going through all records counts', moreInLong, async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(milestone, { maxLength: 20 }),
      fc.array(claimed, { minLength: 1, maxLength: 12 }),
      async (milestones, claims) => {
        const { app, post, get } = await openRegister(t);
        await post(
          'sci',
          registered(),
          { type: 'MeetingHeld', recordId: 'm-1', occurredOn: '2022-05', data: { series: 'JIC' } },
          { type: 'MeetingHeld', recordId: 'm-2', occurredOn: '2022/2023', data: {} },
          ...milestones.map(({ of, date, data }, i) => of(`r-${i}`, date, data)),
          ...claims.map(({ metric, scope, date }, i) => claim(`c-${i}`, date, { metric, scope, value: 1 })),
        );
        const leaves = (await app.inject('/v1/export')).body.trim().split('\n');
        const records = recordsAfter(leaves, 'sci');
        const told = new Map<string, object>();
        for (const one of (await get('/v1/initiatives/sci/summary')).claims) told.set(one.recordId, one);
        for (const [i, { metric, scope, date }] of claims.entries()) {
          const { recorded, possible } = told.get(`c-${i}`) as { recorded?: number; possible?: number };
          const expected = counted(records, metric, scope, parseEdtf(date)?.latest ?? '');
          assert.deepEqual(
            recorded === undefined ? undefined : { recorded, possible },
            expected,
            `${metric} of ${scope} by ${date}`,
          );
        }
      },
    ),
    { numRuns: effort(6, 40) },
  );
});

import { Refusal } from '../errors.ts';
import { outsideMeetings } from '../projections/tally.ts';
import { meetingsIn } from '../shapes/claim-scope.ts';
import { folded } from '../shapes/folded.ts';
import { comparedText, matches, several, wantedBy } from '../shapes/record-filter.ts';
import { mapInTurns } from '../turns.ts';
import { announcedIn, claimsOf, comparing } from '../views/claims.ts';
import {
  countable,
  countMeetings,
  type MeetingCounts,
  meetingsOf,
  missingOrdinals,
  ofEach,
} from '../views/meetings.ts';
import { recordList } from '../views/record-list.ts';
import { inOrder } from '../views/record-order.ts';
import { type RecordView, recordView, recordViews } from '../views/records.ts';
import { list, single } from './answer.ts';
import { firstAsJson, pageOfWhole, partBytesMax } from './bounds.ts';
import { columnsOf } from './columns.ts';
import { recordKnownAt } from './known.ts';
import {
  badFilter,
  bySlug,
  filtersOfMeetings,
  initiativeParameter,
  lastDayOf,
  recordParameters,
  sortOf,
  sortParameter,
  untilParameter,
} from './parameters.ts';
import { MeetingAnswer, MeetingListAnswer } from './schemas.ts';

const tag = 'initiatives';

export const meetings = list({
  name: 'listMeetings',
  path: '/v1/initiatives/:initiativeId/meetings',
  summary: 'Meetings with counts and running totals',
  description:
    'Standing meetings in order of earliest day, latest day, series, ordinal and position, unless sort says otherwise; those without a date come last. Running totals run in that order, whatever sort says, over the meetings of the list: with series, over those of the series; what has no date is in none. With until, a meeting that may have been held by then is possible: it is listed, but not counted as a meeting.',
  tag,
  parameters: {
    ...initiativeParameter,
    ...filtersOfMeetings,
    series: several(comparedText(200)),
    ...sortParameter,
  },
  paging: bySlug,
  shape: MeetingListAnswer,
  columns: columnsOf.meetings,
  async open({ ledger, at: { position }, parameters: { initiativeId, series, sort, ...filters } }) {
    const { db } = ledger.store;
    const wanted = wantedBy(filters, badFilter);
    const { from: first, until } = wanted.cut;
    const all = await meetingsOf(db, initiativeId, position);
    const announced = announcedIn(await claimsOf(db, initiativeId, position, true), until);
    const named = series && new Set(series.map(folded));
    const isHeld = await mapInTurns(
      all,
      ({ record }) => matches(record, wanted) && (!named || named.has(folded(record.data.series ?? ''))),
    );
    const held = all.filter((_, i) => isHeld[i]);
    const outside = await ledger.counts.at(initiativeId, position, (tally) => {
      const { total, possible } = tally.counts('all', '', until);
      const cut = { total: outsideMeetings(total), possible: outsideMeetings(possible) };
      const undated = outsideMeetings(tally.undated('all', ''));
      return ofEach((kind) => countable(cut, kind, until, undated));
    });
    const counts = await countMeetings(ledger.counts, initiativeId, position, held, announced, until);
    const ordered = await inOrder(
      held.map((meeting, i) => ({ ...meeting, counts: counts[i] })),
      sortOf(sort),
    );
    const show = async (page: typeof ordered, bytesMax: number) => {
      const records = page.map(({ record }) => record);
      const views = await recordViews(db, records, { from: first });
      return firstAsJson(
        views.map((view, i) => ({ ...view, ...page[i]?.counts })),
        bytesMax,
      );
    };
    return async (asked) => ({
      ...(await pageOfWhole(ordered, ({ record }) => record.recordId, asked, show)),
      more: () => ({
        ...missingOrdinals(held),
        outside,
      }),
    });
  },
});

/** A meeting lists no more of a kind than this; the lists have them all. */
const milestonesMax = 1000;

export const meeting = single({
  name: 'getMeeting',
  path: '/v1/initiatives/:initiativeId/meetings/:recordId',
  summary: 'One meeting',
  description: `The meeting, its MoUs and projects (of each the first ${milestonesMax}, or about 1 MiB; the lists with meetingId have all), how complete they are, and the claims about the meeting or made at it.`,
  tag,
  parameters: { ...recordParameters, ...untilParameter },
  shape: MeetingAnswer,
  async compute({ ledger: { store, counts }, at: { position }, parameters }) {
    const { db } = store;
    const { initiativeId, recordId } = parameters;
    const until = lastDayOf(parameters.until, 'until');
    const record = await recordKnownAt(store, initiativeId, recordId, position);
    if (record.kind !== 'meeting')
      throw new Refusal('record-not-found', `${recordId} is no meeting of ${initiativeId}.`);
    const meetings = await meetingsOf(db, initiativeId, position);
    const claims = await claimsOf(db, initiativeId, position);
    const announced = announcedIn(claims, until);
    const own = meetings.findIndex((meeting) => meeting.record.recordId === recordId);
    const about = claims.filter(
      ({ record: { data }, span }) =>
        (until === undefined || span.latest <= until) &&
        (meetingsIn(data.scope).includes(recordId) || data.madeAt === recordId),
    );
    const first = about.slice(0, milestonesMax);
    const held = meetings.slice(0, own + 1);
    const counted =
      (await countMeetings(counts, initiativeId, position, held, announced, until)).at(-1) ??
      retractedMeeting(until);
    const place = { db, counts, initiativeId, position };
    const wanted = wantedBy({ meetingId: recordId, until: parameters.until }, badFilter);
    const milestones = async (kind: 'mou' | 'project'): Promise<RecordView[]> => {
      const scope = { initiativeId, kinds: [kind] };
      const size = { limit: milestonesMax, bytesMax: partBytesMax };
      const { items } = await recordList({ db, position, scope, wanted }).page(undefined, size);
      return recordViews(db, items, wanted.cut);
    };
    const [mous, projects] = [await milestones('mou'), await milestones('project')];
    const compared = firstAsJson(await comparing(place, claims, first, until)(first));
    const listed = { mous: mous.length, projects: projects.length };
    return {
      ...(await recordView(db, record)),
      ...counted,
      mous,
      projects,
      claims: compared,
      ...leftOut(counted, listed, about.length - compared.length),
    };
  },
});

/** Says how much of each part there is no room for, where there is more. */
function leftOut({ counts }: MeetingCounts, listed: { mous: number; projects: number }, claims: number) {
  const left = ofEach((kind) => counts[kind].total + (counts[kind].possible ?? 0) - listed[kind]);
  const parts = { ...left, claims };
  return Object.values(parts).some((count) => count > 0) ? { leftOut: parts } : {};
}

/** A retracted meeting counts nowhere. */
const retractedMeeting = (until: string | undefined): MeetingCounts => ({
  counts: ofEach(() => ({ total: 0, ...(until !== undefined && { possible: 0 }), named: 0 })),
  running: { meetings: 0, mous: 0, projects: 0 },
  coverage: ofEach(() => 'unknown'),
});

import { Refusal } from '../errors.ts';
import { outsideMeetings } from '../projections/tally.ts';
import { folded } from '../shapes/folded.ts';
import { announcedIn, Comparison, claimsOf, previousAmong } from '../views/claims.ts';
import {
  countable,
  countMeetings,
  type Meeting,
  type MeetingCounts,
  meetingsOf,
  missingOrdinals,
  ofEach,
} from '../views/meetings.ts';
import { listRecords } from '../views/record-list.ts';
import { type RecordView, recordView, recordViews } from '../views/records.ts';
import { list, single } from './answer.ts';
import { firstAsJson, pageOfWhole, partBytesMax } from './bounds.ts';
import { columnsOf } from './columns.ts';
import { recordKnownAt } from './known.ts';
import {
  bySlug,
  compared,
  initiativeParameter,
  lastDayOf,
  recordParameters,
  untilOfItems,
  untilParameter,
} from './parameters.ts';
import { MeetingAnswer, MeetingListAnswer } from './schemas.ts';

const tag = 'initiatives';

export const meetings = list({
  name: 'listMeetings',
  path: '/v1/initiatives/:initiativeId/meetings',
  summary: 'Meetings with counts and running totals',
  description:
    'Standing meetings in order of earliest day, latest day, series, ordinal and position. Running totals run over the meetings of the list: with series, over those of the series. With until, a meeting that may have been held by then is possible: it is listed, but not counted as a meeting.',
  tag,
  parameters: { ...initiativeParameter, ...untilOfItems, series: compared(200) },
  paging: bySlug,
  shape: MeetingListAnswer,
  columns: columnsOf.meetings,
  async open({ ledger, at: { position }, parameters: { initiativeId, series, ...cut } }) {
    const { db } = ledger.store;
    const until = lastDayOf(cut.until, 'until');
    const all = await meetingsOf(db, initiativeId, position);
    const announced = announcedIn(await claimsOf(db, initiativeId, position, true), until);
    const held = all
      .filter(({ earliest }) => until === undefined || earliest <= until)
      .filter(({ record }) => series === undefined || folded(record.data.series ?? '') === folded(series));
    const { total, possible } = await ledger.counts.at(initiativeId, position, (tally) =>
      tally.counts('all', '', until),
    );
    const outside = { total: outsideMeetings(total), possible: outsideMeetings(possible) };
    const counts = await countMeetings(ledger.counts, initiativeId, position, held, announced, until);
    const show = async (page: readonly Meeting[], bytesMax: number, from: number) => {
      const records = page.map(({ record }) => record);
      const views = (await recordViews(db, records)).map((view, i) => ({ ...view, ...counts[from + i] }));
      return firstAsJson(views, bytesMax);
    };
    return async (asked) => ({
      ...(await pageOfWhole(held, ({ record }) => record.recordId, asked, show)),
      more: () => ({
        ...missingOrdinals(held),
        outside: ofEach((kind) => countable(outside, kind, until)),
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
        (data.scope === `meeting:${recordId}` || data.madeAt === recordId),
    );
    const previous = await previousAmong(claims);
    const first = about.slice(0, milestonesMax);
    const held = meetings.slice(0, own + 1);
    const counted =
      (await countMeetings(counts, initiativeId, position, held, announced, until)).at(-1) ??
      retractedMeeting(until);
    const comparison = await counts.at(
      initiativeId,
      position,
      (tally) => new Comparison(first, previous, meetings, tally, until),
    );
    const filters = { meetingId: recordId, until };
    const milestones = async (kind: 'mou' | 'project'): Promise<RecordView[]> => {
      const scope = { initiativeId, kinds: [kind] };
      const size = { limit: milestonesMax, bytesMax: partBytesMax };
      const { items } = await listRecords({ db, position, scope, filters }, 0, size);
      return recordViews(db, items, until);
    };
    const [mous, projects] = [await milestones('mou'), await milestones('project')];
    const compared = firstAsJson(await comparison.compared());
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

import { Type } from 'typebox';
import { Refusal } from '../../errors.ts';
import { folded } from '../../ledger/title-key.ts';
import type { At } from '../../views/at.ts';
import { claimsOf, compareClaims } from '../../views/claims.ts';
import { countMeetings, meetingsOf, missingOrdinals, mousOf, projectsOf } from '../../views/meetings.ts';
import { listRecords, recordAt, recordViews } from '../../views/records.ts';
import { outsideMeetings } from '../../views/tally.ts';
import { columnsOf } from '../csv.ts';
import type { App } from '../instance.ts';
import {
  bySlug,
  format,
  initiativeParams,
  lastDayOf,
  limitStandard,
  moment,
  placeAfter,
  queryOf,
  recordParams,
  untilParameter,
} from '../queries.ts';
import { MeetingAnswer, MeetingListAnswer } from '../schemas.ts';
import type { Body } from './initiatives.ts';
import { lists, type Reading, reads } from './reading.ts';

const tags = ['initiatives'];

/** A meeting's page lists no more milestones of a kind than this; the lists with `meetingId` have them all. */
const milestonesMax = 1000;

export function meetingRoutes(app: App, reading: Reading): void {
  const { store, counts } = reading.ledger;
  const { db } = store;

  app.get(
    '/v1/initiatives/:initiativeId/meetings',
    {
      schema: {
        ...lists(
          {
            operationId: 'listMeetings',
            summary: 'Meetings with counts and running totals',
            description:
              'Standing meetings in order of earliest day, latest day, series, ordinal and position. Running totals run over the meetings listed, so with series over those of the series.',
            tags,
          },
          MeetingListAnswer,
        ),
        params: initiativeParams,
        querystring: queryOf({
          ...moment,
          ...untilParameter,
          series: Type.Optional(
            Type.String({ minLength: 1, maxLength: 200, description: 'Compared without regard to case.' }),
          ),
          ...bySlug,
          ...format,
        }),
      },
    },
    (request, reply) => {
      let counted: Awaited<ReturnType<typeof countedMeetings>> | undefined;
      return reading.list(
        request,
        reply,
        columnsOf.meetings,
        async (at, { after, limit = limitStandard }) => {
          counted ??= await countedMeetings(request.params.initiativeId, at, request.query);
          const { held, counts, outside } = counted;
          const from = placeAfter(held, after, ({ record }) => record.recordId);
          const page = held.slice(from, from + limit);
          const views = await recordViews(
            db,
            page.map(({ record }) => record),
          );
          return {
            items: views.map((view, i) => ({ ...view, ...counts[from + i] })),
            next: from + limit < held.length ? page.at(-1)?.record.recordId : undefined,
            more: () => ({ missingOrdinals: missingOrdinals(held), outside }),
          };
        },
      );
    },
  );

  /** The meetings held, with their counts, and what is outside of meetings. */
  const countedMeetings = async (
    initiativeId: string,
    at: At,
    query: { series?: string; until?: string },
  ) => {
    const { series } = query;
    const until = lastDayOf(query.until, 'until');
    await reading.initiative(initiativeId, at);
    const all = await meetingsOf(db, initiativeId, at.position);
    const held = all
      .filter(({ latest }) => until === undefined || latest <= until)
      .filter(({ record }) => series === undefined || folded(record.data.series ?? '') === folded(series));
    return counts.at(initiativeId, at.position, (tally) => {
      const { total, possible } = tally.counts('all', '', until);
      const outside = { total: outsideMeetings(total), possible: outsideMeetings(possible) };
      return {
        held,
        counts: countMeetings(held, tally, until),
        outside: { mous: mousOf(outside, until), projects: projectsOf(outside, until) },
      };
    });
  };

  app.get(
    '/v1/initiatives/:initiativeId/meetings/:recordId',
    {
      schema: {
        ...reads(
          {
            operationId: 'getMeeting',
            summary: 'One meeting',
            description: `The meeting, what was signed and launched at it (the first ${milestonesMax} of each; the lists with meetingId have all), how completely, and the claims about it and made at it.`,
            tags,
          },
          MeetingAnswer,
        ),
        params: recordParams,
        querystring: queryOf({ ...moment, ...untilParameter }),
      },
    },
    (request, reply) =>
      reading.ofInitiative(request, reply, async (at) => {
        const { initiativeId, recordId } = request.params;
        const until = lastDayOf(request.query.until, 'until');
        const record = await recordAt(db, initiativeId, recordId, at.position);
        if (record?.kind !== 'meeting')
          throw new Refusal('record-not-found', `${recordId} is no meeting of ${initiativeId}.`);
        const [view] = await recordViews(db, [record]);
        if (!view) throw new Error('a record has no view');
        const meetings = await meetingsOf(db, initiativeId, at.position);
        const claims = await claimsOf(db, initiativeId, at.position);
        const own = meetings.findIndex((meeting) => meeting.record.recordId === recordId);
        const { meeting, compared } = await counts.at(initiativeId, at.position, (tally) => ({
          meeting:
            own === -1
              ? retractedMeeting
              : (countMeetings(meetings.slice(0, own + 1), tally, until).at(-1) ?? retractedMeeting),
          compared: compareClaims(claims, meetings, tally, until),
        }));
        const milestones = (kind: 'mou' | 'project') =>
          listRecords(
            db,
            at.position,
            { initiativeId, kinds: [kind] },
            { meetingId: recordId, ...(until === undefined ? {} : { until }) },
            0,
            milestonesMax,
          );
        return {
          ...view,
          ...meeting,
          mous: await recordViews(db, (await milestones('mou')).items),
          projects: await recordViews(db, (await milestones('project')).items),
          claims: compared.filter(
            ({ scope, madeAt }) => scope === `meeting:${recordId}` || madeAt === recordId,
          ),
        } satisfies Body<typeof MeetingAnswer>;
      }),
  );
}

/** A retracted meeting counts nowhere. */
const retractedMeeting = {
  counts: { mous: { total: 0, named: 0 }, projects: { total: 0, named: 0 } },
  running: { meetings: 0, mous: 0, projects: 0 },
  coverage: { mous: 'unknown' as const, projects: 'unknown' as const },
};

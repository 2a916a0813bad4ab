import type { Static } from 'typebox';
import type { At } from '../../views/at.ts';
import { claimsOf, compareClaims } from '../../views/claims.ts';
import { meetingsOf } from '../../views/meetings.ts';
import { overallTally } from '../../views/overall.ts';
import { countInitiatives, listInitiatives, recordViews } from '../../views/records.ts';
import { breakdown, summaryCounts } from '../../views/summary.ts';
import { columnsOf } from '../csv.ts';
import type { App } from '../instance.ts';
import {
  bySlug,
  format,
  initiativeParams,
  lastDayOf,
  limitStandard,
  moment,
  queryOf,
  untilParameter,
} from '../queries.ts';
import { InitiativeAnswer, InitiativeListAnswer, OverallAnswer, SummaryAnswer } from '../schemas.ts';
import { lists, type Reading, reads } from './reading.ts';

const tags = ['initiatives'];

/** The initiatives with their counts, and the summaries. */
export function initiativeRoutes(app: App, reading: Reading): void {
  const { store, counts } = reading.ledger;
  const { db } = store;

  app.get(
    '/v1/initiatives',
    {
      schema: {
        ...lists(
          {
            operationId: 'listInitiatives',
            summary: 'Initiatives with their counts',
            description: 'Standing initiatives in the order of their ids.',
            tags,
          },
          InitiativeListAnswer,
        ),
        querystring: queryOf({ ...moment, ...untilParameter, ...bySlug, ...format }),
      },
    },
    (request, reply) =>
      reading.list(
        request,
        reply,
        columnsOf.initiatives,
        async (at, { after = '', limit = limitStandard }) => {
          const until = lastDayOf(request.query.until, 'until');
          const page = await listInitiatives(db, at.position, after, limit);
          const views = await recordViews(db, page.items);
          const items = [];
          for (const view of views) {
            const counted = await counts.at(view.initiativeId, at.position, (tally) =>
              summaryCounts(tally, until),
            );
            items.push({ ...view, counts: counted });
          }
          return { ...page, items };
        },
      ),
  );

  /** What an initiative's summary says, as of a moment. */
  const summaryOf = async (initiativeId: string, at: At, until: string | undefined) => {
    const meetings = await meetingsOf(db, initiativeId, at.position);
    const claims = await claimsOf(db, initiativeId, at.position);
    return counts.at(initiativeId, at.position, (tally) => ({
      counts: summaryCounts(tally, until),
      ...breakdown(tally, until),
      claims: compareClaims(claims, meetings, tally, until),
    }));
  };

  app.get(
    '/v1/initiatives/:initiativeId',
    {
      schema: {
        ...reads(
          {
            operationId: 'getInitiative',
            summary: 'An initiative and its summary',
            description: 'The record of the initiative, and all that its summary says.',
            tags,
          },
          InitiativeAnswer,
        ),
        params: initiativeParams,
        querystring: queryOf({ ...moment, ...untilParameter }),
      },
    },
    (request, reply) =>
      reading.ofInitiative(request, reply, async (at, initiative) => {
        const { initiativeId } = request.params;
        const until = lastDayOf(request.query.until, 'until');
        const [view] = await recordViews(db, initiative ? [initiative] : []);
        const summary = await summaryOf(initiativeId, at, until);
        return { ...(view ?? notYet(initiativeId)), ...summary } satisfies Body<typeof InitiativeAnswer>;
      }),
  );

  app.get(
    '/v1/initiatives/:initiativeId/summary',
    {
      schema: {
        ...reads(
          {
            operationId: 'getSummary',
            summary: 'Counts and claims of an initiative',
            description:
              'Counts, computed from the records; how they divide; and what publishers claim, compared with them. Before the first event: zeros.',
            tags,
          },
          SummaryAnswer,
        ),
        params: initiativeParams,
        querystring: queryOf({ ...moment, ...untilParameter }),
      },
    },
    (request, reply) =>
      reading.ofInitiative(request, reply, async (at, initiative) => {
        const { initiativeId } = request.params;
        const until = lastDayOf(request.query.until, 'until');
        const summary = await summaryOf(initiativeId, at, until);
        const status = initiative?.status ?? 'standing';
        return { initiativeId, status, ...summary } satisfies Body<typeof SummaryAnswer>;
      }),
  );

  app.get(
    '/v1/summary',
    {
      schema: {
        ...reads(
          {
            operationId: 'getOverallSummary',
            summary: 'Counts over all initiatives',
            description:
              'Over all standing initiatives. A milestone that several of them record, linked by sameAs, counts once: as the one recorded first.',
            tags,
          },
          OverallAnswer,
        ),
        querystring: queryOf({ ...moment, ...untilParameter }),
      },
    },
    (request, reply) =>
      reading.one(request, reply, async (at) => {
        const until = lastDayOf(request.query.until, 'until');
        const summary = await overallTally(db, counts, at.position, (tally) => ({
          counts: summaryCounts(tally, until),
          ...breakdown(tally, until),
        }));
        const initiatives = await countInitiatives(db, at.position);
        return { initiatives, ...summary } satisfies Body<typeof OverallAnswer>;
      }),
  );
}

/** An answer without what `Reading` adds to it. */
export type Body<S extends Parameters<typeof reads>[1]> = Omit<Static<S>, 'asOf' | 'basis'>;

/** An initiative at a moment when it was not registered yet. */
const notYet = (initiativeId: string) => ({
  initiativeId,
  recordId: initiativeId,
  kind: 'initiative' as const,
  status: 'standing' as const,
  version: 0,
  data: {},
  sources: [],
});

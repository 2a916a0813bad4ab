import { Type } from 'typebox';
import { type At, badQuery, resolveAt } from '../../views/at.ts';
import { type Move, movesOf } from '../../views/changes.ts';
import { eventJson, eventsAt, openingsOf } from '../../views/event-log.ts';
import { summaryCounts } from '../../views/summary.ts';
import { asOfJson } from '../answers.ts';
import { countParameter, listsCounted } from '../counted.ts';
import { columnsOf } from '../csv.ts';
import type { App } from '../instance.ts';
import { byNumber, format, initiativeParams, limitStandard, moment, queryOf } from '../queries.ts';
import { ChangesAnswer } from '../schemas.ts';
import type { Reading } from './reading.ts';

const momentText = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 40, description }));

/** What changed between two moments: GET /v1/initiatives/{initiativeId}/changes. */
export function changesRoute(app: App, reading: Reading): void {
  const { store, counts } = reading.ledger;
  const { db } = store;

  app.get(
    '/v1/initiatives/:initiativeId/changes',
    {
      schema: {
        ...listsCounted(
          {
            operationId: 'listChanges',
            summary: 'What moved the counts between two moments',
            description:
              'The counts before and after, and every event after "from" up to and with "to" that moved them, with what it moved.',
            tags: ['initiatives'],
          },
          ChangesAnswer,
        ),
        params: initiativeParams,
        querystring: queryOf({
          asOfPosition: moment.asOfPosition,
          from: momentText(
            'A position, an instant (RFC 3339) or a date (its end in UTC); by default before the first event.',
          ),
          to: momentText('A position, an instant or a date; by default the end of the log.'),
          ...countParameter,
          ...byNumber,
          ...format,
        }),
      },
    },
    async (request, reply) => {
      const { initiativeId } = request.params;
      const { from = '0', to } = request.query;
      const columns = [...columnsOf.events, 'moved'];
      let ends: { begin: At; end: At } | undefined;
      return reading.list(request, reply, columns, async (at, { after = '0', limit = limitStandard }) => {
        if (!ends) {
          const begin = await momentOf(from, 'from');
          const asked = to === undefined ? at : await momentOf(to, 'to');
          // A moment after that of the answer, such as the end of today, ends where the log ended for the first page.
          const end = asked.position < at.position ? asked : at;
          if (begin.position > end.position) throw badQuery('/query/from', 'lies after to');
          await reading.initiative(initiativeId, at);
          ends = { begin, end };
        }
        const { begin, end } = ends;
        const behind = Math.max(begin.position, Number(after));
        const moves = () => movesOf(db, initiativeId, behind, end.position);
        const page: Move[] = [];
        for await (const move of moves()) if (page.push(move) > limit) break;
        const isLast = page.length <= limit;
        page.length = Math.min(page.length, limit);
        const events = await eventsAt(
          db,
          page.map(({ position }) => position),
        );
        const openings = await openingsOf(db, events);
        return {
          items: events.map(
            (event, i) =>
              `${eventJson(event, openings).slice(0, -1)},"moved":${JSON.stringify(page[i]?.moved)}}`,
          ),
          next: isLast ? undefined : String(page.at(-1)?.position),
          total: async () => {
            let total = 0;
            for await (const _ of moves()) total += 1;
            return total;
          },
          // They move on with the log, as asOf does, where nothing between them changes.
          moments: { from: asOfJson(begin), to: asOfJson(end) },
          more: async () => ({ before: await countsAt(begin), after: await countsAt(end) }),
        };
      });

      function countsAt({ position }: At) {
        return counts.at(initiativeId, position, (tally) => summaryCounts(tally));
      }
    },
  );

  /** Digits alone are a position: a year would be a poor name for a moment. */
  const momentOf = (text: string, parameter: 'from' | 'to'): Promise<At> =>
    /^\d{1,15}$/.test(text)
      ? resolveAt(store, { asOfPosition: Number(text) }, parameter)
      : resolveAt(store, { asOf: text }, parameter);
}

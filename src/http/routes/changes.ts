import { Type } from 'typebox';
import { type At, badQuery, resolveAt } from '../../views/at.ts';
import { type Move, movesOf } from '../../views/changes.ts';
import { eventJson, eventsAt, openingsOf } from '../../views/event-log.ts';
import { summaryCounts } from '../../views/summary.ts';
import { asOfJson, etagOf, linkNext, sendPayload } from '../answers.ts';
import { countParameter, listsCounted, totalOf } from '../counted.ts';
import { columnsOf, sendCsv } from '../csv.ts';
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
      const { from = '0', after, limit = limitStandard, asOfPosition, format } = request.query;
      const at = await resolveAt(store, asOfPosition === undefined ? {} : { asOfPosition });
      const begin = await momentOf(from, 'from');
      const asked = request.query.to === undefined ? at : await momentOf(request.query.to, 'to');
      // A moment after that of the answer, such as the end of today, ends where the log ended for the first page.
      const end = asked.position < at.position ? asked : at;
      if (begin.position > end.position) throw badQuery('/query/from', 'lies after to');
      await reading.initiative(initiativeId, at);
      const countsAt = ({ position }: At) =>
        counts.at(initiativeId, position, (tally) => summaryCounts(tally));
      const page: Move[] = [];
      let found = 0;
      for await (const move of movesOf(
        db,
        initiativeId,
        Math.max(begin.position, after ?? 0),
        end.position,
      )) {
        found += 1;
        if (found <= limit) page.push(move);
        else if (request.query.count !== true) break;
      }
      linkNext(request, reply, found > limit ? String(page.at(-1)?.position) : undefined, at);
      const total = await totalOf(reply, request.query, () => found);
      const events = await eventsAt(
        db,
        page.map(({ position }) => position),
      );
      const openings = await openingsOf(db, events);
      const items = events.map(
        (event, i) => `${eventJson(event, openings).slice(0, -1)},"moved":${JSON.stringify(page[i]?.moved)}}`,
      );
      if (format === 'csv') {
        return sendCsv(
          request,
          reply,
          [...columnsOf.events, 'moved'],
          items.map((item) => JSON.parse(item) as object),
          at,
        );
      }
      const counted = { before: await countsAt(begin), after: await countsAt(end) };
      const content = `${JSON.stringify({ ...counted, ...total }).slice(1, -1)},"items":[${items.join(',')}]}`;
      const ends = JSON.stringify({ from: asOfJson(begin), to: asOfJson(end) });
      // The moments move on with the log, as asOf does, where nothing between them changes.
      const payload = { text: `${ends.slice(0, -1)},${content}`, etag: etagOf(content) };
      return sendPayload(request, reply, payload, at);
    },
  );

  /** Digits alone are a position: a year would be a poor name for a moment. */
  const momentOf = (text: string, parameter: 'from' | 'to'): Promise<At> =>
    /^\d{1,15}$/.test(text)
      ? resolveAt(store, { asOfPosition: Number(text) }, parameter)
      : resolveAt(store, { asOf: text }, parameter);
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { closed } from '../../../events/fields.ts';
import { Refusal } from '../../errors.ts';
import { type At, positionAt, positionBefore, resolveAt } from '../../views/at.ts';
import {
  countEvents,
  type EventFilters,
  eventById,
  eventJson,
  type LoggedLeaf,
  listEvents,
  openingsOf,
} from '../../views/event-log.ts';
import type { PositionRange } from '../../views/slices.ts';
import { payloadOf, sendPayload } from '../answers.ts';
import { countParameter, listsCounted } from '../counted.ts';
import { columnsOf } from '../csv.ts';
import type { App } from '../instance.ts';
import {
  byNumber,
  eventFilters,
  format,
  initiativeParams,
  limitStandard,
  moment,
  queryOf,
} from '../queries.ts';
import { EventAnswer, EventListAnswer } from '../schemas.ts';
import { type Reading, reads } from './reading.ts';

const EventQuery = queryOf({
  ...moment,
  ...eventFilters,
  order: Type.Optional(Type.Enum(['asc', 'desc'], { description: 'By position; asc by default.' })),
  ...countParameter,
  ...byNumber,
  ...format,
});

/** The log, as logged. */
export function eventLogRoutes(app: App, reading: Reading): void {
  const { store } = reading.ledger;
  const { db } = store;

  const list = async (
    request: FastifyRequest<{ Querystring: Static<typeof EventQuery> }>,
    reply: FastifyReply,
    initiativeId?: string,
  ): Promise<FastifyReply> => {
    const { recordedFrom, recordedTo, order = 'asc' } = request.query;
    // Absent ones are undefined, which is the same to a filter.
    const filters = {
      ...request.query,
      ...(initiativeId === undefined ? {} : { initiativeId }),
    } as EventFilters;
    let range: PositionRange | undefined;
    return reading.list(request, reply, columnsOf.events, async (at, { after, limit = limitStandard }) => {
      if (!range) {
        if (initiativeId !== undefined) await reading.initiative(initiativeId, at);
        range = await rangeOf(at, recordedFrom, recordedTo);
      }
      const [asked, behind] = [range, after === undefined ? undefined : Number(after)];
      const { items, next } = await listEvents(db, filters, asked, order, behind, limit);
      return {
        items: await jsonOf(items),
        next,
        total: () => countEvents(db, filters, asked, order, behind),
      };
    });
  };

  const rangeOf = async (at: At, recordedFrom?: string, recordedTo?: string): Promise<PositionRange> => ({
    from: recordedFrom === undefined ? 0 : await positionBefore(store, recordedFrom, 'recordedFrom'),
    to: Math.min(
      at.position,
      recordedTo === undefined ? at.position : await positionAt(store, recordedTo, 'recordedTo'),
    ),
  });

  const jsonOf = async (items: LoggedLeaf[]): Promise<string[]> => {
    const openings = await openingsOf(db, items);
    return items.map((item) => eventJson(item, openings));
  };

  app.get(
    '/v1/events',
    {
      schema: {
        ...listsCounted(
          {
            operationId: 'listEvents',
            summary: 'The log',
            description: 'Events exactly as logged, in the order of their positions.',
            tags: ['events'],
          },
          EventListAnswer,
        ),
        querystring: EventQuery,
      },
    },
    (request, reply) => list(request, reply),
  );

  app.get(
    '/v1/initiatives/:initiativeId/events',
    {
      schema: {
        ...listsCounted(
          {
            operationId: 'listEventsOfInitiative',
            summary: 'The log of an initiative',
            description: 'Its events exactly as logged, in the order of their positions.',
            tags: ['events'],
          },
          EventListAnswer,
        ),
        params: initiativeParams,
        querystring: EventQuery,
      },
    },
    (request, reply) => list(request, reply, request.params.initiativeId),
  );

  app.get(
    '/v1/events/:eventId',
    {
      schema: {
        ...reads(
          {
            operationId: 'getEvent',
            summary: 'One event',
            description: 'Exactly as logged, with the names that its commitments open to beside it.',
            tags: ['events'],
          },
          EventAnswer,
        ),
        params: Type.Object(
          { eventId: Type.String({ format: 'uuid', description: 'As the answer that recorded it says.' }) },
          closed,
        ),
        querystring: queryOf({}),
      },
    },
    async (request, reply) => {
      const at = await resolveAt(store, {});
      const event = await eventById(db, request.params.eventId.toLowerCase(), at.position);
      if (!event) throw new Refusal('event-not-found', `No event has the id ${request.params.eventId}.`);
      const [text = '{}'] = await jsonOf([event]);
      return sendPayload(request, reply, payloadOf(text), at);
    },
  );
}

import { Type } from 'typebox';
import { Slug } from '../../../events/fields.ts';
import type { Store } from '../../store/store.ts';
import { badQuery, firstMillisecondOf, millisecondsOf, positionBefore } from '../../views/at.ts';
import type { EventFilters } from '../../views/event-log.ts';
import type { EventHub } from '../event-hub.ts';
import type { App } from '../instance.ts';
import { problemResponses } from '../openapi.ts';
import { eventFilters, queryOf } from '../queries.ts';
import { sendStreamed } from '../streamed.ts';

const description = `The log as server-sent events: what is recorded after a position, in the order of positions, and then, as it happens, what is recorded further. The position is that of Last-Event-ID, which a browser sends when it connects again, or else of after; without both the stream begins with the first event of the log. None is left out and none comes twice.

Each event has the position as its id, and as its data what /v1/events has as an item. About every 15 seconds there is a comment that says how far the log was looked through, also where a filter matches nothing. A reader that takes nothing for 30 seconds is disconnected: it connects again and goes on where it was.

A position after the end of the log is refused with 400: the log that the reader knows is longer than this one, as after an older copy was restored.`;

const position = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

/** The log, as it happens. */
export function streamRoute(app: App, store: Store, hub: EventHub, stallMs?: number): void {
  app.closing.addEventListener('abort', () => void hub.close());

  app.get(
    '/v1/events/stream',
    {
      schema: {
        operationId: 'streamEvents',
        summary: 'The log, as it happens',
        description,
        tags: ['events'],
        headers: Type.Object({
          'last-event-id': position('The position of the last event that the reader has; goes before after.'),
        }),
        querystring: queryOf({
          after: position('Only events after this position.'),
          initiativeId: Type.Optional(Slug),
          ...eventFilters,
        }),
        response: {
          200: {
            description: 'Server-sent events, without end',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const { after = 0, recordedFrom, recordedTo, ...others } = request.query;
      const lastEventId = request.headers['last-event-id'];
      const { position: end } = await store.head();
      let begin = lastEventId ?? after;
      if (begin > end) {
        const pointer = lastEventId === undefined ? '/query/after' : '/headers/last-event-id';
        throw badQuery(
          pointer,
          `is after the end of the log, which is ${end}, as after an older copy was restored`,
        );
      }
      // Absent ones are undefined, which is the same to a filter.
      const filters = others as EventFilters;
      if (recordedTo !== undefined) filters.recordedToMs = millisecondsOf(recordedTo, 'recordedTo');
      if (recordedFrom !== undefined) {
        filters.recordedFromMs = firstMillisecondOf(recordedFrom, 'recordedFrom');
        begin = Math.max(begin, await positionBefore(store, recordedFrom, 'recordedFrom'));
      }
      reply.headers({
        'cache-control': 'no-store',
        // Or a proxy (nginx) would collect events before it passes them on.
        'x-accel-buffering': 'no',
      });
      return sendStreamed(request, reply, 'text/event-stream', () => hub.subscribe(begin, filters), stallMs);
    },
  );
}

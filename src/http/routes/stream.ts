import { Type } from 'typebox';
import { initiativeKnownAt } from '../../answers/known.ts';
import { eventFilters, positionParameter } from '../../answers/parameters.ts';
import { sourceOf } from '../../reading/cloud-events.ts';
import { object, Slug } from '../../shapes/fields.ts';
import { badQuery, firstMillisecondOf, millisecondsOf, positionBefore } from '../../views/at.ts';
import type { EventFilters } from '../../views/event-log.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf } from '../plugins/openapi.ts';
import { sentAsCloudEvent } from '../wire/cloud-events.ts';
import { sendStreamed } from '../wire/streamed.ts';

export const streamDescription = `The log as server-sent events: what is recorded after a position, in the order of positions, and then, as it happens, what is recorded further. The position is that of Last-Event-ID, which a browser sends when it connects again, or else of after; without both the stream begins with the first event of the log. None is left out and none comes twice.

Each event has the position as its id, and as its data what /v1/events has as an item. About every 15 seconds there is a comment that says how far the log was looked through, also where a filter matches nothing. A reader that takes nothing for 30 seconds is disconnected: it connects again and goes on where it was.

A position after the end of the log is refused with 400: the log that the reader knows is longer than this one, as after an older copy was restored.`;

/** What of the log a stream sends. */
export const streamQuery = object({
  after: positionParameter('Only events after this position.'),
  initiativeId: Type.Optional(Slug),
  ...eventFilters,
  format: Type.Optional(
    Type.Enum(['cloudevents'], {
      description: 'The data of each is a CloudEvent, in its JSON format.',
    }),
  ),
});

/** The log, as it happens. */
export function streamRoute(app: App, { store, hub }: Ledger): void {
  app.closing.addEventListener('abort', () => void hub.close());

  app.get(
    '/v1/events/stream',
    {
      config: { access: 'read', long: true },
      schema: {
        operationId: 'streamEvents',
        summary: 'The log, as it happens',
        description: streamDescription,
        tags: ['events'],
        headers: Type.Object({
          'last-event-id': positionParameter(
            'The position of the last event that the reader has; goes before after.',
          ),
        }),
        querystring: streamQuery,
        response: {
          200: answerOf('Server-sent events, without end', { 'text/event-stream': Type.String() }),
        },
      },
    },
    async (request, reply) => {
      const { after = 0, recordedFrom, recordedTo, format, ...others } = request.query;
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
      if (others.initiativeId !== undefined)
        await initiativeKnownAt(store, request.caller.visible, others.initiativeId, end);
      // Absent ones are undefined, which is the same to a filter.
      const filters = { ...others, visible: request.caller.visible } as EventFilters;
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
      return sendStreamed(
        request,
        reply,
        'text/event-stream',
        () => hub.subscribe(begin, filters, format && sentAsCloudEvent(sourceOf(store.origin))),
        hub.limits.stallMs,
      );
    },
  );
}

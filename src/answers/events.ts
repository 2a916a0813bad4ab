import { Type } from 'typebox';
import { Slug } from '../shapes/fields.ts';
import { mapInTurns } from '../turns.ts';
import { positionAt, positionBefore } from '../views/at.ts';
import {
  countEvents,
  type EventFilters,
  eventById,
  eventJson,
  type LoggedLeaf,
  listEvents,
} from '../views/event-log.ts';
import { openingsOf } from '../views/openings.ts';
import { type Asked, list, type ReadPage, single } from './answer.ts';
import { columnsOf } from './columns.ts';
import { notKnown } from './known.ts';
import type { Ledger } from './ledger.ts';
import { byNumber, eventFilters, initiativeParameter } from './parameters.ts';
import { EventAnswer, EventListAnswer } from './schemas.ts';

const filters = {
  ...eventFilters,
  order: Type.Optional(Type.Enum(['asc', 'desc'], { description: 'By position; asc by default.' })),
};
const asLogged = {
  tag: 'events',
  paging: byNumber,
  shape: EventListAnswer,
  columns: columnsOf.events,
  areEvents: true,
  open: eventsIn,
} as const;

export const events = list({
  ...asLogged,
  name: 'listEvents',
  path: '/v1/events',
  summary: 'The log',
  description: 'Events exactly as logged, in the order of their positions.',
  parameters: {
    ...filters,
    initiativeId: Type.Optional({ ...Slug, description: 'Only events of this initiative.' }),
  },
});

export const eventsOfInitiative = list({
  ...asLogged,
  name: 'listEventsOfInitiative',
  path: '/v1/initiatives/:initiativeId/events',
  summary: 'The log of an initiative',
  description: 'Its events exactly as logged, in the order of their positions.',
  parameters: { ...initiativeParameter, ...filters },
});

export const event = single({
  name: 'getEvent',
  path: '/v1/events/:eventId',
  summary: 'One event',
  description: 'The event exactly as logged, and beside it the names behind its commitments.',
  tag: 'events',
  isQuick: true,
  parameters: {
    eventId: Type.String({ format: 'uuid', description: 'The eventId from the answer that recorded it.' }),
  },
  shape: EventAnswer,
  async compute({ ledger, at: { position }, visible, parameters }) {
    const { store } = ledger;
    const eventId = parameters.eventId.toLowerCase();
    const event = await eventById(store.db, eventId, (await store.head()).position, visible);
    if (!event || event.position > position)
      throw notKnown('event-not-found', eventId, 'is the id of no event', position, event?.position);
    const [text = '{}'] = await jsonOf(ledger, [event]);
    return text;
  },
});

async function eventsIn({
  ledger,
  at: { position },
  visible,
  parameters,
}: Pick<Asked<typeof filters>, 'ledger' | 'at' | 'visible' | 'parameters'>): Promise<ReadPage> {
  const { store } = ledger;
  const { recordedFrom, recordedTo, order = 'asc' } = parameters;
  const filters: EventFilters = { ...parameters, visible };
  const range = {
    from: recordedFrom === undefined ? 0 : await positionBefore(store, recordedFrom, 'recordedFrom'),
    to: Math.min(
      position,
      recordedTo === undefined ? position : await positionAt(store, recordedTo, 'recordedTo'),
    ),
  };
  const asked = { db: store.db, filters, range, order };
  return async ({ after, ...size }) => {
    const behind = after === undefined ? undefined : Number(after);
    const { items, next } = await listEvents(asked, behind, size);
    return { items: await jsonOf(ledger, items), next, total: () => countEvents(asked, behind) };
  };
}

async function jsonOf({ store }: Ledger, events: LoggedLeaf[]): Promise<string[]> {
  const openings = await openingsOf(store.db, events);
  return mapInTurns(events, (event) => eventJson(event, openings));
}

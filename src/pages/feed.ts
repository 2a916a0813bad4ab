import type { Static } from 'typebox';
import { eventsOfInitiative } from '../answers/events.ts';
import type { PageFile } from '../answers/page.ts';
import { eventFilters, initiativeParameter, moment } from '../answers/parameters.ts';
import { record as recordAnswer } from '../answers/records.ts';
import type { EventListAnswer } from '../answers/schemas.ts';
import { dateInWords } from './dates.ts';
import { asXml, type Hole, html } from './html.ts';
import { nameOf, pathOf, type ShownRecord } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

type Logged = Static<typeof EventListAnswer>['items'][number];

const { type, kind, recordedBy } = eventFilters;
const entriesMax = 100;

/** The newest events of an initiative as a feed (Atom, RFC 4287). */
export const feed: PageFile = {
  path: '/initiatives/:initiativeId/feed.atom',
  access: 'read',
  parameters: { ...initiativeParameter, ...moment, type, kind, recordedBy },
  type: 'application/atom+xml',
  title: w.feed.title,
  async text(asked) {
    const view = new View(asked);
    const { initiativeId, asOf, asOfPosition, ...filters } = asked.parameters;
    const recordOf = (recordId: unknown): Promise<ShownRecord> =>
      view.ask(recordAnswer, { initiativeId, recordId });
    const newest = async (filters: object, limit: number): Promise<Logged[]> =>
      (await view.ask(eventsOfInitiative, { initiativeId, ...filters, order: 'desc' }, { limit })).items;
    const initiative = await recordOf(initiativeId);
    const events = await newest(filters, entriesMax);
    const records = new Map<string, ShownRecord>();
    for (const { event } of events)
      if (!records.has(event.recordId)) records.set(event.recordId, await recordOf(event.recordId));
    // An initiative has at least the event that registered it.
    const updated = (events[0] ?? (await newest({}, 1))[0])?.event.recordedAt;
    const query = new URLSearchParams(asked.query).toString();
    const self = view.outside(asked.base + asked.path + (query === '' ? '' : `?${query}`));
    const page = view.outside(view.link(pathOf(initiative)));
    return asXml(html`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>${self}</id>
<title>${nameOf(initiative)}</title>
<subtitle>${w.feed.subtitle}</subtitle>
<updated>${updated}</updated>
<link rel="self" type="application/atom+xml" href="${self}"/>
<link rel="alternate" type="text/html" href="${page}"/>
<generator>${w.name}</generator>
${events.map((one) => entry(view, one, records.get(one.event.recordId) ?? initiative))}</feed>
`);
  },
};

function entry(view: View, { event, position }: Logged, record: ShownRecord): Hole {
  const { eventId, type, recordedAt, recordedBy } = event;
  return html`<entry>
<id>urn:uuid:${eventId}</id>
<title>${w.feed.entry(type, nameOf(record))}</title>
<updated>${recordedAt}</updated>
<published>${recordedAt}</published>
<author><name>${recordedBy}</name></author>
<category term="${type}" label="${w.event(type)}"/>
<link rel="alternate" type="text/html" href="${view.outside(view.link(pathOf(record)))}"/>
<summary>${summary(event, position)}</summary>
</entry>
`;
}

function summary(
  { occurredOn, changes, reason, note, sources = [] }: Logged['event'],
  position: number,
): string {
  return [
    occurredOn && dateInWords(occurredOn),
    changes && w.feed.changed(changes.map(({ path }) => w.field(path))),
    reason && `${w.reason(reason.code)}: ${reason.text}`,
    note,
    sources.length > 0 && w.feed.sources(sources.map(({ publisher }) => publisher)),
    w.feed.position(position),
  ]
    .filter(Boolean)
    .join('\n');
}

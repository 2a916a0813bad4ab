import { eventsOfInitiative } from '../answers/events.ts';
import { meetings } from '../answers/meetings.ts';
import type { PageFile } from '../answers/page.ts';
import { initiativeParameter, moment, untilParameter } from '../answers/parameters.ts';
import { mous, projects, record as recordAnswer } from '../answers/records.ts';
import { dataOf, nameOf, pathOf, type ShownRecord } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.calendar;

/** Something that a calendar may show: a meeting, or the end of a term. */
interface Entry {
  kind: 'meeting' | 'term';
  record: ShownRecord;
  /** An EDTF date. */
  date: string | undefined;
  title: string;
}

/** The meetings of an initiative, and the ends of what is valid until a day, as a calendar (iCalendar, RFC 5545 and 7986). */
export const calendar: PageFile = {
  path: '/initiatives/:initiativeId/meetings.ics',
  access: 'read',
  parameters: { ...initiativeParameter, ...moment, ...untilParameter },
  type: 'text/calendar',
  title: words.title,
  async text(asked) {
    const view = new View(asked);
    const { initiativeId } = asked.parameters;
    const initiative = await view.ask(recordAnswer, { initiativeId, recordId: initiativeId });
    const newest = await view.ask(eventsOfInitiative, { initiativeId, order: 'desc' }, { limit: 1 });
    const stamp = newest.items[0]?.event.recordedAt.replaceAll(/[-:]|\.\d+/g, '') ?? '';
    const left = { meeting: 0, term: 0 };
    const shown: string[] = [];
    for await (const entry of entriesOf(view)) {
      const days = daysOf(entry.date);
      if (days) shown.push(...eventLines(view, entry, days, stamp).map(folded));
      else left[entry.kind] += 1;
    }
    const name = nameOf(initiative);
    const description = words.description(name, left.meeting, left.term);
    const head = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      `PRODID:-//${w.name}//EN`,
      'CALSCALE:GREGORIAN',
      property('NAME', name),
      property('X-WR-CALNAME', name),
      property('DESCRIPTION', description),
      property('X-WR-CALDESC', description),
      `URL:${view.outside(view.link(pathOf(initiative)))}`,
    ].map(folded);
    return [...head, ...shown, 'END:VCALENDAR', ''].join('\r\n');
  },
};

async function* entriesOf(view: View): AsyncGenerator<Entry> {
  const asked = { initiativeId: view.parameter('initiativeId'), until: view.parameter('until') };
  const limit = 1000;
  for (let after: string | undefined, isLast = false; !isLast; ) {
    const page = await view.ask(meetings, asked, { after, limit });
    for (const record of page.items)
      yield { kind: 'meeting', record, date: record.occurredOn, title: nameOf(record) };
    after = page.next;
    isLast = after === undefined;
  }
  for (const answer of [mous, projects])
    for (let after: string | undefined, isLast = false; !isLast; ) {
      // Those that end at all.
      const page = await view.ask(answer, { ...asked, endsBy: '9999-12-31' }, { after, limit });
      for (const record of page.items)
        yield { kind: 'term', record, date: dataOf(record).validUntil, title: words.ends(nameOf(record)) };
      after = page.next;
      isLast = after === undefined;
    }
}

/** The first day and the day after the last, as calendars write them; undefined: nobody knows the days. */
function daysOf(edtf: string | undefined): { start: string; end: string } | undefined {
  const [, first, last = first] = /^(\d{4}-\d\d-\d\d)(?:\/(\d{4}-\d\d-\d\d))?$/.exec(edtf ?? '') ?? [];
  if (first === undefined || last === undefined) return undefined;
  const after = new Date(Date.parse(last) + 86_400_000).toISOString();
  // A calendar has years of four digits.
  if (after.startsWith('+')) return undefined;
  return { start: first.replaceAll('-', ''), end: after.slice(0, 10).replaceAll('-', '') };
}

/** One event. Its id stays the same, and its sequence grows with the versions of the record. */
function eventLines(
  view: View,
  { kind, record, title }: Entry,
  { start, end }: { start: string; end: string },
  stamp: string,
): string[] {
  const { initiativeId, recordId, version, sources } = record;
  const { place } = dataOf(record);
  return [
    'BEGIN:VEVENT',
    `UID:${initiativeId}/${recordId}/${kind}@${view.asked.ledger.store.origin}`,
    `DTSTAMP:${stamp}`,
    `SEQUENCE:${version - 1}`,
    `DTSTART;VALUE=DATE:${start}`,
    `DTEND;VALUE=DATE:${end}`,
    property('SUMMARY', title),
    ...(kind === 'meeting' && place !== undefined ? [property('LOCATION', place)] : []),
    ...(sources.length > 0
      ? [property('DESCRIPTION', w.feed.sources(sources.map(({ publisher = '' }) => publisher)))]
      : []),
    `URL:${view.outside(view.link(pathOf(record)))}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

/** A property whose value is a text (RFC 5545, section 3.3.11), which has no control characters but new lines. */
const property = (name: string, text: string): string =>
  `${name}:${text
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll(/\r\n|\r|\n/g, '\\n')
    .replaceAll(/\p{Cc}/gu, '\ufffd')}`;

const lineBytesMax = 75;

/** A line as one or several of at most 75 bytes, none of which ends within a character (section 3.1). */
function folded(line: string): string {
  const bytes = Buffer.from(line);
  if (bytes.length <= lineBytesMax) return line;
  const parts: string[] = [];
  for (let from = 0, room = lineBytesMax; from < bytes.length; room = lineBytesMax - 1) {
    let to = Math.min(from + room, bytes.length);
    // Within a character, all bytes but the first begin so.
    while (((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
    parts.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return parts.join('\r\n ');
}

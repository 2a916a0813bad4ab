import type { ReadStore } from '../store/store.ts';
import { type At, asOfJson, badQuery, resolveAt } from '../views/at.ts';
import { type Move, movesOf } from '../views/changes.ts';
import { eventJson, firstEventsAt } from '../views/event-log.ts';
import { openingsOf } from '../views/openings.ts';
import { sharesOf, summaryCounts } from '../views/summary.ts';
import { list } from './answer.ts';
import { columnsOf } from './columns.ts';
import { byNumber, initiativeParameter, word } from './parameters.ts';
import { ChangesAnswer } from './schemas.ts';

export const changes = list({
  name: 'listChanges',
  path: '/v1/initiatives/:initiativeId/changes',
  summary: 'What moved the counts between two moments',
  description:
    'The counts before and after, how they divide, and every event after "from", up to and including "to", that moved one of these figures, with the amounts. The figures before plus all amounts are the figures after. asOf: as known then.',
  tag: 'initiatives',
  parameters: {
    ...initiativeParameter,
    from: word(
      'A position, an instant (RFC 3339) or a date (its end in UTC). The default is before the first event.',
      40,
    ),
    to: word('A position, an instant or a date; by default the end of the log.', 40),
  },
  paging: byNumber,
  shape: ChangesAnswer,
  columns: columnsOf.changes,
  async open({ ledger: { store, counts }, at, parameters: { initiativeId, from = '0', to } }) {
    const { db } = store;
    const begin = await momentOf(store, from, 'from');
    const asked = to === undefined ? at : await momentOf(store, to, 'to');
    // A moment after that of the answer, such as the end of today, ends where the log ended for the first page.
    const end = asked.position < at.position ? asked : at;
    if (begin.position > end.position) throw badQuery('/query/from', 'lies after to');
    const figuresAt = ({ position }: At) =>
      counts.at(initiativeId, position, (tally) => ({
        counts: summaryCounts(tally),
        shares: sharesOf(tally),
      }));
    return async ({ after, limit, bytesMax }) => {
      const behind = Math.max(begin.position, Number(after ?? 0));
      const moves = () => movesOf(db, initiativeId, behind, end.position);
      const page: Move[] = [];
      for await (const move of moves()) if (page.push(move) > limit) break;
      const positions = page.slice(0, limit).map(({ position }) => position);
      const events = await firstEventsAt(db, positions, bytesMax);
      const openings = await openingsOf(db, events);
      return {
        items: events.map(
          (event, i) =>
            `${eventJson(event, openings).slice(0, -1)},"moved":${JSON.stringify(page[i]?.moved)}}`,
        ),
        next: events.length < page.length ? String(events.at(-1)?.position) : undefined,
        total: async () => {
          let total = 0;
          for await (const _ of moves()) total += 1;
          return total;
        },
        // They move on with the log, as asOf does, where nothing between them changes.
        moments: { from: asOfJson(begin), to: asOfJson(end) },
        more: async () => {
          const [before, after] = [await figuresAt(begin), await figuresAt(end)];
          return {
            before: before.counts,
            after: after.counts,
            shares: { before: before.shares, after: after.shares },
          };
        },
      };
    };
  },
});

/** Digits alone are a position: a year would be a poor name for a moment. */
const momentOf = (store: ReadStore, text: string, parameter: 'from' | 'to'): Promise<At> =>
  /^\d{1,15}$/.test(text)
    ? resolveAt(store, { asOfPosition: Number(text) }, parameter)
    : resolveAt(store, { asOf: text }, parameter);

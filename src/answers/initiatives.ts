import type { At } from '../views/at.ts';
import { claimsOf, comparing } from '../views/claims.ts';
import { countInitiatives, listInitiatives } from '../views/initiatives.ts';
import { recordView, recordViews } from '../views/records.ts';
import { breakdown, summaryCounts } from '../views/summary.ts';
import { list, single } from './answer.ts';
import { firstAsJson } from './bounds.ts';
import { columnsOf } from './columns.ts';
import type { Ledger } from './ledger.ts';
import { bySlug, initiativeParameter, lastDayOf, untilParameter } from './parameters.ts';
import { InitiativeAnswer, InitiativeListAnswer, OverallAnswer, SummaryAnswer } from './schemas.ts';

const tag = 'initiatives';

export const initiatives = list({
  name: 'listInitiatives',
  path: '/v1/initiatives',
  summary: 'Initiatives with their counts',
  description:
    'Standing initiatives in the order of their ids. until cuts their counts; all initiatives are listed.',
  tag,
  parameters: untilParameter,
  paging: bySlug,
  shape: InitiativeListAnswer,
  columns: columnsOf.initiatives,
  open({ ledger, at, visible, parameters }) {
    const { db } = ledger.store;
    const until = lastDayOf(parameters.until, 'until');
    return async ({ after = '', ...size }) => {
      const page = await listInitiatives(db, visible, at.position, after, size);
      const items = [];
      for (const view of await recordViews(db, page.items)) {
        const counts = await ledger.counts.at(view.initiativeId, at.position, (tally) =>
          summaryCounts(tally, until),
        );
        items.push({ ...view, counts });
      }
      return { ...page, items, total: () => countInitiatives(db, visible, at.position, after) };
    };
  },
});

export const initiative = single({
  name: 'getInitiative',
  path: '/v1/initiatives/:initiativeId',
  summary: 'An initiative and its summary',
  description: 'The record of the initiative, with its summary.',
  tag,
  parameters: { ...initiativeParameter, ...untilParameter },
  shape: InitiativeAnswer,
  async compute({ ledger, at, parameters: { initiativeId, until }, initiative }) {
    const summary = await summaryOf(ledger, initiativeId, at, lastDayOf(until, 'until'));
    return { ...(await recordView(ledger.store.db, initiative)), ...summary };
  },
});

export const summary = single({
  name: 'getSummary',
  path: '/v1/initiatives/:initiativeId/summary',
  summary: 'Counts and claims of an initiative',
  description:
    'Counts that are computed from the records, how they divide, and the claims of publishers, compared with the counts.',
  tag,
  parameters: { ...initiativeParameter, ...untilParameter },
  shape: SummaryAnswer,
  async compute({ ledger, at, parameters: { initiativeId, until }, initiative: { status } }) {
    const summary = await summaryOf(ledger, initiativeId, at, lastDayOf(until, 'until'));
    return { initiativeId, status, ...summary };
  },
});

export const overallSummary = single({
  name: 'getOverallSummary',
  path: '/v1/summary',
  summary: 'Counts over all initiatives',
  description:
    'Over all standing initiatives. A milestone that several of them record and link by sameAs counts once: as the one recorded first.',
  tag,
  parameters: untilParameter,
  shape: OverallAnswer,
  async compute({ ledger, at, visible, parameters }) {
    const until = lastDayOf(parameters.until, 'until');
    const summary = await ledger.overall.at(visible, at.position, (tally) => ({
      counts: summaryCounts(tally, until),
      ...breakdown(tally, until),
    }));
    return {
      initiatives: await countInitiatives(ledger.store.db, visible, at.position),
      ...summary,
      ...(visible.all ? {} : { covers: 'readable' as const }),
    };
  },
});

/** A summary has no more claims than these, those stated for the latest days; the list of claims has all. */
const claimsMax = 1_000;

/** The counts and the latest claims of an initiative. */
async function summaryOf(
  { store: { db }, counts }: Ledger,
  initiativeId: string,
  at: At,
  until: string | undefined,
) {
  const claims = (await claimsOf(db, initiativeId, at.position)).filter(
    ({ span }) => until === undefined || span.latest <= until,
  );
  const latest = claims.slice(-claimsMax);
  const place = { db, counts, initiativeId, position: at.position };
  const ofLatest = await comparing(place, claims, latest, until)(latest);
  const counted = await counts.at(initiativeId, at.position, (tally) => ({
    counts: summaryCounts(tally, until),
    ...breakdown(tally, until),
  }));
  const compared = firstAsJson(ofLatest.reverse()).reverse();
  const leftOut = claims.length - compared.length;
  return { ...counted, claims: compared, ...(leftOut > 0 ? { claimsLeftOut: leftOut } : {}) };
}

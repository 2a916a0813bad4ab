import { type Static, type TObject, Type } from 'typebox';
import { sees } from '../access/visible.ts';
import { comparedText, several, wantedBy } from '../shapes/record-filter.ts';
import { type ChosenClaims, chosenClaims, initiativesWithClaims } from '../views/chosen-claims.ts';
import { type Claim, type ComparedClaim, claimStatuses } from '../views/claims.ts';
import { inOrder } from '../views/record-order.ts';
import { recordAt } from '../views/records.ts';
import { list } from './answer.ts';
import { firstAsJson, pageOfWhole, placeAfter } from './bounds.ts';
import { columnsOf } from './columns.ts';
import {
  badFilter,
  bySlug,
  byText,
  filtersOfClaims,
  initiativeParameter,
  lastDayOf,
  sortOf,
  sortParameter,
  untilParameter,
} from './parameters.ts';
import { ClaimListAnswer } from './schemas.ts';

const filters = {
  ...untilParameter,
  ...filtersOfClaims,
  metric: several(
    Type.String({ minLength: 1, maxLength: 63, description: 'The counted thing, such as mous.' }),
  ),
  scope: several(comparedText(1100, 'Whole; terms that are joined by + in any order.')),
  status: several(Type.Enum([...claimStatuses], { description: 'The result of the comparison.' })),
  conflicting: Type.Optional(
    Type.Boolean({
      description:
        'Whether another claim of the same metric and scope, for the same last day, contradicts it: no count satisfies both. nearly reaches from 90 % of its value up to it, about 10 % each way.',
    }),
  ),
};

/** How claims are compared, for readers of the document. */
const comparing =
  'A claim is compared with what the register counts for its metric and scope up to the last day of its own date: recorded is what surely happened by then, possible what may have. exact, atLeast, moreThan, atMost and lessThan: over or short where no count that is possible would do, matches where each would, else undecided. nearly holds from 90 % of the value up to it, about within 10 % either way; their status is then about. not-comparable: the register does not count such things. A claim has a day of its own, the last of its date, so with until none is only possible.';

/** What claims are chosen by; until cuts what they are compared with, too. */
function chosenBy({ metric, scope, status, conflicting, ...others }: Static<TObject<typeof filters>>) {
  const until = lastDayOf(others.until, 'until');
  return {
    metric,
    scope,
    status,
    conflicting,
    until,
    wanted: wantedBy({ ...others, until: undefined }, badFilter),
  };
}

const compare = { tag: 'claims', shape: ClaimListAnswer, columns: columnsOf.claims };

export const claimsOfInitiative = list({
  ...compare,
  name: 'listClaimsOfInitiative',
  path: '/v1/initiatives/:initiativeId/claims',
  summary: 'The claims of an initiative, compared',
  description: `In the order of the days for which they are stated, unless sort says otherwise. ${comparing}`,
  parameters: { ...initiativeParameter, ...filters, ...sortParameter },
  paging: bySlug,
  async open({
    ledger: { store, counts },
    at: { position },
    parameters: { initiativeId, sort, ...filters },
  }) {
    const all = await chosenClaims(store.db, counts, initiativeId, position, chosenBy(filters));
    const ordered = await inOrder(all.claims, sortOf(sort));
    return (asked) =>
      pageOfWhole(ordered, idOf, asked, async (page, bytesMax) =>
        firstAsJson(await all.compare(page), bytesMax),
      );
  },
});

export const claims = list({
  ...compare,
  name: 'listClaims',
  path: '/v1/claims',
  summary: 'The claims of all initiatives, compared',
  description: `In the order of the ids of the initiatives, then of the days for which the claims are stated. ${comparing}`,
  parameters: filters,
  paging: byText('^[a-z0-9-]{1,63}/[a-z0-9-]{1,63}$'),
  open({ ledger: { store, counts }, at: { position }, visible, parameters }) {
    const { db } = store;
    const filters = chosenBy(parameters);
    /** The claims of the initiative that the last page ended in, with which the next page begins. */
    let last: { initiativeId: string; all: ChosenClaims } | undefined;
    const chosenOf = async (initiativeId: string): Promise<ChosenClaims> => {
      if (last?.initiativeId !== initiativeId)
        last = { initiativeId, all: await chosenClaims(db, counts, initiativeId, position, filters) };
      return last.all;
    };
    /** The claims behind one, initiative by initiative. */
    async function* behind(after: string | undefined) {
      const [first = '', recordId] = after?.split('/') ?? [];
      // An initiative that was retracted has left the list, so nothing of it comes after.
      if (sees(visible, first) && (await recordAt(db, first, first, position))?.status === 'standing') {
        const all = await chosenOf(first);
        yield { all, claims: all.claims.slice(placeAfter(all.claims, recordId, idOf)) };
      }
      for await (const { initiative_id } of initiativesWithClaims(db, visible, position, first)) {
        const all = await chosenOf(initiative_id);
        yield { all, claims: all.claims };
      }
    }
    return async ({ after, limit, bytesMax }) => {
      const found: ComparedClaim[] = [];
      let hasMore = false;
      for await (const { all, claims } of behind(after)) {
        const page = claims.slice(0, limit - found.length);
        found.push(...(await all.compare(page)));
        hasMore = page.length < claims.length;
        if (hasMore) break;
      }
      const items = firstAsJson(found, bytesMax);
      const end = items.at(-1);
      hasMore ||= items.length < found.length;
      return {
        items,
        next: hasMore && end ? `${end.initiativeId}/${end.recordId}` : undefined,
        total: async () => {
          let total = 0;
          for await (const { claims } of behind(after)) total += claims.length;
          return total;
        },
      };
    };
  },
});

const idOf = ({ record }: Claim): string => record.recordId;

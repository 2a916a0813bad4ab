import { Type } from 'typebox';
import { folded } from '../../ledger/title-key.ts';
import type { At } from '../../views/at.ts';
import { type ComparedClaim, claimsOf, compareClaims, contradictedAmong } from '../../views/claims.ts';
import { meetingsOf } from '../../views/meetings.ts';
import { listInitiatives, recordAt } from '../../views/records.ts';
import { countParameter, listsCounted } from '../counted.ts';
import { columnsOf } from '../csv.ts';
import type { App } from '../instance.ts';
import {
  bySlug,
  format,
  initiativeParams,
  lastDayOf,
  limit,
  limitStandard,
  moment,
  placeAfter,
  queryOf,
  untilParameter,
} from '../queries.ts';
import { ClaimListAnswer } from '../schemas.ts';
import type { Reading } from './reading.ts';

const filters = {
  metric: Type.Optional(
    Type.String({ minLength: 1, maxLength: 63, description: 'What is counted, such as mous.' }),
  ),
  scope: Type.Optional(
    Type.String({ minLength: 1, maxLength: 220, description: 'Compared without regard to case.' }),
  ),
  status: Type.Optional(
    Type.Enum(['matches', 'over', 'short', 'undecided', 'about', 'not-comparable'], {
      description: 'What the comparison came to.',
    }),
  ),
  conflicting: Type.Optional(
    Type.Boolean({
      description:
        'Whether another claim of the same metric and scope, for the same last day, can not be true beside it; nearly and about are taken at their value.',
    }),
  ),
  ...countParameter,
};

export function claimRoutes(app: App, reading: Reading): void {
  const { store, counts } = reading.ledger;
  const { db } = store;

  const compared = async (initiativeId: string, at: At, query: Filters): Promise<ComparedClaim[]> => {
    const until = lastDayOf(query.until, 'until');
    const claims = await claimsOf(db, initiativeId, at.position);
    if (claims.length === 0) return [];
    const meetings = await meetingsOf(db, initiativeId, at.position);
    const all = await counts.at(initiativeId, at.position, (tally) =>
      compareClaims(claims, meetings, tally, until),
    );
    const contradicted = query.conflicting === undefined ? undefined : contradictedAmong(claims);
    return all.filter(
      ({ recordId, metric, scope, status }) =>
        (contradicted === undefined || contradicted.has(recordId) === query.conflicting) &&
        (query.metric === undefined || metric === query.metric) &&
        (query.scope === undefined || folded(scope) === folded(query.scope)) &&
        (query.status === undefined || status === query.status),
    );
  };

  app.get(
    '/v1/initiatives/:initiativeId/claims',
    {
      schema: {
        ...listsCounted(
          {
            operationId: 'listClaimsOfInitiative',
            summary: 'The claims of an initiative, compared',
            description: 'In the order of the days that they are stated for.',
            tags: ['claims'],
          },
          ClaimListAnswer,
        ),
        params: initiativeParams,
        querystring: queryOf({ ...moment, ...untilParameter, ...filters, ...bySlug, ...format }),
      },
    },
    (request, reply) => {
      let all: ComparedClaim[] | undefined;
      return reading.list(
        request,
        reply,
        columnsOf.claims,
        async (at, { after, limit: size = limitStandard }) => {
          const { initiativeId } = request.params;
          if (!all) {
            await reading.initiative(initiativeId, at);
            all = await compared(initiativeId, at, request.query);
          }
          const { length } = all;
          const from = placeAfter(all, after, ({ recordId }) => recordId);
          const items = all.slice(from, from + size);
          return {
            items,
            next: from + size < length ? items.at(-1)?.recordId : undefined,
            total: () => length - from,
          };
        },
      );
    },
  );

  app.get(
    '/v1/claims',
    {
      schema: {
        ...listsCounted(
          {
            operationId: 'listClaims',
            summary: 'The claims of all initiatives, compared',
            description:
              'In the order of the ids of the initiatives, then of the days that the claims are stated for.',
            tags: ['claims'],
          },
          ClaimListAnswer,
        ),
        querystring: queryOf({
          ...moment,
          ...untilParameter,
          ...filters,
          ...limit,
          after: Type.Optional(
            Type.String({
              pattern: '^[a-z0-9-]{1,63}/[a-z0-9-]{1,63}$',
              description: 'Where the page begins, as the Link header of the page before says.',
            }),
          ),
          ...format,
        }),
      },
    },
    (request, reply) =>
      reading.list(request, reply, columnsOf.claims, async (at, { after, limit: size = limitStandard }) => {
        const items: ComparedClaim[] = [];
        for await (const claims of claimsAfter(after, at, request.query)) {
          items.push(...claims);
          if (items.length > size) break;
        }
        const page = items.slice(0, size);
        const last = page.at(-1);
        return {
          items: page,
          next: items.length > size && last ? `${last.initiativeId}/${last.recordId}` : undefined,
          total: async () => {
            let total = 0;
            for await (const claims of claimsAfter(after, at, request.query)) total += claims.length;
            return total;
          },
        };
      }),
  );

  /** The claims behind one, initiative by initiative. */
  async function* claimsAfter(
    after: string | undefined,
    at: At,
    query: Filters,
  ): AsyncGenerator<ComparedClaim[]> {
    const [afterInitiative = '', afterRecord = ''] = after?.split('/') ?? [];
    for await (const initiativeId of initiativesFrom(at, afterInitiative)) {
      const all = await compared(initiativeId, at, query);
      const isFirst = initiativeId === afterInitiative;
      yield all.slice(placeAfter(all, isFirst ? afterRecord : undefined, ({ recordId }) => recordId));
    }
  }

  /** The standing initiatives from one on, which may be the first of the page. */
  async function* initiativesFrom(at: At, first: string): AsyncGenerator<string> {
    if (first !== '' && (await recordAt(db, first, first, at.position))?.status === 'standing') yield first;
    for (let after: string | undefined = first; after !== undefined; ) {
      const page = await listInitiatives(db, at.position, after, 100);
      for (const { initiativeId } of page.items) yield initiativeId;
      after = page.next;
    }
  }
}

interface Filters {
  metric?: string;
  scope?: string;
  status?: ComparedClaim['status'];
  conflicting?: boolean;
  until?: string;
}

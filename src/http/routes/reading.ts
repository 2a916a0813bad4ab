import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { ref } from '../../../events/fields.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerRecord } from '../../ledger/record.ts';
import type { Ledger } from '../../ledger-app.ts';
import { type At, type AtQuery, endOf, isAtEnd, resolveAt } from '../../views/at.ts';
import { recordAt } from '../../views/records.ts';
import { KeptPayloads, payloadOf, sendPayload } from '../answers.ts';
import { type ListAnswer, type ListQuery, type PageAsked, sendList } from '../listed.ts';
import { problemResponses } from '../openapi.ts';
import { ndjson } from '../streamed.ts';

type OfInitiative = FastifyRequest<{ Querystring: AtQuery; Params: { initiativeId: string } }>;

/** How the read routes answer. */
export class Reading {
  readonly ledger: Ledger;
  #kept = new KeptPayloads();
  #voided = 0;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** Answers about one initiative; kept until something happens in it. */
  ofInitiative(
    request: OfInitiative,
    reply: FastifyReply,
    compute: (at: At, initiative: LedgerRecord<'initiative'> | undefined) => Promise<object>,
  ): Promise<FastifyReply> | undefined {
    const head = this.ledger.store.headNow();
    // To wait would cost as much as the answer.
    if (head && isAtEnd(request.query)) {
      const known = this.#keptNow().known(request.url, head.position);
      if (known) {
        sendPayload(request, reply, known, endOf(head));
        return undefined;
      }
    }
    return this.#ofInitiative(request, reply, compute);
  }

  async #ofInitiative(
    request: OfInitiative,
    reply: FastifyReply,
    compute: (at: At, initiative: LedgerRecord<'initiative'> | undefined) => Promise<object>,
  ): Promise<FastifyReply> {
    const { store } = this.ledger;
    const { initiativeId } = request.params;
    const at = await this.#at(request.query);
    const kept = this.#keptNow();
    const payload =
      kept.known(request.url, at.position) ??
      (await kept.get(
        request.url,
        at.position,
        (position) => store.lastEventOf(initiativeId, position),
        async () => JSON.stringify(await compute(at, await this.initiative(initiativeId, at))),
      ));
    return sendPayload(request, reply, payload, at);
  }

  /** The moment that is asked for. With it the end of the log was read, so what is known of the read models is new. */
  async #at(query: AtQuery): Promise<At> {
    const at = await resolveAt(this.ledger.store, query);
    this.ledger.rebuilds.check();
    return at;
  }

  /**
   * An erasure takes names out of past answers too, and a swapped read model may say otherwise. What is being computed
   * goes with the answers kept before.
   */
  #keptNow(): KeptPayloads {
    const voided = this.ledger.store.erasures() + this.ledger.store.swaps();
    if (voided !== this.#voided) [this.#voided, this.#kept] = [voided, new KeptPayloads()];
    return this.#kept;
  }

  async one(
    request: FastifyRequest<{ Querystring: AtQuery }>,
    reply: FastifyReply,
    compute: (at: At) => Promise<object>,
  ): Promise<FastifyReply> {
    const at = await this.#at(request.query);
    return sendPayload(request, reply, payloadOf(JSON.stringify(await compute(at))), at);
  }

  /** A list, a page of it or the whole. `compute` reads a page. */
  async list(
    request: FastifyRequest<{ Querystring: ListQuery }>,
    reply: FastifyReply,
    columns: readonly string[],
    compute: (at: At, asked: PageAsked) => Promise<ListAnswer>,
  ): Promise<FastifyReply> {
    const at = await this.#at(request.query);
    return sendList(request, reply, at, columns, (asked) => compute(at, asked));
  }

  /** The initiative as it was known; undefined: it is known only later. Throws where it is not known at all. */
  async initiative(initiativeId: string, at: At): Promise<LedgerRecord<'initiative'> | undefined> {
    const { db } = this.ledger.store;
    const record = await recordAt(db, initiativeId, initiativeId, at.position);
    if (record?.kind === 'initiative') return record;
    const head = await this.ledger.store.head();
    if (await recordAt(db, initiativeId, initiativeId, head.position)) return undefined;
    throw new Refusal('initiative-not-found', `${initiativeId} is not registered.`);
  }
}

interface Documentation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
}

const etag = {
  ETag: { schema: { type: 'string' }, description: 'Weak: over everything but asOf and basis.' },
};
export const basisOfTable = {
  'Basis-Tree-Size': {
    schema: { type: 'integer' },
    description: 'The basis of an answer that is not JSON.',
  },
  'Basis-Root-Hash': { schema: { type: 'string' }, description: 'The basis of an answer that is not JSON.' },
};
const link = {
  Link: {
    schema: { type: 'string' },
    description: 'rel="next": the next page, pinned to the position of this one.',
  },
};

/** The schema of a route that reads. */
export function reads(documentation: Documentation, answer: TSchema) {
  return {
    ...documentation,
    response: {
      200: { description: 'The answer, with its basis', headers: etag, content: json(answer) },
      304: notModified,
      ...problemResponses,
    },
  };
}

/** The schema of a route that lists. */
export function lists(documentation: Documentation, answer: TSchema) {
  return {
    ...documentation,
    response: {
      200: {
        description:
          'A page of the list, with its basis. The whole list, as csv or ndjson without limit, has no ETag where it is too long to be read at once.',
        headers: { ...etag, ...link, ...basisOfTable },
        content: {
          ...json(answer),
          'text/csv': { schema: { type: 'string' } },
          [ndjson]: { schema: { type: 'string' } },
        },
      },
      304: notModified,
      ...problemResponses,
    },
  };
}

const json = (answer: TSchema) => ({ 'application/json': { schema: ref(answer) } });
const notModified = { description: 'The answer has the ETag that If-None-Match names.' };

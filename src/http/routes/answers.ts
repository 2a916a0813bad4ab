import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TProperties, Type } from 'typebox';
import type { Answer, List, Single } from '../../answers/answer.ts';
import { answers } from '../../answers/catalogue.ts';
import { CloudEvent } from '../../answers/schemas.ts';
import { cloudEventsBatch } from '../../reading/cloud-events.ts';
import type { Computed } from '../../reading/computed.ts';
import { ndjson } from '../../reading/list.ts';
import type { Reading } from '../../reading/tasks.ts';
import { closed, ref } from '../../shapes/fields.ts';
import { ownId } from '../../shapes/stored-event.ts';
import { type At, endOf, isAtEnd, resolveAt } from '../../views/at.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf, jsonAnswer } from '../plugins/openapi.ts';
import { asksForCloudEvents } from '../wire/cloud-events.ts';
import { goneOf } from '../wire/gone.ts';
import { KeptPayloads } from '../wire/kept-payloads.ts';
import { type ListParams, type ListQuery, sendList } from '../wire/list.ts';
import { type Payload, sendPayload } from '../wire/payload.ts';

/** A route for each answer of the catalogue. */
export function answerRoutes(app: App, sender: AnswerSender): void {
  for (const answer of answers)
    app.get(answer.path, { config: { access: 'read' }, schema: schemaOf(answer) }, (request, reply) =>
      sender.send(answer, request, reply),
    );
}

type Asking = FastifyRequest<{ Querystring: ListQuery; Params: ListParams }>;

/** Sends answers, and keeps those about one initiative until something happens in it. */
export class AnswerSender {
  readonly #ledger: Ledger;
  readonly #reading: Reading;
  readonly #here: Reading;
  #kept = new KeptPayloads();
  #voided = 0;

  /** here: computes on this thread. */
  constructor(ledger: Ledger, reading: Reading, here: Reading) {
    this.#ledger = ledger;
    this.#reading = reading;
    this.#here = here;
  }

  /**
   * Sends what a request asks for, which was checked against `schemaOf`, and so is of its type. Undefined: it was sent at once.
   */
  send(answer: Answer, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> | undefined {
    return 'open' in answer
      ? this.#sendList(answer, request as Asking, reply)
      : this.#sendSingle(answer, request as Asking, reply);
  }

  async #sendList(list: List, request: Asking, reply: FastifyReply): Promise<FastifyReply> {
    const at = await this.#at(request);
    const isBatch = list.areEvents && request.query.format === undefined && asksForCloudEvents(request);
    const asked = { ...this.#asked(list, request, at), asBatch: isBatch === true };
    const computed = await this.#reading.compute('list', asked, goneOf(reply));
    return sendList(request, reply, at, list, computed, asked.asBatch);
  }

  #sendSingle(single: Single, request: Asking, reply: FastifyReply): Promise<FastifyReply> | undefined {
    const head = this.#ledger.store.headNow();
    // To wait would cost as much as the answer.
    if (head && isAtEnd(request.query)) {
      const known = this.#keptNow().known(request.url, head.position);
      if (known) {
        sendPayload(request, reply, known, endOf(head));
        return undefined;
      }
    }
    return this.#sendComputed(single, request, reply);
  }

  async #sendComputed(single: Single, request: Asking, reply: FastifyReply): Promise<FastifyReply> {
    const { url, params } = request;
    const { initiativeId } = params;
    const at = await this.#at(request);
    const reading = single.isQuick ? this.#here : this.#reading;
    const compute = async (signal: AbortSignal): Promise<Payload> =>
      payloadOf(await reading.compute('single', this.#asked(single, request, at), signal));
    const gone = goneOf(reply);
    if (initiativeId === undefined) return sendPayload(request, reply, await compute(gone), at);
    const kept = this.#keptNow();
    const { store } = this.#ledger;
    const lastEvent = async (position: number) =>
      // Names of parties are events of the ledger itself, and answers depend on them.
      Math.max(await store.lastEventOf(initiativeId, position), await store.lastEventOf(ownId, position));
    const payload =
      kept.known(url, at.position) ?? (await kept.get(url, at.position, gone, lastEvent, compute));
    return sendPayload(request, reply, payload, at);
  }

  #asked({ name }: Answer, { caller: { visible }, params, query }: Asking, at: At) {
    return { answer: name, at, visible, parameters: { ...query, ...params } };
  }

  /** The moment that is asked for. With it the end of the log was read, so what is known of the read models is new. */
  async #at({ query }: Asking): Promise<At> {
    const at = await resolveAt(this.#ledger.store, query);
    this.#ledger.upkeep.check();
    return at;
  }

  /**
   * An erasure takes names out of past answers too, and a swapped read model may say otherwise. What is being computed
   * goes with the answers kept before.
   */
  #keptNow(): KeptPayloads {
    const voided = this.#ledger.store.erasures() + this.#ledger.store.swaps();
    if (voided !== this.#voided) [this.#voided, this.#kept] = [voided, new KeptPayloads()];
    return this.#kept;
  }
}

/** A single answer is computed as a text. */
const payloadOf = ({ body, etag = '' }: Computed): Payload => ({ text: String(body), etag });

const etag = {
  ETag: { type: 'string', description: 'Weak: over everything but asOf and basis.' },
};
export const basisOfTable = {
  'Basis-Tree-Size': { type: 'integer', description: 'The basis of an answer that is not JSON.' },
  'Basis-Root-Hash': { type: 'string', description: 'The basis of an answer that is not JSON.' },
};
const listHeaders = {
  ...etag,
  Link: {
    type: 'string',
    description: 'rel="next": the next page, as of the position of this one.',
  },
  ...basisOfTable,
  'Total-Count': {
    type: 'integer',
    description: 'With count=true: the number of items on this page and the pages after it.',
  },
};
const text = Type.Unsafe<string>({ type: 'string' });

/** What a route of an answer takes and gives. */
export function schemaOf(answer: Answer) {
  const { name, path, summary, description, tag, parameters, shape } = answer;
  const params: TProperties = {};
  const query: TProperties = {};
  for (const [name, schema] of Object.entries(parameters))
    (path.split('/').includes(`:${name}`) ? params : query)[name] = schema;
  return {
    operationId: name,
    summary,
    description,
    tags: [tag],
    response: {
      200:
        'open' in answer
          ? answerOf(
              'A page of the list, with its basis. A whole list (csv or ndjson without limit) has no ETag if it is too long to be read at once.',
              {
                'application/json': ref(shape),
                'text/csv': text,
                [ndjson]: text,
                ...(answer.areEvents && { [cloudEventsBatch]: Type.Array(ref(CloudEvent)) }),
              },
              listHeaders,
            )
          : jsonAnswer('The answer, with its basis', ref(shape), etag),
      304: { type: 'null', description: 'The answer has the ETag that If-None-Match names.' },
    },
    params: Type.Object(params, closed),
    querystring: Type.Object(query, closed),
  };
}

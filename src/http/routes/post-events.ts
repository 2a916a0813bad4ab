import { createHmac } from 'node:crypto';
import { Type } from 'typebox';
import { Batch, catalogue, PostedEvent } from '../../../events/catalogue.ts';
import { Basis } from '../../answers/schemas.ts';
import type { Item } from '../../ledger/posting.ts';
import { itemsOf } from '../../rules.ts';
import { ref, Slug } from '../../shapes/fields.ts';
import { Defaults } from '../../shapes/posted.ts';
import { sharedSchemas } from '../../shapes/record-data.ts';
import type { Receipt } from '../../store/receipt.ts';
import type { App } from '../app.ts';
import { authorOf } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { checkedBy } from '../plugins/validators.ts';
import { basisJson, queryTextOf } from '../wire/payload.ts';

const Recorded = Type.Object(
  {
    index: Type.Integer({ description: 'The index of the item in the body.' }),
    position: Type.Integer({ minimum: 1 }),
    eventId: Type.String({ format: 'uuid' }),
    recordId: Slug,
    version: Type.Integer({ minimum: 1 }),
    type: Type.String(),
    recordedAt: Type.String({ format: 'date-time' }),
    leafHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    replayed: Type.Optional(
      Type.Literal(true, { description: 'The event was recorded before, under the same eventId.' }),
    ),
  },
  { $id: 'Recorded', additionalProperties: false },
);

const Warning = Type.Object(
  {
    code: Type.String({
      description:
        'same-title-and-date, same-meeting, same-claim, date-outside-meeting, more-than-claimed or validity-reversed; there may be more of them one day.',
    }),
    pointer: Type.String(),
    detail: Type.String(),
  },
  {
    $id: 'Warning',
    additionalProperties: false,
    description: 'Something looks odd; it is recorded nevertheless.',
  },
);

const ReceiptBody = Type.Object(
  { recorded: Type.Array(ref(Recorded)), warnings: Type.Array(ref(Warning)), basis: ref(Basis) },
  { $id: 'Receipt', additionalProperties: false },
);

/** The one way to record: POST /v1/initiatives/{initiativeId}/events. */
export function postEvents(app: App, { recorder, store }: Ledger): void {
  const events = catalogue.map(({ schema }) => schema);
  const own = [Defaults, PostedEvent, Batch, Recorded, Warning, ReceiptBody];
  for (const schema of [...sharedSchemas, ...events, ...own]) app.addSchema(schema);
  const fingerprint = (body: Buffer, query: string): Buffer =>
    createHmac('sha256', store.fingerprintKey).update(body).update('\n').update(query).digest();

  app.post(
    '/v1/initiatives/:initiativeId/events',
    {
      config: { access: 'record' },
      schema: {
        operationId: 'recordEvents',
        summary: 'Record events',
        description:
          'Records one event, or a batch of events in order, all or nothing. The answer comes when they are safe on disk. The request can safely be repeated with the same Idempotency-Key or the same eventIds.',
        tags: ['events'],
        params: Type.Object({ initiativeId: Slug }, { additionalProperties: false }),
        querystring: Type.Object(
          {
            dryRun: Type.Optional(
              Type.Boolean({ description: 'Says what would be recorded and records nothing.' }),
            ),
          },
          { additionalProperties: false },
        ),
        headers: Type.Object({
          'idempotency-key': Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 255,
              pattern: '^[\\x20-\\x7e]*$',
              description: 'A repeat of the same request gets the first answer again.',
            }),
          ),
        }),
        // Checked by the rules of the events themselves, which give better pointers than a union.
        body: Object.assign(Type.Unsafe<Item[]>({ oneOf: [ref(PostedEvent), ref(Batch)] }), {
          [checkedBy]: checkBody,
        }),
        response: {
          200: jsonAnswer(
            'What would be recorded (dryRun), or everything was recorded before.',
            ref(ReceiptBody),
            {},
          ),
          201: jsonAnswer('Recorded, and safe on disk.', ref(ReceiptBody), {
            Location: { type: 'string', description: 'The first event.' },
            'Idempotent-Replayed': { type: 'string', enum: ['true'] },
          }),
        },
      },
    },
    async (request, reply) => {
      const { initiativeId } = request.params;
      const dryRun = request.query.dryRun === true;
      const key = request.headers['idempotency-key'];
      const query = queryTextOf(request);
      const receipt = await recorder.record({
        initiativeId,
        ...authorOf(request),
        items: request.body,
        dryRun,
        ...(key === undefined
          ? {}
          : { idempotency: { key, fingerprint: fingerprint(request.rawBody ?? Buffer.alloc(0), query) } }),
      });
      if (receipt.kept) reply.header('idempotent-replayed', 'true');
      const isNew = !dryRun && receipt.recorded.some(({ replayed }) => !replayed);
      if (isNew) reply.header('location', `/v1/events/${receipt.recorded[0]?.eventId}`);
      return reply
        .code(isNew ? 201 : 200)
        .type('application/json')
        .send(receiptJson(receipt));
    },
  );
}

/** Fastify takes what a validator gives as `value` in place of the body. */
const checkBody = (body: unknown): { value: Item[] } | { error: Error } => {
  try {
    return { value: itemsOf(body) };
  } catch (error) {
    return { error: error as Error };
  }
};

function receiptJson({ recorded, warnings, basis }: Receipt): string {
  return JSON.stringify({
    recorded: recorded.map(({ leafHash, ...event }) => ({ ...event, leafHash: leafHash.toHex() })),
    warnings,
    basis: basisJson(basis),
  });
}

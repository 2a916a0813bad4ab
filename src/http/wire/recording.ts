import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Basis, FieldChanges } from '../../answers/schemas.ts';
import { warningCodes } from '../../ledger/facts.ts';
import { basisJson } from '../../reading/computed.ts';
import { ref, Slug } from '../../shapes/fields.ts';
import { keyedHash } from '../../shapes/keyed-hash.ts';
import type { Receipt } from '../../store/receipt.ts';
import type { Store } from '../../store/store.ts';
import { authorOf } from '../authentication.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { queryTextOf } from './payload.ts';

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
    changes: Type.Optional({
      ...FieldChanges,
      description:
        'With dryRun: what the event would change in a record that is there; of lists the single items.',
    }),
  },
  { $id: 'Recorded', additionalProperties: false },
);

const Warning = Type.Object(
  {
    code: Type.String({
      description: `${warningCodes.join(', ')}; there may be more of them one day.`,
    }),
    pointer: Type.String(),
    detail: Type.String(),
    where: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description: 'For an event with `where`: it matches the records that the warning speaks of.',
        },
      ),
    ),
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

export const receiptSchemas = [Recorded, Warning, ReceiptBody];

/** What a request that records takes besides its body, and what it is answered. */
export const recordingSchema = {
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
};

type Recording = FastifyRequest<{
  Querystring: { dryRun?: boolean };
  Headers: { 'idempotency-key'?: string };
}>;

/** Who records, and how, but for what. */
export function recordingOf(request: Recording, store: Store) {
  const key = request.headers['idempotency-key'];
  return {
    ...authorOf(request),
    dryRun: request.query.dryRun === true,
    eventsMax: request.server.limits.events,
    ...(key !== undefined && { idempotency: { key, fingerprint: fingerprintOf(request, store) } }),
  };
}

const fingerprintOf = (request: Recording, { fingerprintKey }: Store): Buffer =>
  keyedHash(
    fingerprintKey,
    Buffer.concat([request.rawBody ?? Buffer.alloc(0), Buffer.from(`\n${queryTextOf(request)}`)]),
  );

export function sendReceipt(request: Recording, reply: FastifyReply, receipt: Receipt): FastifyReply {
  if (receipt.kept) reply.header('idempotent-replayed', 'true');
  const isNew = request.query.dryRun !== true && receipt.recorded.some(({ replayed }) => !replayed);
  if (isNew) reply.header('location', `/v1/events/${receipt.recorded[0]?.eventId}`);
  return reply
    .code(isNew ? 201 : 200)
    .type('application/json')
    .send(receiptJson(receipt));
}

function receiptJson({ recorded, warnings, basis }: Receipt): string {
  return JSON.stringify({
    // One object, as every request that records is answered with it: members that are undefined are left out of the text.
    recorded: recorded.map((one) => ({
      index: one.index,
      position: one.position,
      eventId: one.eventId,
      recordId: one.recordId,
      version: one.version,
      type: one.type,
      recordedAt: one.recordedAt,
      replayed: one.replayed,
      changes: one.changes,
      leafHash: one.leafHash.toHex(),
    })),
    warnings,
    basis: basisJson(basis),
  });
}

import { Type } from 'typebox';
import { ConsistencyAnswer, InclusionAnswer, KeysAnswer } from '../../answers/schemas.ts';
import { instantOf } from '../../db/rows.ts';
import { Refusal } from '../../errors.ts';
import { closed, object, ref } from '../../shapes/fields.ts';
import { type CheckpointRow, checkpointOf, newestCheckpoint } from '../../signer/checkpoints.ts';
import { leafHash } from '../../tlog/merkle.ts';
import { consistencyProof, inclusionProof, tileHashes } from '../../tlog/proofs.ts';
import { formatTlogProof } from '../../tlog/tlog-proof.ts';
import { badQuery } from '../../views/at.ts';
import { eventById, eventsAt } from '../../views/event-log.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf, jsonAnswer } from '../plugins/openapi.ts';

const tags = ['log'];
const size = (description: string) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description });
const text = (description: string) => answerOf(description, { 'text/plain': Type.String() });

/** Checkpoints, keys and proofs: what it takes to verify the log without trusting the server. */
export function logRoutes(app: App, { store, signer }: Ledger): void {
  const { db } = store;
  const treeOf = (size: number) => tileHashes((level, index, width) => store.tile(level, index, width), size);

  /** The newest checkpoint; the first one is signed when it is asked for. */
  const newest = async (): Promise<CheckpointRow> => {
    const row = (await newestCheckpoint(store)) ?? (await signer?.sign());
    if (!row)
      throw new Refusal(
        'checkpoint-not-found',
        'No checkpoint was signed yet, and this instance does not sign.',
      );
    return row;
  };
  const requireSize = async (n: number, parameter: string): Promise<void> => {
    const { position } = await store.head();
    if (n > position)
      throw badQuery(`/query/${parameter}`, `is after the end of the log, which is ${position}`);
  };

  for (const [path, operationId] of [
    ['/v1/log/checkpoint', 'getCheckpoint'],
    ['/checkpoint', 'getCheckpointForMonitors'],
  ] as const) {
    app.get(
      path,
      {
        config: { access: 'principal' },
        schema: {
          operationId,
          summary: 'A signed checkpoint',
          description:
            'The newest checkpoint, or with size an earlier one, as it was signed: a C2SP tlog-checkpoint (a signed note of origin, size and root hash).',
          tags,
          querystring: object({ size: Type.Optional(size('Of the tree that the checkpoint is of.')) }),
          response: { 200: text('A signed note') },
        },
      },
      async (request, reply) => {
        const { size } = request.query;
        const row = size === undefined ? await newest() : await checkpointOf(store, size);
        if (!row) throw new Refusal('checkpoint-not-found', `No checkpoint of size ${size} was signed.`);
        return reply.type('text/plain; charset=utf-8').send(row.note);
      },
    );
  }

  app.get(
    '/v1/log/keys',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'listKeys',
        summary: 'The keys of the log',
        description: 'Every verifier key that ever signed (C2SP signed-note, vkey), with its period.',
        tags,
        querystring: object({}),
        response: { 200: jsonAnswer('The keys, the oldest first', ref(KeysAnswer)) },
      },
    },
    async () => {
      const rows = await db
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy('signs_from')
        .orderBy('vkey')
        .execute();
      const items = rows.map(({ vkey, signs_from, signs_until }) => ({
        vkey,
        signsFrom: instantOf(signs_from),
        ...(signs_until === null ? {} : { signsUntil: instantOf(signs_until) }),
      }));
      return { origin: store.origin, items };
    },
  );

  app.get(
    '/v1/log/proofs/inclusion',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'proveInclusion',
        summary: 'Proof that an event is in the log',
        description:
          'RFC 9162, section 2.1.3: the leaf hash and these hashes give the root of the tree of this size.',
        tags,
        querystring: object({
          position: size('Of the event.'),
          size: size('Of the tree; at least the position.'),
        }),
        response: { 200: jsonAnswer('The proof', ref(InclusionAnswer)) },
      },
    },
    async (request) => {
      const { position, size } = request.query;
      await requireSize(size, 'size');
      if (position > size) throw badQuery('/query/position', 'is after size');
      const [event] = await eventsAt(db, [position]);
      if (!event) throw new Error(`the log lacks position ${position}`);
      const hashes = await inclusionProof(position - 1, size, treeOf(size));
      return {
        leafIndex: position - 1,
        treeSize: size,
        leafHash: leafHash(Buffer.from(event.leaf)).toHex(),
        rootHash: (await store.rootAt(size)).toHex(),
        hashes: hashes.map((hash) => hash.toHex()),
      };
    },
  );

  app.get(
    '/v1/log/proofs/consistency',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'proveConsistency',
        summary: 'Proof that the log was only appended to',
        description:
          'RFC 9162, section 2.1.4: the tree of size "to" is the tree of size "from" with leaves added.',
        tags,
        querystring: object({ from: size('The smaller size.'), to: size('The larger size.') }),
        response: { 200: jsonAnswer('The proof', ref(ConsistencyAnswer)) },
      },
    },
    async (request) => {
      const { from, to } = request.query;
      await requireSize(to, 'to');
      if (from > to) throw badQuery('/query/from', 'is after to');
      const hashes = await consistencyProof(from, to, treeOf(to));
      const [fromRoot, toRoot] = [await store.rootAt(from), await store.rootAt(to)];
      return {
        from,
        to,
        fromRoot: fromRoot.toHex(),
        toRoot: toRoot.toHex(),
        hashes: hashes.map((hash) => hash.toHex()),
      };
    },
  );

  app.get(
    '/v1/events/:eventId/proof',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'proveEvent',
        summary: 'A proof of an event that verifies offline',
        description:
          'A C2SP tlog-proof: one file with the inclusion proof and a signed checkpoint, which verifies with the leaf and the key of the log. If no checkpoint covers the event yet, one is signed.',
        tags,
        params: Type.Object(
          { eventId: Type.String({ format: 'uuid', description: 'Of the event.' }) },
          closed,
        ),
        querystring: object({}),
        response: { 200: text('A tlog-proof') },
      },
    },
    async (request, reply) => {
      const { position } = await store.head();
      const event = await eventById(
        db,
        request.params.eventId.toLowerCase(),
        position,
        request.caller.visible,
      );
      if (!event) throw new Refusal('event-not-found', `No event has the id ${request.params.eventId}.`);
      const covering = await newestCheckpoint(store);
      const { size, note } =
        covering && covering.size >= event.position ? covering : ((await signer?.sign()) ?? (await newest()));
      if (size < event.position) {
        throw new Refusal(
          'checkpoint-not-found',
          'No checkpoint covers the event yet. Ask again in a few seconds.',
        );
      }
      const index = event.position - 1;
      const hashes = await inclusionProof(index, size, treeOf(size));
      return reply
        .type('text/plain; charset=utf-8')
        .send(formatTlogProof({ index: BigInt(index), hashes, checkpoint: note }));
    },
  );
}

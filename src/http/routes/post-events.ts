import { Type } from 'typebox';
import { Batch, catalogue, PostedEvent } from '../../../events/catalogue.ts';
import type { Item } from '../../ledger/posting.ts';
import { itemsOf } from '../../rules.ts';
import { ref, Slug } from '../../shapes/fields.ts';
import { Defaults } from '../../shapes/posted.ts';
import { sharedSchemas } from '../../shapes/record-data.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { checkedBy } from '../plugins/validators.ts';
import { receiptSchemas, recordingOf, recordingSchema, sendReceipt } from '../wire/recording.ts';

/** The one way to record: POST /v1/initiatives/{initiativeId}/events. */
export function postEvents(app: App, { recorder, store }: Ledger): void {
  const events = catalogue.map(({ schema }) => schema);
  const own = [Defaults, PostedEvent, Batch, ...receiptSchemas];
  for (const schema of [...sharedSchemas, ...events, ...own]) app.addSchema(schema);

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
        // Checked by the rules of the events themselves, which give better pointers than a union.
        body: Object.assign(Type.Unsafe<Item[]>({ oneOf: [ref(PostedEvent), ref(Batch)] }), {
          [checkedBy]: (body: unknown) => checkBody(body, app.limits.events),
        }),
        ...recordingSchema,
      },
    },
    async (request, reply) => {
      const { initiativeId } = request.params;
      const receipt = await recorder.record({
        initiativeId,
        ...recordingOf(request, store),
        items: request.body,
      });
      return sendReceipt(request, reply, receipt);
    },
  );
}

/** Fastify takes what a validator gives as `value` in place of the body. */
const checkBody = (body: unknown, most: number): { value: Item[] } | { error: Error } => {
  try {
    return { value: itemsOf(body, most) };
  } catch (error) {
    return { error: error as Error };
  }
};

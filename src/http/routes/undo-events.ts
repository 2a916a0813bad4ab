import { type Static, Type } from 'typebox';
import { Refusal } from '../../errors.ts';
import { invalid } from '../../ledger/posting.ts';
import { closed, Reason, ref, Slug, text } from '../../shapes/fields.ts';
import { eventsMax } from '../../shapes/posted.ts';
import { ownEvents } from '../../views/own-events.ts';
import type { App } from '../app.ts';
import { authorOf } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { recordingOf, recordingSchema, sendReceipt } from '../wire/recording.ts';

const UndoBody = Type.Object(
  {
    positions: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: eventsMax, uniqueItems: true }),
    ),
    correlationId: Type.Optional(text(200, 'Of your own events, which have it; instead of positions.')),
    reason: ref(Reason),
  },
  { $id: 'Undo', ...closed },
);

/** POST /v1/initiatives/{initiativeId}/undo: takes events back by further events. */
export function undoEvents(app: App, { recorder, store }: Ledger): void {
  app.addSchema(UndoBody);
  app.post(
    '/v1/initiatives/:initiativeId/undo',
    {
      config: { access: 'record' },
      schema: {
        ...recordingSchema,
        operationId: 'undoEvents',
        summary: 'Take events back',
        description:
          'Takes up to 1,000 events back, newest first, all or nothing: a record that was made is retracted, a correction and evidence are corrected to what was before, a retraction, a reinstatement and a reclassification are reversed. The events stay in the log. A later event of such a record must be taken back with them (409 event-in-the-way), and an erasure is final (409 erasure-final).',
        tags: ['events'],
        params: Type.Object({ initiativeId: Slug }, closed),
        body: ref(UndoBody),
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const events = await chosenEvents(body, params.initiativeId, authorOf(request).principal);
      const undo = { events, reason: body.reason };
      const posting = { ...params, ...recordingOf(request, store), items: [], undo };
      return sendReceipt(request, reply, await recorder.record(posting).catch(refusedAtEvent));
    },
  );

  async function chosenEvents(
    { positions, correlationId, reason }: Static<typeof UndoBody>,
    initiativeId: string,
    principal: string,
  ): Promise<{ position: number; pointer: string }[]> {
    if (reason.code === 'duplicate' && reason.duplicateOf === undefined)
      throw invalid({ pointer: '/reason/duplicateOf', detail: 'is required with the code duplicate' });
    if (positions) {
      if (correlationId !== undefined)
        throw invalid({ pointer: '/correlationId', detail: 'does not go together with positions' });
      return positions.map((position, i) => ({ position, pointer: `/positions/${i}` }));
    }
    if (correlationId === undefined)
      throw invalid({
        pointer: '/positions',
        detail: 'is required: the events to take back, or correlationId instead',
      });
    const pointer = '/correlationId';
    const { position } = await store.head();
    const own = await ownEvents(
      store.db,
      { initiativeId, principal, correlationId },
      position,
      eventsMax + 1,
    );
    const refuse = (code: 'nothing-matches' | 'too-many-events', detail: string): Refusal =>
      new Refusal(code, detail, { errors: [{ pointer, detail }] });
    if (own.length === 0)
      throw refuse('nothing-matches', 'You recorded no event with this correlationId here.');
    if (own.length > eventsMax) throw refuse('too-many-events', `More than ${eventsMax} events have it.`);
    return own.map((position) => ({ position, pointer }));
  }
}

/** A rule points into the event that would take another one back, of which the body has only the place. */
function refusedAtEvent(error: unknown): never {
  if (!(error instanceof Refusal)) throw error;
  const { errors = [], ...members } = error.members;
  const placed = errors.map((part) => ({
    ...part,
    pointer: part.pointer.replace(/^(\/positions\/[0-9]+|\/correlationId).*/, '$1'),
  }));
  throw new Refusal(error.code, error.message, { ...members, errors: placed });
}

import { Type } from 'typebox';
import type { ProblemPart } from '../src/errors.ts';
import type { Asking } from '../src/shapes/asking.ts';
import type { Context, Refuse } from '../src/shapes/event-type.ts';
import { Edtf, ref, Sources } from '../src/shapes/fields.ts';
import { ofOne, type Posted, repeat } from '../src/shapes/posted.ts';
import { isMilestone, type LedgerRecord } from '../src/shapes/record.ts';
import { MilestoneData } from '../src/shapes/record-data.ts';
import { notBoth } from './define-event.ts';
import { checkMeeting } from './meeting-held.ts';

/** What the types that make a milestone have in common. */
export const milestone = {
  properties: ofOne({
    occurredOn: Type.Optional(Edtf),
    data: Type.Optional(ref(MilestoneData)),
    sources: Type.Optional(Sources),
    repeat,
  }),

  fault(event: Posted & { data?: MilestoneData }): ProblemPart | undefined {
    if (event.repeat !== undefined) {
      if (event.recordId !== undefined) return notBoth('repeat', 'recordId');
      if (event.eventId !== undefined) return notBoth('repeat', 'eventId');
    }
    if (event.repeat !== undefined && event.data?.externalId !== undefined)
      return notBoth('repeat', 'data/externalId');
    return undefined;
  },

  /** A milestone without a date of its own has that of its meeting, if it has one; a meeting that is none is refused by `check`. */
  *dateOf({ meetingId }: MilestoneData, context: Context): Asking<string | undefined> {
    return meetingId === undefined ? undefined : (yield* context.record(meetingId))?.occurredOn;
  },

  /**
   * Its meeting must stand, what it refers to must exist, and no other one may have its `externalId`. What stays as it was is not
   * looked up again.
   */
  *check(
    record: LedgerRecord,
    before: LedgerRecord | undefined,
    context: Context,
    refuse: Refuse,
  ): Asking<void> {
    if (!isMilestone(record)) return;
    const { initiativeId, recordId, data } = record;
    const { meetingId, renews, under = [], sameAs } = data;
    if (meetingId !== undefined) yield* checkMeeting(record, meetingId, context, refuse, '/data/meetingId');
    const known = before && isMilestone(before) ? before.data : {};
    const held = before?.status === 'standing' && before.kind === record.kind ? known.externalId : undefined;
    if (data.externalId !== undefined && data.externalId !== held) {
      const other = yield* context.sameExternalId(record);
      const detail = `${other} is a standing ${record.kind} with the same externalId: ${data.externalId}`;
      if (other !== undefined) throw refuse('external-id-exists', detail, '/data/externalId');
    }
    function* checkReference(to: string, path: string): Asking<void> {
      if (to === recordId) throw refuse('rule-violated', "A record can't refer to itself.", path);
      if (!(yield* context.record(to)))
        throw refuse('reference-not-found', `${to} does not exist in ${initiativeId}.`, path);
    }
    if (renews?.recordId !== undefined && renews.recordId !== known.renews?.recordId)
      yield* checkReference(renews.recordId, '/data/renews/recordId');
    for (const [i, to] of under.entries())
      if (!known.under?.includes(to)) yield* checkReference(to, `/data/under/${i}`);
    if (sameAs === `${initiativeId}/${recordId}`)
      throw refuse('rule-violated', "A record can't be the same as itself.", '/data/sameAs');
  },
};

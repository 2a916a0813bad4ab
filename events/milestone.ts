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
    if (event.occurredOn === undefined && event.data?.meetingId === undefined)
      return { pointer: '/occurredOn', detail: 'is required where no meetingId gives a date' };
    return undefined;
  },

  /** A milestone without a date of its own has that of its meeting; a meeting that is none is refused by `check`. */
  *dateOf({ meetingId }: MilestoneData, context: Context): Asking<string | undefined> {
    return meetingId === undefined ? undefined : (yield* context.record(meetingId))?.occurredOn;
  },

  /** Its meeting must stand, and what it refers to must exist. References that stay as they were are not looked up again. */
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

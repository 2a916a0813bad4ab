import { Type } from 'typebox';
import type { Asking } from '../src/shapes/asking.ts';
import type { Context, Refuse } from '../src/shapes/event-type.ts';
import { Edtf, ref, Sources } from '../src/shapes/fields.ts';
import { ofOne } from '../src/shapes/posted.ts';
import type { LedgerRecord } from '../src/shapes/record.ts';
import { MeetingData } from '../src/shapes/record-data.ts';
import { making } from './define-event.ts';

export const meetingHeld = making({
  type: 'MeetingHeld',
  makes: 'meeting',
  description: 'A meeting of the initiative took place. Without occurredOn, nobody knows when.',
  properties: ofOne({
    occurredOn: Type.Optional(Edtf),
    data: Type.Optional(ref(MeetingData)),
    sources: Type.Optional(Sources),
  }),
  examples: [
    {
      type: 'MeetingHeld',
      recordId: 'jic-4',
      occurredOn: '2023-12',
      data: {
        name: 'Fourth meeting of the Joint Implementation Committee',
        series: 'JIC',
        ordinal: 4,
        place: 'Shenzhen',
        mode: 'in-person',
        coChairs: [
          {
            name: 'Joseph Leong',
            role: 'Permanent Secretary for Communications and Information',
            side: 'SG',
          },
          { name: 'Qin Weizhong', role: 'Mayor of Shenzhen', side: 'CN' },
        ],
      },
      sources: [{ publisher: 'Smart Cities World', publishedOn: '2024-01-02', lang: 'en' }],
    },
  ],
});

/** A meeting that a record refers to must stand. path: where the record says it. */
export function* checkMeeting(
  { initiativeId }: LedgerRecord,
  meetingId: string,
  context: Context,
  refuse: Refuse,
  path: string,
): Asking<void> {
  const meeting = yield* context.record(meetingId);
  if (meeting?.kind === 'meeting' && meeting.status === 'standing') return;
  const what = !meeting
    ? 'does not exist'
    : meeting.kind === 'meeting'
      ? 'is retracted'
      : `is a ${meeting.kind}`;
  const detail = `${meetingId} ${what} in ${initiativeId}: a standing meeting is needed.`;
  throw refuse('meeting-not-found', detail, path);
}

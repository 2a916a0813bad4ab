import { type Static, Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { CoChair, closed, Edtf, making, ref, Sources, text } from './fields.ts';

export const MeetingData = Type.Object(
  {
    name: Type.Optional(text(500)),
    series: Type.Optional(text(200, 'The series of meetings, as printed; ordinals count within it.')),
    ordinal: Type.Optional(Type.Integer({ minimum: 1, maximum: 9999 })),
    place: Type.Optional(text(500)),
    mode: Type.Optional(Type.Enum(['in-person', 'virtual', 'hybrid'])),
    coChairs: Type.Optional(Type.Array(CoChair, { maxItems: 20 })),
  },
  { $id: 'MeetingData', ...closed },
);
export type MeetingData = Static<typeof MeetingData>;

export const meetingHeld = defineEvent({
  type: 'MeetingHeld',
  makes: 'meeting',
  description: 'A meeting of the initiative took place.',
  properties: making({
    occurredOn: Edtf,
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

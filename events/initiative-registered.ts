import { type Static, Type } from 'typebox';
import { defineEvent } from './define-event.ts';
import { closed, Edtf, InitiativeParty, making, ref, Sources, text } from './fields.ts';

export const InitiativeData = Type.Object(
  {
    name: text(500),
    aliases: Type.Optional(Type.Array(text(500), { maxItems: 100 })),
    parties: Type.Optional(Type.Array(InitiativeParty, { maxItems: 100 })),
    pillars: Type.Optional(Type.Array(text(200), { maxItems: 100 })),
    zones: Type.Optional(Type.Array(text(200), { maxItems: 100 })),
    description: Type.Optional(text(10_000)),
  },
  { $id: 'InitiativeData', ...closed },
);
export type InitiativeData = Static<typeof InitiativeData>;

export const initiativeRegistered = defineEvent({
  type: 'InitiativeRegistered',
  makes: 'initiative',
  description: 'An initiative enters the register. Its record id is the id of the initiative.',
  properties: making({
    occurredOn: Type.Optional(Edtf),
    data: ref(InitiativeData),
    sources: Type.Optional(Sources),
  }),
  examples: [
    {
      type: 'InitiativeRegistered',
      occurredOn: '2019-10-15',
      data: {
        name: 'Singapore-China (Shenzhen) Smart City Initiative',
        aliases: ['SCI', '深圳—新加坡智慧城市合作'],
        parties: [
          { name: 'Singapore', country: 'SG' },
          { name: "Shenzhen Municipal People's Government", country: 'CN-GD' },
        ],
        pillars: [
          'digital connectivity',
          'innovation and entrepreneurship',
          'talent exchange and development',
        ],
        zones: ['Singapore-Shenzhen Smart City Demonstration Zone'],
      },
      sources: [
        {
          publisher: "People's Daily Online (Shenzhen Special Zone Daily)",
          url: 'http://sz.people.com.cn/n2/2021/1019/c202846-34962979.html',
          publishedOn: '2021-10-19',
          lang: 'zh',
          quote: '深圳和新加坡通讯及新闻部于2019年10月签署《关于深圳-新加坡智慧城市合作倡议的谅解备忘录》',
        },
      ],
    },
  ],
});

import { Type } from 'typebox';
import { Edtf, ref, Sources } from '../src/shapes/fields.ts';
import { ofOne } from '../src/shapes/posted.ts';
import { InitiativeData } from '../src/shapes/record-data.ts';
import { making } from './define-event.ts';

export const initiativeRegistered = making({
  type: 'InitiativeRegistered',
  makes: 'initiative',
  right: 'administer',
  description: 'An initiative enters the register. Its record id is the id of the initiative.',
  properties: ofOne({
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

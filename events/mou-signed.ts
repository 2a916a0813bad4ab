import { making } from './define-event.ts';
import { milestone } from './milestone.ts';

export const moUSigned = making({
  type: 'MoUSigned',
  makes: 'mou',
  description:
    'A memorandum of understanding, or another instrument counted as one, was signed. occurredOn is by default that of the meeting; without either, nobody knows when.',
  ...milestone,
  examples: [
    {
      type: 'MoUSigned',
      recordId: 'mou-founding',
      occurredOn: '2019-10-15',
      data: {
        title: 'Memorandum of Understanding on the Singapore-Shenzhen Smart City Initiative',
        titleKind: 'official',
        parties: [
          { name: 'Ministry of Communications and Information, Singapore', country: 'SG' },
          { name: "Shenzhen Municipal People's Government", country: 'CN-GD' },
        ],
        occasion: { name: '15th Joint Council for Bilateral Cooperation', place: 'Chongqing' },
      },
      sources: [
        {
          publisher: 'xinjiapo.news',
          url: 'https://xinjiapo.news/news/289559/amp',
          publishedOn: '2019-10',
          lang: 'zh',
        },
      ],
    },
    {
      type: 'MoUSigned',
      repeat: 8,
      data: { meetingId: 'jic-4' },
      sources: [{ publisher: 'Smart Cities World', publishedOn: '2024-01-02', lang: 'en' }],
      note: 'Eight were announced, none by name.',
    },
  ],
});

import { making } from './define-event.ts';
import { milestone } from './milestone.ts';

export const projectLaunched = making({
  type: 'ProjectLaunched',
  makes: 'project',
  description:
    'A project was launched. occurredOn is by default that of the meeting; without either, nobody knows when.',
  ...milestone,
  examples: [
    {
      type: 'ProjectLaunched',
      recordId: 'project-delivery-robots',
      data: {
        title: 'Co-development of autonomous delivery and IoT devices',
        titleKind: 'description',
        parties: [
          { name: 'QuikBot Technologies' },
          { name: 'Shenzhen Intelligence Guardforce Robot Technology Co' },
        ],
        meetingId: 'jic-4',
        sector: 'logistics; robotics',
        zone: 'Singapore-Shenzhen Smart City Demonstration Zone',
      },
      sources: [{ publisher: 'Smart Cities World', publishedOn: '2024-01-02', lang: 'en' }],
    },
  ],
});

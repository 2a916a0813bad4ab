import { defineEvent } from './define-event.ts';
import { changingSome, SomeSources } from './fields.ts';

export const evidenceAdded = defineEvent({
  type: 'EvidenceAdded',
  description: 'Further sources say what a record says.',
  properties: changingSome({ sources: SomeSources }),
  examples: [
    {
      type: 'EvidenceAdded',
      recordId: 'jic-4',
      sources: [
        {
          publisher: 'PR Newswire (MCI/IMDA)',
          url: 'https://www.prnewswire.com/apac/news-releases/singapore-and-shenzhen-drive-smart-city-collaboration-with-14-new-projects-302015560.html',
          publishedOn: '2023-12-15',
          lang: 'en',
          quote:
            'Eight MOUs and four projects dedicated to smart city development were signed on the sidelines of SCI',
        },
      ],
    },
  ],
});

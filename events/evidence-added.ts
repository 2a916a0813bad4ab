import { SomeSources } from '../src/shapes/fields.ts';
import { ofSome } from '../src/shapes/posted.ts';
import { withSources } from '../src/shapes/state.ts';
import { changing, goBack } from './define-event.ts';

export const evidenceAdded = changing({
  type: 'EvidenceAdded',
  description: 'Further sources say what a record says.',
  properties: ofSome({ sources: SomeSources }),
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
  leavesRecord: true,
  changeAt: '/sources',
  decide(event, { sources }) {
    return withSources(sources, event.sources) === sources ? undefined : {};
  },
  undo: goBack,
  evolve: (before, event) => ({ ...before, sources: withSources(before.sources, event.sources) }),
});

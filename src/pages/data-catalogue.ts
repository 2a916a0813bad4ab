import type { Static } from 'typebox';
import { dataPackage } from '../answers/data-package.ts';
import { initiatives } from '../answers/initiatives.ts';
import type { PageFile } from '../answers/page.ts';
import { moment } from '../answers/parameters.ts';
import type { InitiativeListAnswer } from '../answers/schemas.ts';
import { calendar } from './calendar.ts';
import { feed } from './feed.ts';
import { initiativeChart } from './initiative-chart.ts';
import { dataOf, nameOf, pathOf } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

type Initiative = Static<typeof InitiativeListAnswer>['items'][number];

const words = w.dataCatalogue;

/** It stands in the document, so that its readers need no network. */
const context = {
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  schema: 'https://schema.org/',
};

/** The initiatives that one may read as datasets, for catalogues and search engines (DCAT 3 and schema.org, as JSON-LD). */
export const dataCatalogue: PageFile = {
  path: '/catalog.jsonld',
  access: 'read',
  parameters: moment,
  type: 'application/ld+json',
  title: words.title,
  async text(asked) {
    const view = new View(asked);
    const datasets: object[] = [];
    for (let after: string | undefined, isLast = false; !isLast; ) {
      const page = await view.ask(initiatives, {}, { after, limit: 1000 });
      for (const initiative of page.items) datasets.push(dataset(view, initiative));
      after = page.next;
      isLast = after === undefined;
    }
    return JSON.stringify({
      '@context': context,
      '@id': view.outside(view.address('/catalog.jsonld')),
      '@type': ['dcat:Catalog', 'schema:DataCatalog'],
      ...named(w.name, words.description),
      'dcat:dataset': datasets,
    });
  },
};

const named = (name: string, description: string) => ({
  'dct:title': name,
  'schema:name': name,
  'dct:description': description,
  'schema:description': description,
});

function dataset(view: View, initiative: Initiative): object {
  const { initiativeId, counts } = initiative;
  const { description, pillars = [] } = dataOf(initiative);
  const counted = words.counted(counts.mous.total, counts.projects.total, counts.meetings.total);
  const page = view.outside(view.link(pathOf(initiative)));
  const files = [
    dataPackage,
    { path: '/initiatives/:initiativeId.json', type: 'application/json', title: 'JSON' },
    feed,
    calendar,
    initiativeChart,
  ];
  return {
    '@id': view.outside(view.address(pathOf(initiative))),
    '@type': ['dcat:Dataset', 'schema:Dataset'],
    'dct:identifier': initiativeId,
    ...named(nameOf(initiative), description === undefined ? counted : `${description}\n\n${counted}`),
    'dcat:keyword': pillars,
    'schema:keywords': pillars,
    'dcat:landingPage': { '@id': page },
    'schema:url': { '@id': page },
    'dcat:distribution': files.map(({ path, type, title }) => {
      const to = { '@id': view.outside(view.link(path.replace(':initiativeId', initiativeId))) };
      return {
        '@type': ['dcat:Distribution', 'schema:DataDownload'],
        'dct:title': title,
        'dcat:downloadURL': to,
        'schema:contentUrl': to,
        'dcat:mediaType': { '@id': `https://www.iana.org/assignments/media-types/${type}` },
        'schema:encodingFormat': type,
      };
    }),
  };
}

import { type Static, type TObject, Type } from 'typebox';
import { foldedForSearch } from '../shapes/folded.ts';
import { kinds } from '../shapes/record-data.ts';
import { usualUrl } from '../shapes/web-url.ts';
import { badQuery } from '../views/at.ts';
import { countRecords, listRecords, type RecordFilters } from '../views/record-list.ts';
import { type RecordScope, recordView, recordViews, referencesOf } from '../views/records.ts';
import { type Asked, list, type ReadPage, single } from './answer.ts';
import { columnsOf } from './columns.ts';
import { recordKnownAt } from './known.ts';
import {
  byNumber,
  compared,
  initiativeParameter,
  lastDayOf,
  qLengthMax,
  recordFilters,
  recordParameters,
  untilOfItems,
  word,
} from './parameters.ts';
import { RecordAnswer, RecordListAnswer } from './schemas.ts';

const ofInitiative = { ...initiativeParameter, ...untilOfItems, ...recordFilters };
const ofAll = {
  ...untilOfItems,
  kind: Type.Optional(Type.Enum([...kinds], { description: 'The kind of the records.' })),
  ...recordFilters,
  publisher: compared(500, 'Of one source, whole.'),
  sourceUrl: word(
    'The URL or archive URL of a source, in any equivalent form: the case of scheme and host makes no difference.',
  ),
  unsourced: Type.Optional(
    Type.Boolean({ description: 'true: without any source; false: with at least one.' }),
  ),
};

const asRecords = { paging: byNumber, shape: RecordListAnswer, columns: columnsOf.records };
const ofKind = {
  ...asRecords,
  description: 'In the order in which they were first recorded.',
  tag: 'initiatives',
  parameters: ofInitiative,
};

export const mous = list({
  ...ofKind,
  name: 'listMous',
  path: '/v1/initiatives/:initiativeId/mous',
  summary: 'The MoUs of an initiative',
  open: (asked) => recordsIn(asked, { initiativeId: asked.parameters.initiativeId, kinds: ['mou'] }),
});

export const projects = list({
  ...ofKind,
  name: 'listProjects',
  path: '/v1/initiatives/:initiativeId/projects',
  summary: 'The projects of an initiative',
  open: (asked) => recordsIn(asked, { initiativeId: asked.parameters.initiativeId, kinds: ['project'] }),
});

export const records = list({
  ...asRecords,
  name: 'listRecords',
  path: '/v1/records',
  summary: 'Records of all initiatives',
  description:
    'Standing records of standing initiatives, unless standing says otherwise, in the order in which they were last changed.',
  tag: 'records',
  parameters: ofAll,
  open: (asked) => recordsIn(asked, { visible: asked.visible }),
});

export const record = single({
  name: 'getRecord',
  path: '/v1/initiatives/:initiativeId/records/:recordId',
  summary: 'One record',
  description: 'Any record, standing or retracted, with all its sources.',
  tag: 'records',
  parameters: recordParameters,
  shape: RecordAnswer,
  async compute({ ledger: { store }, at: { position }, parameters: { initiativeId, recordId } }) {
    const record = await recordKnownAt(store, initiativeId, recordId, position);
    const references = await referencesOf(store.db, record, position);
    return { ...(await recordView(store.db, record)), references };
  },
});

function recordsIn(
  { ledger, at: { position }, parameters }: Pick<Asked<typeof ofAll>, 'ledger' | 'at' | 'parameters'>,
  scope: RecordScope,
): ReadPage {
  const { db } = ledger.store;
  const filters = filtersOf(parameters);
  const asked = { db, position, scope, filters };
  return async ({ after, ...size }) => {
    const behind = Number(after ?? 0);
    const page = await listRecords(asked, behind, size);
    return {
      ...page,
      items: await recordViews(db, page.items, filters.until),
      total: () => countRecords(asked, behind),
    };
  };
}

function filtersOf(query: Static<TObject<typeof ofAll>>): RecordFilters {
  const inForceOn = lastDayOf(query.inForceOn, 'inForceOn');
  const endsBy = lastDayOf(query.endsBy, 'endsBy');
  const until = lastDayOf(query.until, 'until');
  const { q, sourceUrl } = query;
  const searched = q === undefined ? undefined : foldedForSearch(q);
  if (searched === '') throw badQuery('/query/q', 'has nothing that could be searched for');
  // Some characters are whole phrases when folded.
  if (searched !== undefined && searched.length > 2 * qLengthMax) throw badQuery('/query/q', 'is too long');
  if (sourceUrl !== undefined && usualUrl(sourceUrl) === undefined)
    throw badQuery('/query/sourceUrl', 'must be a URL');
  return { ...query, inForceOn, endsBy, until };
}

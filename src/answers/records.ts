import { kinds } from '../shapes/record-data.ts';
import { recordList } from '../views/record-list.ts';
import { type RecordScope, recordView, recordViews, referencesOf } from '../views/records.ts';
import { type Asked, list, type ReadPage, single } from './answer.ts';
import { columnsOf } from './columns.ts';
import { wantedAt } from './filters.ts';
import { recordKnownAt } from './known.ts';
import {
  byNumber,
  filtersOfMilestones,
  filtersOfRecords,
  initiativeParameter,
  recordParameters,
  sortOf,
  sortParameter,
} from './parameters.ts';
import { RecordAnswer, RecordListAnswer } from './schemas.ts';

const ofAll = { ...filtersOfRecords, ...sortParameter };

const asRecords = { paging: byNumber, shape: RecordListAnswer, columns: columnsOf.records };
const ofInitiative = {
  ...asRecords,
  description: 'In the order in which they were first recorded, unless sort says otherwise.',
  tag: 'initiatives',
};
const ofKind = {
  ...ofInitiative,
  parameters: { ...initiativeParameter, ...filtersOfMilestones, ...sortParameter },
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

export const recordsOfInitiative = list({
  ...ofInitiative,
  name: 'listRecordsOfInitiative',
  path: '/v1/initiatives/:initiativeId/records',
  summary: 'The records of an initiative, of every kind',
  parameters: { ...initiativeParameter, ...ofAll },
  open: (asked) => {
    const { initiativeId, kind } = asked.parameters;
    return recordsIn(asked, { initiativeId, kinds: kind ? [...new Set(kind)] : [...kinds] });
  },
});

export const records = list({
  ...asRecords,
  name: 'listRecords',
  path: '/v1/records',
  summary: 'Records of all initiatives',
  description:
    'Standing records of standing initiatives, unless standing says otherwise, in the order in which they were last changed, unless sort says otherwise.',
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

async function recordsIn(
  { ledger, at: { position }, parameters }: Pick<Asked<typeof ofAll>, 'ledger' | 'at' | 'parameters'>,
  scope: RecordScope,
): Promise<ReadPage> {
  const { db } = ledger.store;
  const wanted = await wantedAt(db, position, parameters);
  const list = recordList({ db, position, scope, wanted }, sortOf(parameters.sort));
  return async ({ after, ...size }) => {
    const behind = after === undefined ? undefined : Number(after);
    const page = await list.page(behind, size);
    return {
      ...page,
      items: await recordViews(db, page.items, wanted.cut),
      total: () => list.count(behind),
    };
  };
}

import { Type } from 'typebox';
import { kinds } from '../../../events/define-event.ts';
import { Refusal } from '../../errors.ts';
import type { Kind } from '../../ledger/record.ts';
import { badQuery } from '../../views/at.ts';
import { countHistory, differenceOf, historyOf } from '../../views/history.ts';
import {
  countRecords,
  listRecords,
  type RecordFilters,
  recordAt,
  recordViews,
  referencesOf,
} from '../../views/records.ts';
import { countParameter, listsCounted } from '../counted.ts';
import { columnsOf } from '../csv.ts';
import type { App } from '../instance.ts';
import {
  byNumber,
  format,
  initiativeParams,
  lastDayOf,
  limitMax,
  limitStandard,
  moment,
  queryOf,
  recordFilters,
  recordParams,
  untilParameter,
} from '../queries.ts';
import { DifferenceAnswer, HistoryAnswer, RecordAnswer, RecordListAnswer } from '../schemas.ts';
import { lists, type Reading, reads } from './reading.ts';

export function recordRoutes(app: App, reading: Reading): void {
  for (const [path, kind, name] of [
    ['mous', 'mou', 'MoUs'],
    ['projects', 'project', 'projects'],
  ] as const) {
    listOfKind(app, reading, path, kind, name);
  }
  listOfAll(app, reading);
  oneRecord(app, reading);
  history(app, reading);
  difference(app, reading);
}

function listOfKind(app: App, reading: Reading, path: string, kind: Kind, name: string): void {
  const { db } = reading.ledger.store;
  app.get(
    `/v1/initiatives/:initiativeId/${path}`,
    {
      schema: {
        ...listsCounted(
          {
            operationId: kind === 'mou' ? 'listMous' : 'listProjects',
            summary: `The ${name} of an initiative`,
            description: 'In the order in which they were first recorded.',
            tags: ['initiatives'],
          },
          RecordListAnswer,
        ),
        params: initiativeParams,
        querystring: queryOf({
          ...moment,
          ...untilParameter,
          ...recordFilters,
          ...countParameter,
          ...byNumber,
          ...format,
        }),
      },
    },
    (request, reply) =>
      reading.list(request, reply, columnsOf.records, async (at, { after = '0', limit = limitStandard }) => {
        const { initiativeId } = request.params;
        await reading.initiative(initiativeId, at);
        const scope = { initiativeId, kinds: [kind] };
        const filters = filtersOf(request.query);
        const page = await listRecords(db, at.position, scope, filters, Number(after), limit);
        return {
          ...page,
          items: await recordViews(db, page.items),
          total: () => countRecords(db, at.position, scope, filters, Number(after)),
        };
      }),
  );
}

function listOfAll(app: App, reading: Reading): void {
  const { db } = reading.ledger.store;
  app.get(
    '/v1/records',
    {
      schema: {
        ...listsCounted(
          {
            operationId: 'listRecords',
            summary: 'Records of all initiatives',
            description:
              'In the order in which they were last changed. Standing records of standing initiatives, unless standing says otherwise.',
            tags: ['records'],
          },
          RecordListAnswer,
        ),
        querystring: queryOf({
          ...moment,
          ...untilParameter,
          kind: Type.Optional(Type.Enum([...kinds], { description: 'The kind of the records.' })),
          ...recordFilters,
          publisher: Type.Optional(
            Type.String({ minLength: 1, maxLength: 500, description: 'Of one source, whole, in any case.' }),
          ),
          sourceUrl: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 2000,
              description: 'The URL or archive URL of one source.',
            }),
          ),
          unsourced: Type.Optional(Type.Boolean({ description: 'Without any source, or with one.' })),
          ...countParameter,
          ...byNumber,
          ...format,
        }),
      },
    },
    (request, reply) =>
      reading.list(request, reply, columnsOf.records, async (at, { after = '0', limit = limitStandard }) => {
        const filters = filtersOf(request.query);
        const page = await listRecords(db, at.position, {}, filters, Number(after), limit);
        return {
          ...page,
          items: await recordViews(db, page.items),
          total: () => countRecords(db, at.position, {}, filters, Number(after)),
        };
      }),
  );
}

function oneRecord(app: App, reading: Reading): void {
  const { db } = reading.ledger.store;
  app.get(
    '/v1/initiatives/:initiativeId/records/:recordId',
    {
      schema: {
        ...reads(
          {
            operationId: 'getRecord',
            summary: 'One record',
            description: 'Any record, standing or retracted, with all its sources.',
            tags: ['records'],
          },
          RecordAnswer,
        ),
        params: recordParams,
        querystring: queryOf({ ...moment }),
      },
    },
    (request, reply) =>
      reading.ofInitiative(request, reply, async (at) => {
        const { initiativeId, recordId } = request.params;
        const record = await recordAt(db, initiativeId, recordId, at.position);
        if (!record) throw recordNotFound(initiativeId, recordId);
        const [view] = await recordViews(db, [record]);
        return { ...view, references: await referencesOf(db, record, at.position) };
      }),
  );
}

function history(app: App, reading: Reading): void {
  const { db } = reading.ledger.store;
  app.get(
    '/v1/initiatives/:initiativeId/records/:recordId/history',
    {
      schema: {
        ...listsCounted(
          {
            operationId: 'getHistory',
            summary: 'Every version of a record',
            description: 'Who changed what, when, why and on what evidence, from the first version on.',
            tags: ['records'],
          },
          HistoryAnswer,
        ),
        params: recordParams,
        querystring: queryOf({
          ...moment,
          path: Type.Optional(
            Type.String({
              pattern: '^(/[^/]+)+$',
              maxLength: 500,
              description:
                'Only what changed at this path, below it, or above it as a whole: /data/title, /sources.',
            }),
          ),
          ...countParameter,
          ...byNumber,
          ...format,
        }),
      },
    },
    (request, reply) =>
      reading.list(request, reply, columnsOf.versions, async (at, { after = '0', limit = limitMax }) => {
        const { initiativeId, recordId } = request.params;
        await reading.initiative(initiativeId, at);
        const record = await recordAt(db, initiativeId, recordId, at.position);
        if (!record) throw recordNotFound(initiativeId, recordId);
        const { path } = request.query;
        const first = Number(after);
        const page = await historyOf(db, initiativeId, recordId, at.position, first, limit, path);
        const total = () => countHistory(db, initiativeId, record, at.position, first, path);
        return { ...page, named: 'versions', total, more: () => ({ recordId }) };
      }),
  );
}

const versionParameter = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description }));

function difference(app: App, reading: Reading): void {
  const { db } = reading.ledger.store;
  app.get(
    '/v1/initiatives/:initiativeId/records/:recordId/diff',
    {
      schema: {
        ...lists(
          {
            operationId: 'getDifference',
            summary: 'The difference of two versions of a record',
            description: 'Field by field, with the event that made each of the two. It has one page.',
            tags: ['records'],
          },
          DifferenceAnswer,
        ),
        params: recordParams,
        querystring: queryOf({
          ...moment,
          from: versionParameter('A version of the record; by default the first.'),
          to: versionParameter('A version of the record, earlier or later; by default the newest.'),
          ...format,
        }),
      },
    },
    (request, reply) =>
      reading.list(request, reply, columnsOf.differences, async (at) => {
        const { initiativeId, recordId } = request.params;
        await reading.initiative(initiativeId, at);
        const record = await recordAt(db, initiativeId, recordId, at.position);
        if (!record) throw recordNotFound(initiativeId, recordId);
        const { from = 1, to = record.version } = request.query;
        for (const [name, version] of Object.entries({ from, to })) {
          if (version > record.version)
            throw badQuery(`/query/${name}`, `is after the newest version, which is ${record.version}`);
        }
        const { changes, ...origins } = await differenceOf(db, initiativeId, recordId, from, to);
        return { items: changes, named: 'changes', more: () => ({ recordId, ...origins }) };
      }),
  );
}

const recordNotFound = (initiativeId: string, recordId: string): Refusal =>
  new Refusal('record-not-found', `${recordId} is not known in ${initiativeId}.`);

type FilterQuery = Omit<RecordFilters, 'inForceOn' | 'until'> & { inForceOn?: string; until?: string };

const filterNames = [
  'kind',
  'meetingId',
  'pillar',
  'sector',
  'zone',
  'instrument',
  'party',
  'publisher',
  'sourceUrl',
  'unsourced',
  'sources',
  'named',
  'q',
  'standing',
] as const satisfies (keyof RecordFilters)[];

function filtersOf(query: FilterQuery): RecordFilters {
  const given = filterNames.map((name) => [name, query[name]] as const);
  const days = (['inForceOn', 'until'] as const).map((name) => [name, lastDayOf(query[name], name)] as const);
  // Absent filters must be absent, not undefined.
  return Object.fromEntries([...given, ...days].filter(([, value]) => value !== undefined));
}

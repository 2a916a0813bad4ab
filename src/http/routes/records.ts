import { Type } from 'typebox';
import { kinds } from '../../../events/define-event.ts';
import { Refusal } from '../../errors.ts';
import type { Kind } from '../../ledger/record.ts';
import { historyOf } from '../../views/history.ts';
import { listRecords, type RecordFilters, recordAt, recordViews, referencesOf } from '../../views/records.ts';
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
import { HistoryAnswer, RecordAnswer, RecordListAnswer } from '../schemas.ts';
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
}

function listOfKind(app: App, reading: Reading, path: string, kind: Kind, name: string): void {
  const { db } = reading.ledger.store;
  app.get(
    `/v1/initiatives/:initiativeId/${path}`,
    {
      schema: {
        ...lists(
          {
            operationId: kind === 'mou' ? 'listMous' : 'listProjects',
            summary: `The ${name} of an initiative`,
            description: 'In the order in which they were first recorded.',
            tags: ['initiatives'],
          },
          RecordListAnswer,
        ),
        params: initiativeParams,
        querystring: queryOf({ ...moment, ...untilParameter, ...recordFilters, ...byNumber, ...format }),
      },
    },
    (request, reply) =>
      reading.list(request, reply, columnsOf.records, async (at) => {
        const { initiativeId } = request.params;
        const { after = 0, limit = limitStandard } = request.query;
        await reading.initiative(initiativeId, at);
        const scope = { initiativeId, kinds: [kind] };
        const page = await listRecords(db, at.position, scope, filtersOf(request.query), after, limit);
        return { ...page, items: await recordViews(db, page.items) };
      }),
  );
}

function listOfAll(app: App, reading: Reading): void {
  const { db } = reading.ledger.store;
  app.get(
    '/v1/records',
    {
      schema: {
        ...lists(
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
          ...byNumber,
          ...format,
        }),
      },
    },
    (request, reply) =>
      reading.list(request, reply, columnsOf.records, async (at) => {
        const { after = 0, limit = limitStandard } = request.query;
        const page = await listRecords(db, at.position, {}, filtersOf(request.query), after, limit);
        return { ...page, items: await recordViews(db, page.items) };
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
        ...lists(
          {
            operationId: 'getHistory',
            summary: 'Every version of a record',
            description: 'Who changed what, when, why and on what evidence, from the first version on.',
            tags: ['records'],
          },
          HistoryAnswer,
        ),
        params: recordParams,
        querystring: queryOf({ ...moment, ...byNumber, ...format }),
      },
    },
    (request, reply) =>
      reading.list(request, reply, columnsOf.versions, async (at) => {
        const { initiativeId, recordId } = request.params;
        const { after = 0, limit = limitMax } = request.query;
        await reading.initiative(initiativeId, at);
        if (!(await recordAt(db, initiativeId, recordId, at.position)))
          throw recordNotFound(initiativeId, recordId);
        const page = await historyOf(db, initiativeId, recordId, at.position, after, limit);
        return { ...page, named: 'versions', more: { recordId } };
      }),
  );
}

const recordNotFound = (initiativeId: string, recordId: string): Refusal =>
  new Refusal('record-not-found', `${recordId} is not known in ${initiativeId}.`);

type FilterQuery = Omit<RecordFilters, 'inForceOn' | 'until'> & { inForceOn?: string; until?: string };

function filtersOf(query: FilterQuery): RecordFilters {
  const {
    kind,
    meetingId,
    pillar,
    sector,
    zone,
    instrument,
    party,
    publisher,
    sourceUrl,
    unsourced,
    named,
    q,
    standing,
  } = query;
  const given = {
    kind,
    meetingId,
    pillar,
    sector,
    zone,
    instrument,
    party,
    publisher,
    sourceUrl,
    unsourced,
    named,
    q,
    standing,
  };
  const days = { inForceOn: lastDayOf(query.inForceOn, 'inForceOn'), until: lastDayOf(query.until, 'until') };
  // Absent filters must be absent, not undefined.
  return Object.fromEntries(Object.entries({ ...given, ...days }).filter(([, value]) => value !== undefined));
}

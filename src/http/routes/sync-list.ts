import { Type } from 'typebox';
import { Refusal } from '../../errors.ts';
import { syncList } from '../../import/sync/sync.ts';
import { shapeOf } from '../../ledger/shape.ts';
import { basisJson } from '../../reading/computed.ts';
import { reasonCodes, ref, Slug, Source, text } from '../../shapes/fields.ts';
import { parseJsonText } from '../../shapes/json.ts';
import { badQuery } from '../../views/at.ts';
import type { App } from '../app.ts';
import { authorOf } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf } from '../plugins/openapi.ts';
import { fileBody, importedFile } from '../wire/imported-file.ts';
import { reportFormat, sendReportCsv } from '../wire/report-csv.ts';
import { SyncReport } from '../wire/report-schemas.ts';

const query = Type.Object(
  {
    key: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 1,
      maxItems: 5,
      description:
        'What tells the rows apart: externalId, recordId, or a column; repeated, they are the key together. It becomes the externalId of the records.',
    }),
    reason: text(10_000, 'Why records are changed: it stands in every correction and retraction.'),
    reasonCode: Type.Optional(
      Type.Enum([...reasonCodes.filter((code) => code !== 'duplicate')], {
        description: 'The default is publisher-changed.',
      }),
    ),
    source: Type.Optional(
      Type.String({
        maxLength: 8000,
        description:
          'Where the list is published, as JSON: a source as it is posted. It is recorded with every event that makes or changes a record.',
      }),
    ),
    publisher: Type.Optional(text(500, 'Instead of source: its publisher.')),
    url: Type.Optional(Type.String({ maxLength: 2000, description: 'Beside publisher: its URL.' })),
    missing: Type.Optional(
      Type.Enum(['keep', 'retract'], {
        description: 'What is done about records that the list has no more. The default is to keep them.',
      }),
    ),
    expect: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'The hash of a preview: exactly that is recorded. Without it nothing is.',
      }),
    ),
    mapping: Type.Optional(
      Type.String({
        maxLength: 8000,
        description: 'How to read a table with other headers: a mapping as JSON, see docs/import.md.',
      }),
    ),
    format: reportFormat,
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'Items of a page. The default is 100.' }),
    ),
    after: Type.Optional(Type.Integer({ minimum: 0, description: 'As next of the page before says.' })),
  },
  { additionalProperties: false },
);

const sourceFault = shapeOf(Source);

/** POST /v1/initiatives/{initiativeId}/sync: the records become as a list that is kept elsewhere. */
export function syncRoute(scope: App, ledger: Ledger, closing: AbortSignal): void {
  scope.post(
    '/v1/initiatives/:initiativeId/sync',
    {
      config: { access: 'record', long: true },
      bodyLimit: Number.MAX_SAFE_INTEGER,
      schema: {
        operationId: 'syncList',
        summary: 'Keep records in step with a list',
        description:
          'Compares a list with the records that have its keys. Without expect, the answer says what would be recorded: new records, changed ones with old and new values, records that are gone from the list, and rows that are refused. With the hash of that answer as expect, exactly that is recorded: up to 1,000 events all or nothing, more of them in order, so that the same request may be sent again after an interruption. Where the file, the options or the records are not as in the preview, the answer is 409 plan-changed. Members that the list does not have stay as they are; an empty cell removes its member.',
        tags: ['events'],
        params: Type.Object({ initiativeId: Slug }, { additionalProperties: false }),
        querystring: query,
        body: fileBody,
        response: {
          200: answerOf('The preview, or what was recorded.', {
            'application/json': ref(SyncReport),
            'text/csv': Type.String(),
          }),
        },
      },
    },
    async (request, reply) => {
      const { mapping, reason, reasonCode = 'publisher-changed', missing = 'keep' } = request.query;
      const { key, expect, limit = 100, after = 0 } = request.query;
      const { source, ...reading } = await importedFile(request, reply, closing, mapping);
      const { basis, ...report } = await syncList(ledger, source, {
        ...reading,
        initiativeId: request.params.initiativeId,
        key,
        reason: { code: reasonCode, text: reason },
        sources: sourcesIn(request.query),
        missing,
        expect,
        limit,
        after,
        ...authorOf(request),
        alone: false,
      });
      if (request.query.format === 'csv') return sendReportCsv(reply, report.errors);
      return { ...report, basis: basisJson(basis) };
    },
  );
}

/** The source of the list, if one is given. Throws Refusal `invalid-request`. */
function sourcesIn({
  source,
  publisher,
  url,
}: {
  source?: string;
  publisher?: string;
  url?: string;
}): Source[] {
  if (source === undefined) {
    if (publisher === undefined && url === undefined) return [];
    return [checked({ publisher, ...(url !== undefined && { url }) }, '')];
  }
  if (publisher !== undefined || url !== undefined)
    throw badQuery('/query/publisher', 'does not go together with source');
  try {
    return [checked(parseJsonText(source, 'The source'), '/source')];
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'invalid-request')
      throw badQuery('/query/source', `can't be read: ${error.message}`);
    throw error;
  }
}

/** at: where it stands in the query; empty: its members do. */
function checked(source: unknown, at: string): Source {
  const fault = sourceFault(source);
  if (fault) throw badQuery(`/query${at}${fault.pointer}`, fault.detail);
  return source as Source; // Just checked.
}

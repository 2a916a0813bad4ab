import type { IncomingMessage } from 'node:http';
import { Type } from 'typebox';
import { atomicEventsMax, importLines } from '../../import/import-lines.ts';
import { basisJson } from '../../reading/computed.ts';
import { ref, Slug } from '../../shapes/fields.ts';
import type { App } from '../app.ts';
import { authorOf } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf } from '../plugins/openapi.ts';
import { bodyTypes, fileBody, importedFile } from '../wire/imported-file.ts';
import { reportFormat, sendReportCsv } from '../wire/report-csv.ts';
import { ImportReport, reportSchemas } from '../wire/report-schemas.ts';
import { previewRoute } from './preview-import.ts';
import { syncRoute } from './sync-list.ts';

const query = Type.Object(
  {
    importId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '^[\\x20-\\x7e]*$',
        description:
          'A label of the file. An eventId that a line lacks is derived from initiative, label, content and place among equal lines; so equal lines of files with different labels are different events.',
      }),
    ),
    atomic: Type.Optional(
      Type.Boolean({ description: `All lines or none; at most ${atomicEventsMax} events.` }),
    ),
    dryRun: Type.Optional(Type.Boolean({ description: 'Says what would happen and records nothing.' })),
    format: reportFormat,
    mapping: Type.Optional(
      Type.String({
        maxLength: 8000,
        description: 'How to read a table with other headers: a mapping as JSON, see docs/import.md.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** POST /v1/initiatives/{initiativeId}/import: a file of any size, recorded while it arrives. */
export function importEvents(app: App, ledger: Ledger): void {
  for (const schema of reportSchemas) app.addSchema(schema);
  // A scope of its own, as no other path takes these media types.
  app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      bodyTypes,
      // It is read where it is worked on.
      async (_request: unknown, body: IncomingMessage) => body,
    );
    scope.post(
      '/v1/initiatives/:initiativeId/import',
      {
        config: { access: 'record', long: true },
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: {
          operationId: 'importEvents',
          summary: 'Import a file of events',
          description:
            'Records one event a line, or a row, while the file arrives, and answers when all of it was read. One line that is refused stops no other, unless atomic. Safe to repeat: lines that were recorded before are counted as alreadyRecorded. If the import ends early, what was recorded until then stays. Lists of records (format=csv or ndjson) are imported as they are: each row makes its record.',
          tags: ['events'],
          params: Type.Object({ initiativeId: Slug }, { additionalProperties: false }),
          querystring: query,
          body: fileBody,
          response: {
            200: answerOf('The result of the import.', {
              'application/json': ref(ImportReport),
              'text/csv': Type.String(),
            }),
          },
        },
      },
      async (request, reply) => {
        const { importId, atomic = false, dryRun = false, mapping } = request.query;
        const { source, ...reading } = await importedFile(request, reply, app.closing, mapping);
        const {
          basis,
          shown: _,
          ...report
        } = await importLines(ledger, source, {
          ...reading,
          initiativeId: request.params.initiativeId,
          importId,
          ...authorOf(request),
          atomic,
          dryRun,
          alone: false,
        });
        if (request.query.format === 'csv') return sendReportCsv(reply, report.errors);
        return { ...report, basis: basisJson(basis) };
      },
    );
    previewRoute(scope, ledger, app.closing);
    syncRoute(scope, ledger, app.closing);
  });
}

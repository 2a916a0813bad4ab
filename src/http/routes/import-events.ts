import type { IncomingMessage } from 'node:http';
import { Type } from 'typebox';
import { Basis } from '../../answers/schemas.ts';
import { problems, Refusal } from '../../errors.ts';
import { atomicEventsMax, type ImportOptions, importLines } from '../../import/import-lines.ts';
import { mappingOf } from '../../import/mapping.ts';
import { ref, Slug } from '../../shapes/fields.ts';
import type { App } from '../app.ts';
import { authorOf } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { requireUtf8 } from '../plugins/body.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { checkedBy } from '../plugins/validators.ts';
import { basisJson } from '../wire/payload.ts';
import { uploadOf } from '../wire/upload.ts';

type Format = ImportOptions['format'];
const formats = new Map<string, Format>([
  ['application/x-ndjson', 'ndjson'],
  ['text/csv', 'csv'],
]);

const LineError = Type.Object(
  {
    line: Type.Integer({
      minimum: 1,
      description: 'The line of the file; for a row of a table, the line at which it begins.',
    }),
    code: Type.String({ enum: Object.keys(problems) }),
    pointer: Type.String({ description: 'RFC 6901, into the event of the line.' }),
    detail: Type.String(),
    value: Type.Optional(
      Type.String({
        description:
          'The first 80 characters of the refused value. Absent if there is none, or if it may name a person.',
      }),
    ),
  },
  { $id: 'LineError', additionalProperties: false, description: 'Why a line was not recorded.' },
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

const ImportReport = Type.Object(
  {
    lines: count('Lines that are not blank: recorded, already recorded and failed ones.'),
    recorded: count('Lines that were recorded now; with dryRun, that would be.'),
    alreadyRecorded: count('Lines that were recorded before, under the same eventId with the same content.'),
    failed: count('Lines that were refused, or are no events.'),
    errors: Type.Array(ref(LineError), {
      maxItems: 1000,
      description: 'The faults of the first failed lines, in the order of the file. A line may have several.',
    }),
    basis: ref(Basis),
  },
  { $id: 'ImportReport', additionalProperties: false },
);

/** Documents a body that is read as it arrives, line by line. */
const streamed = (description: string, example: string) => ({
  schema: Object.assign(Type.String({ description, examples: [example] }), { [checkedBy]: () => true }),
});

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
  for (const schema of [LineError, ImportReport]) app.addSchema(schema);
  // A scope of its own, as no other path takes these media types.
  app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [...formats.keys()],
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
            'Records one event a line, or a row, while the file arrives, and answers when all of it was read. One line that is refused stops no other, unless atomic. Safe to repeat: lines that were recorded before are counted as alreadyRecorded. If the import ends early, what was recorded until then stays.',
          tags: ['events'],
          params: Type.Object({ initiativeId: Slug }, { additionalProperties: false }),
          querystring: query,
          body: {
            content: {
              'application/x-ndjson': streamed(
                'One event a line, as it is posted, in UTF-8. A line has at most 1 MiB. Blank lines are skipped.',
                '{"type":"MoUSigned","repeat":8,"data":{"meetingId":"jic-4"}}\n',
              ),
              'text/csv': streamed(
                'A table (RFC 4180) in UTF-8 with a header; its columns are named in docs/import.md.',
                'type,occurredOn,data.title,source.publisher\r\nMoUSigned,2023-12-14,A title,Smart Cities World\r\n',
              ),
            },
          },
          response: { 200: jsonAnswer('The result of the import.', ref(ImportReport)) },
        },
      },
      async (request, reply) => {
        const { importId, atomic = false, dryRun = false, mapping } = request.query;
        const format = formatOf(request.headers['content-type'], mapping);
        const { basis, ...report } = await importLines(ledger, uploadOf(request, reply, app.closing), {
          format,
          initiativeId: request.params.initiativeId,
          importId,
          mapping: mapping === undefined ? undefined : mappingOf(mapping),
          ...authorOf(request),
          atomic,
          dryRun,
          alone: false,
        });
        return { ...report, basis: basisJson(basis) };
      },
    );
  });
}

function formatOf(type = '', mapping: string | undefined): Format {
  const format = formats.get(type.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  // A request without a body comes here whatever its type.
  if (!format)
    throw new Refusal('unsupported-media-type', `Content-Type is one of ${[...formats.keys()].join(', ')}.`);
  requireUtf8(type);
  if (mapping !== undefined && format !== 'csv')
    throw new Refusal('invalid-request', 'A mapping is for text/csv only.');
  return format;
}

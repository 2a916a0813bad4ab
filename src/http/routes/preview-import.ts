import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Refusal } from '../../errors.ts';
import { columns } from '../../import/columns.ts';
import { isSheet } from '../../import/formats.ts';
import { importLines } from '../../import/import-lines.ts';
import { type LookOptions, lookAt } from '../../import/map/look.ts';
import { proposalFor } from '../../import/map/proposal-for.ts';
import type { Proposal } from '../../import/map/proposed-mapping.ts';
import { sheetBytesMax } from '../../import/sheets/open-sheet.ts';
import { basisJson } from '../../reading/computed.ts';
import { ref, Slug } from '../../shapes/fields.ts';
import type { App } from '../app.ts';
import { authorOf } from '../authentication.ts';
import type { Ledger } from '../ledger.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { fileBody, type ImportedFile, importedFile } from '../wire/imported-file.ts';
import { ImportPreview } from '../wire/report-schemas.ts';

/** Rows that are shown as they are read. */
const rowsShown = 20;
/** Bytes of a text from which a mapping is guessed. */
const lookBytes = 1024 * 1024;
/** Bytes of a text in which its header is. */
const headerBytes = 64 * 1024;

/** POST /v1/initiatives/{initiativeId}/import/preview: what an import would do, with a first mapping where one is missing. */
export function previewRoute(scope: App, ledger: Ledger, closing: AbortSignal): void {
  scope.post(
    '/v1/initiatives/:initiativeId/import/preview',
    {
      config: { access: 'record', long: true },
      bodyLimit: Number.MAX_SAFE_INTEGER,
      schema: {
        operationId: 'previewImport',
        summary: 'Preview an import',
        description:
          'Says what an import of the file would do, and how its first rows are read. Records nothing. If the file is a table with columns of its own, and no mapping is given, the answer has a first mapping with its questions as comments; the preview is then of that.',
        tags: ['events'],
        params: Type.Object({ initiativeId: Slug }, { additionalProperties: false }),
        querystring: Type.Object(
          {
            mapping: Type.Optional(
              Type.String({
                maxLength: 8000,
                description: 'How to read a table with other headers: a mapping as JSON, see docs/import.md.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        body: fileBody,
        response: { 200: jsonAnswer('What an import would do.', ref(ImportPreview)) },
      },
    },
    async (request, reply) => {
      const file = await importedFile(request, reply, closing, request.query.mapping);
      const { source, proposal } = await proposed(file);
      const { basis, shown, ...report } = await importLines(ledger, source, {
        format: file.format,
        limits: file.limits,
        mapping: proposal?.mapping ?? file.mapping,
        initiativeId: request.params.initiativeId,
        importId: undefined,
        ...authorOf(request),
        atomic: false,
        dryRun: true,
        alone: false,
        shown: rowsShown,
      });
      return {
        ...(proposal && { mapping: proposal.text }),
        questions: proposal?.questions ?? [],
        rows: shown,
        report: { ...report, basis: basisJson(basis) },
      };
    },
  );
}

/** The whole file again, and a first mapping where it needs one. */
async function proposed({ format, mapping, source }: ImportedFile): Promise<{
  source: AsyncIterable<Uint8Array>;
  proposal: Proposal | undefined;
}> {
  // Of a mapping, the encoding and the sheet may be all that is known.
  const isMapped = mapping?.fields !== undefined || Object.keys(mapping?.columns ?? {}).length > 0;
  if (format === 'ndjson' || isMapped) return { source, proposal: undefined };
  const chunks = source[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  const bytesMax = isSheet(format) ? sheetBytesMax : lookBytes;
  while (!ended && bytes <= bytesMax) {
    const { value, done = false } = await chunks.next();
    ended = done;
    if (done) break;
    begun.push(value);
    bytes += value.length;
  }
  if (isSheet(format) && !ended)
    throw new Refusal('body-too-large', `A spreadsheet has at most ${sheetBytesMax / 1024 / 1024} MiB.`);
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* begun;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  const beginning = Buffer.concat(begun);
  const options = { format, encoding: mapping?.encoding, sheet: mapping?.sheet };
  const proposal = (await isOurs(beginning, options))
    ? undefined
    : await proposalFor(Readable.from([beginning]), options);
  return { source: whole(), proposal };
}

/** Whether a table has the columns of ours only, and so needs no mapping. */
async function isOurs(beginning: Buffer, options: LookOptions): Promise<boolean> {
  if (isSheet(options.format)) return false;
  const look = await lookAt(beginning.subarray(0, headerBytes), options);
  const isPlain = look !== undefined && Object.keys(look.settings).length === 0;
  return isPlain && look.header.texts.every((text) => columns.has(text));
}

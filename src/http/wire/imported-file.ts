import { MIMEType } from 'node:util';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Refusal } from '../../errors.ts';
import {
  type Format,
  formatOfMediaType,
  formatOfName,
  isSheet,
  mediaTypeOf,
  mediaTypes,
} from '../../import/formats.ts';
import { type Mapping, mappingOf } from '../../import/mapping.ts';
import { type Encoding, encodings } from '../../import/text-rows.ts';
import type { Limits } from '../../shapes/limits.ts';
import { badQuery } from '../../views/at.ts';
import { checkedBy } from '../plugins/validators.ts';
import { filePartOf } from './multipart.ts';
import { uploadOf } from './upload.ts';

/** Documents a body that is read as it arrives, line by line. */
const streamed = (description: string, example: string) => ({
  schema: Object.assign(Type.String({ description, examples: [example] }), { [checkedBy]: () => true }),
});

/** The body of whatever takes a file of events. */
export const fileBody = {
  content: {
    'application/x-ndjson': streamed(
      'One event a line, as it is posted, in UTF-8. A line has at most 1 MiB. Blank lines are skipped.',
      '{"type":"MoUSigned","repeat":8,"data":{"meetingId":"jic-4"}}\n',
    ),
    'text/csv': streamed(
      'A table (RFC 4180) with a header; its columns are named in docs/import.md.',
      'type,occurredOn,data.title,source.publisher\r\nMoUSigned,2023-12-14,A title,Smart Cities World\r\n',
    ),
    'text/tab-separated-values': streamed('The same with tabs.', 'type\toccurredOn\r\nMoUSigned\t2023\r\n'),
    [mediaTypeOf('xlsx')]: streamed('The same as a sheet of an Excel workbook.', ''),
    [mediaTypeOf('ods')]: streamed('The same as a sheet of an OpenDocument spreadsheet.', ''),
    'multipart/form-data': {
      schema: Object.assign(
        Type.Object({
          mapping: Type.Optional(
            Type.String({
              description: 'How to read a table with other headers; it stands before the file.',
            }),
          ),
          file: Type.String({
            description: 'A file of one of the other types: by the suffix of its name, else by its own type.',
          }),
        }),
        { [checkedBy]: () => true },
      ),
    },
  },
};

/** A file of a request, and how it is to be read. */
export interface ImportedFile {
  format: Format;
  mapping: Mapping | undefined;
  limits: Limits;
  source: AsyncIterable<Uint8Array>;
}

/**
 * The file of a request: its body, or the part `file` of a form, before which its mapping may stand. Throws a Refusal for a type that is
 * not read, and for a mapping that is none.
 */
export async function importedFile(
  request: FastifyRequest,
  reply: FastifyReply,
  closing: AbortSignal,
  mapping: string | undefined,
): Promise<ImportedFile> {
  const { limits } = request.server;
  const type = request.headers['content-type'];
  const upload = uploadOf(request, reply, closing);
  // Whoever refuses the request leaves the rest unread.
  reply.raw.once('close', () => void upload.return(undefined).catch(() => {}));
  if (mediaTypeIn(type) !== form) {
    const format = formatOf(mediaTypeIn(type), mapping);
    return { format, mapping: withEncoding(mapping, encodingOf(type, format)), limits, source: upload };
  }
  const part = await filePartOf(upload, type ?? '');
  if (part.mapping !== undefined && mapping !== undefined)
    throw badQuery('/query/mapping', 'does not go together with the part mapping');
  const given = mapping ?? part.mapping;
  // Browsers know the names of files, and not always their types.
  const format = formatOfName(part.name) ?? formatOf(part.mediaType, given);
  if (given !== undefined && format === 'ndjson') throw mappingOfLines();
  return { format, mapping: withEncoding(given, undefined), limits, source: part.source };
}

const form = 'multipart/form-data';

/** What such a request may be. */
export const bodyTypes = [...mediaTypes, form];

const mediaTypeIn = (type = ''): string => type.split(';', 1)[0]?.trim().toLowerCase() ?? '';

function withEncoding(text: string | undefined, encoding: Encoding | undefined): Mapping | undefined {
  const mapping = text === undefined ? undefined : mappingOf(text);
  return encoding === undefined ? mapping : { ...(mapping ?? { columns: {} }), encoding };
}

function formatOf(mediaType: string, mapping: string | undefined): Format {
  const format = formatOfMediaType(mediaType);
  // A request without a body comes here whatever its type.
  if (!format) throw new Refusal('unsupported-media-type', `Content-Type is one of ${bodyTypes.join(', ')}.`);
  if (mapping !== undefined && format === 'ndjson') throw mappingOfLines();
  return format;
}

const mappingOfLines = (): Refusal => new Refusal('invalid-request', 'A mapping is for tables only.');

/** The encoding that the media type of a text names; a table may have another one than UTF-8. */
function encodingOf(type = '', format: Format): Encoding | undefined {
  const charset = isSheet(format) ? undefined : new MIMEType(type).params.get('charset');
  if (charset == null) return undefined;
  try {
    const { encoding } = new TextDecoder(charset);
    const known = encodings.find((one) => one === encoding);
    if (known && (known === 'utf-8' || format !== 'ndjson')) return known;
  } catch {
    // No such charset.
  }
  const which = format === 'ndjson' ? 'UTF-8' : 'UTF-8, UTF-16 or Windows-1252';
  throw new Refusal('unsupported-media-type', `Send the body in ${which}, not in another charset.`);
}

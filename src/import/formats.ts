/** The kinds of files that can be imported: by media type over HTTP, by suffix on the command line. */
const formats = [
  { format: 'ndjson', mediaType: 'application/x-ndjson', suffix: '.ndjson' },
  { format: 'csv', mediaType: 'text/csv', suffix: '.csv' },
  { format: 'tsv', mediaType: 'text/tab-separated-values', suffix: '.tsv' },
  {
    format: 'xlsx',
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    suffix: '.xlsx',
  },
  { format: 'ods', mediaType: 'application/vnd.oasis.opendocument.spreadsheet', suffix: '.ods' },
] as const;

export type Format = (typeof formats)[number]['format'];

export const formatNames = formats.map(({ format }) => format);
export const mediaTypes = formats.map(({ mediaType }) => mediaType);

export const mediaTypeOf = (format: Format): string =>
  formats.find((one) => one.format === format)?.mediaType ?? '';

/** The format of a media type without its parameters. */
export const formatOfMediaType = (mediaType: string): Format | undefined =>
  formats.find((one) => one.mediaType === mediaType)?.format;

export const formatOfName = (name: string): Format | undefined =>
  formats.find(({ suffix }) => name.toLowerCase().endsWith(suffix))?.format;

/** Whether the file is a ZIP archive with sheets, which can be read only when all of it is there. */
export const isSheet = (format: Format): format is 'xlsx' | 'ods' => format === 'xlsx' || format === 'ods';

import type { TSchema } from 'typebox';
import { Source, slugPattern } from '../shapes/fields.ts';
import { dataOf } from '../shapes/record-data.ts';

/** How the text of a cell becomes a member of an event. A text that does not fit stays text, and the schema refuses it. */
export type CellType =
  | 'text'
  | 'slug'
  | 'date'
  | 'url'
  | 'number'
  | 'integer'
  | 'texts'
  | 'names'
  | 'references'
  | 'json';

/** Every column that a table may have, with the type of its cells. The columns of data and source follow from the schemas. */
export const columns: ReadonlyMap<string, CellType> = new Map<string, CellType>([
  ['type', 'text'],
  ['recordId', 'slug'],
  ['eventId', 'text'],
  ['expectedVersion', 'integer'],
  ['occurredOn', 'date'],
  ['note', 'text'],
  ['correlationId', 'text'],
  ['repeat', 'integer'],
  ['to', 'text'],
  ['reason.code', 'text'],
  ['reason.text', 'text'],
  ['reason.duplicateOf', 'slug'],
  ...Object.values(dataOf).flatMap((schema) => columnsIn(schema, 'data')),
  ...columnsIn(Source, 'source'),
]);

interface Shape {
  type?: string;
  format?: string;
  pattern?: string;
  properties?: Record<string, TSchema>;
  items?: Shape;
}

function columnsIn(schema: TSchema, path: string): [string, CellType][] {
  const { type, format, pattern, properties, items } = schema as Shape;
  if (properties)
    return Object.entries(properties).flatMap(([name, member]) => columnsIn(member, `${path}.${name}`));
  if (type === 'integer' || type === 'number') return [[path, type]];
  if (format === 'edtf') return [[path, 'date']];
  if (format === 'web-url') return [[path, 'url']];
  if (type !== 'array') return [[path, pattern === slugPattern ? 'slug' : 'text']];
  if (items?.type === 'string') return [[path, 'texts']];
  const members = items?.properties ?? {};
  if (members['name']) return [[path, 'names']];
  return [[path, members['text'] && members['url'] ? 'references' : 'json']];
}

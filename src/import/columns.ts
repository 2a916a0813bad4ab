import type { TSchema } from 'typebox';
import { Refusal } from '../errors.ts';
import { Source } from '../shapes/fields.ts';
import { parseJsonText } from '../shapes/json.ts';
import { dataOf } from '../shapes/record-data.ts';

/** How the text of a cell becomes a member of an event. A text that does not fit stays text, and the schema refuses it. */
type CellType = 'text' | 'number' | 'texts' | 'names' | 'json';

/** Every column that a table may have, with the type of its cells. The columns of data and source follow from the schemas. */
export const columns: ReadonlyMap<string, CellType> = new Map<string, CellType>([
  ['type', 'text'],
  ['recordId', 'text'],
  ['eventId', 'text'],
  ['expectedVersion', 'number'],
  ['occurredOn', 'text'],
  ['note', 'text'],
  ['correlationId', 'text'],
  ['repeat', 'number'],
  ['to', 'text'],
  ['reason.code', 'text'],
  ['reason.text', 'text'],
  ['reason.duplicateOf', 'text'],
  ...Object.values(dataOf).flatMap((schema) => columnsIn(schema, 'data')),
  ...columnsIn(Source, 'source'),
]);

interface Shape {
  type?: string;
  properties?: Record<string, TSchema>;
  items?: Shape;
}

function columnsIn(schema: TSchema, path: string): [string, CellType][] {
  const { type, properties, items } = schema as Shape;
  if (properties)
    return Object.entries(properties).flatMap(([name, member]) => columnsIn(member, `${path}.${name}`));
  if (type === 'integer' || type === 'number') return [[path, 'number']];
  if (type !== 'array') return [[path, 'text']];
  if (items?.type === 'string') return [[path, 'texts']];
  return [[path, items?.properties?.['name'] ? 'names' : 'json']];
}

/** Gives the value of a cell. The text is trimmed and not empty. Throws a Refusal for JSON that parseJson refuses. */
export function cellValueOf(text: string, type: CellType): unknown {
  switch (type) {
    case 'text':
      return text;
    case 'number':
      return /^-?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text;
    default: {
      if (/^[[{]/.test(text)) return jsonOf(text);
      if (type === 'json') return text;
      const parts = text.split(';').flatMap((part) => part.trim() || []);
      return type === 'texts' ? parts : parts.map((name) => ({ name }));
    }
  }
}

/** A text that is no JSON at all stays a text. */
function jsonOf(text: string): unknown {
  try {
    return parseJsonText(text, 'The cell');
  } catch (error) {
    if (error instanceof Refusal && error.members.errors === undefined) return text;
    throw error;
  }
}

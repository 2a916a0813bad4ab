import { type Static, Type } from 'typebox';
import { closed } from '../../events/fields.ts';
import { type ProblemPart, Refusal } from '../errors.ts';
import { escapeToken } from '../ledger/json.ts';
import { shapeOf } from '../ledger/shapes.ts';
import { columns } from './columns.ts';

const Texts = Type.Record(Type.String(), Type.String());

/** How a table with other headers is read. */
export const Mapping = Type.Object(
  {
    delimiter: Type.Optional(Type.Enum([',', ';', '\t', '|'], { description: 'Between cells; a comma.' })),
    columns: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
      description: 'A header of the table, and our column; null: the column is not imported.',
    }),
    fixed: Type.Optional({ ...Texts, description: 'Our column, and its text where the table gives none.' }),
    values: Type.Optional(
      Type.Record(Type.String(), Texts, {
        description: 'Our column, and for texts in the table the texts to take instead.',
      }),
    ),
  },
  closed,
);
export type Mapping = Static<typeof Mapping>;

const shape = shapeOf(Mapping);

/** A mapping from the text of its file. Throws Refusal `invalid-mapping`. */
export function mappingOf(text: string): Mapping {
  let mapping: unknown;
  try {
    mapping = JSON.parse(text);
  } catch (error) {
    throw invalid({ pointer: '', detail: `is not JSON: ${(error as SyntaxError).message}` });
  }
  const fault = shape(mapping) ?? unknownColumn(mapping as Mapping); // Just checked.
  if (fault) throw invalid(fault);
  return mapping as Mapping;
}

function unknownColumn({ columns: headers, fixed = {}, values = {} }: Mapping): ProblemPart | undefined {
  const named: [pointer: string, column: string | null][] = [
    ...Object.entries(headers).map(([header, column]): [string, string | null] => [
      `/columns/${escapeToken(header)}`,
      column,
    ]),
    ...Object.keys(fixed).map((column): [string, string] => [`/fixed/${escapeToken(column)}`, column]),
    ...Object.keys(values).map((column): [string, string] => [`/values/${escapeToken(column)}`, column]),
  ];
  const [unknown] = named.filter(([, column]) => column !== null && !columns.has(column));
  return unknown && { pointer: unknown[0], detail: `names the column ${unknown[1]}, ${knownColumns()}` };
}

export const knownColumns = (): string => `which is none of ${[...columns.keys()].join(', ')}`;

const invalid = (part: ProblemPart): Refusal =>
  new Refusal('invalid-mapping', `The mapping${part.pointer && ` at ${part.pointer}`} ${part.detail}.`, {
    errors: [part],
  });

import { type Static, Type } from 'typebox';
import { type ProblemPart, Refusal } from '../errors.ts';
import { shapeOf } from '../ledger/shape.ts';
import { closed } from '../shapes/fields.ts';
import { parseJsonText } from '../shapes/json.ts';
import { pointerOf } from '../shapes/merge-patch.ts';
import { columns } from './columns.ts';

const Texts = Type.Record(Type.String(), Type.String());

/** How to read a table with other headers. */
export const Mapping = Type.Object(
  {
    delimiter: Type.Optional(
      Type.Enum([',', ';', '\t', '|'], { description: 'Between cells. The default is a comma.' }),
    ),
    columns: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
      description: 'For each header of the table our column, or null to leave it out.',
    }),
    fixed: Type.Optional({ ...Texts, description: 'Our column, and the text for rows that give none.' }),
    values: Type.Optional(
      Type.Record(Type.String(), Texts, {
        description: 'Our column, and for texts in the table the texts that replace them.',
      }),
    ),
  },
  closed,
);
export type Mapping = Static<typeof Mapping>;

const shape = shapeOf(Mapping);

/** A mapping from the text of its file. Throws Refusal `invalid-mapping`. */
export function mappingOf(text: string): Mapping {
  const mapping = jsonOf(text);
  const fault = shape(mapping) ?? unknownColumn(mapping as Mapping); // Just checked.
  if (fault) throw invalid(fault);
  return mapping as Mapping;
}

function jsonOf(text: string): unknown {
  try {
    return parseJsonText(text, 'The mapping');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message, members } = error;
    const errors = members.errors ?? [{ pointer: '', detail: message }];
    throw new Refusal('invalid-mapping', `The mapping can't be read: ${message}`, { errors });
  }
}

function unknownColumn({ columns: headers, fixed = {}, values = {} }: Mapping): ProblemPart | undefined {
  const named = [
    ...Object.entries(headers).map(([header, column]) => ({ at: ['columns', header], column })),
    ...Object.keys(fixed).map((column) => ({ at: ['fixed', column], column })),
    ...Object.keys(values).map((column) => ({ at: ['values', column], column })),
  ];
  const unknown = named.find(({ column }) => column !== null && !columns.has(column));
  if (!unknown) return undefined;
  return { pointer: pointerOf(unknown.at), detail: `names the column ${unknown.column}, ${knownColumns()}` };
}

export const knownColumns = (): string => `which is none of ${[...columns.keys()].join(', ')}`;

const invalid = (part: ProblemPart): Refusal =>
  new Refusal('invalid-mapping', `The mapping${part.pointer && ` at ${part.pointer}`} ${part.detail}.`, {
    errors: [part],
  });

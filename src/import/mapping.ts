import { type Static, type TProperties, Type } from 'typebox';
import { type ProblemPart, Refusal } from '../errors.ts';
import { shapeOf } from '../ledger/shape.ts';
import { closed } from '../shapes/fields.ts';
import { parseJsonText } from '../shapes/json.ts';
import { withoutComments } from '../shapes/json-comments.ts';
import { pointerOf } from '../shapes/merge-patch.ts';
import { type CellType, columns } from './columns.ts';
import { dateFormatFault } from './dates.ts';
import { encodings } from './text-rows.ts';

const Texts = Type.Record(Type.String(), Type.String());
const Some = Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]);
const optional = <P extends TProperties>(properties: P) => Type.Partial(Type.Object(properties), closed);

/** Where a field comes from, and how it is read. */
export const Rule = optional({
  column: {
    ...Some,
    description: 'A column, or several of which the first counts that is not empty.',
  },
  joined: Type.Array(Type.String(), {
    minItems: 1,
    description: 'Columns of which all count, joined by a hyphen.',
  }),
  text: Type.String({ minLength: 1, description: 'The same text for every row.' }),
  empty: Type.Array(Type.String(), { description: 'Texts that mean an empty cell of this field.' }),
  values: { ...Texts, description: 'For texts of the table the texts to take instead; of a list, for each.' },
  dates: { ...Some, description: 'The formats of its dates.' },
  yearsFrom: Type.Integer({
    minimum: 1,
    maximum: 9900,
    description: 'The first of the hundred years that two digits may mean.',
  }),
  separator: {
    ...Some,
    description: 'What stands between the parts of a list. Without it a cell is one part.',
  },
  country: Type.String({ description: 'The country of each party.' }),
  countryColumn: Type.String({ description: 'The column with the country of each party.' }),
  countries: {
    ...Texts,
    description: 'The code for each text of countryColumn, or without it for each name of a party.',
  },
  role: Type.String({ description: 'The role of each party.' }),
  urlAfter: Type.String({
    minLength: 1,
    description: 'What stands between the text of a reference and its URL.',
  }),
  fixUrl: Type.Boolean({
    description: 'Writes links in their usual form: slashes for backslashes, no blanks.',
  }),
  slug: Type.Boolean({ description: 'Makes an id of the text: lower case, digits and hyphens.' }),
  json: Type.Boolean({ description: 'Cells that begin with [ or { are JSON.' }),
});
export type Rule = Static<typeof Rule>;

/** How to read a table with other headers. Nothing in it is a regular expression. */
export const Mapping = optional({
  delimiter: Type.Enum([',', ';', '\t', '|'], {
    description: 'Between cells. The default is a comma. A first line such as sep=; counts more.',
  }),
  encoding: Type.Enum([...encodings], {
    description: 'The default is UTF-8, or what a byte order mark says.',
  }),
  sheet: Type.String({ description: 'The name of the sheet.' }),
  headerRow: Type.Integer({ minimum: 1, description: 'The line, or the row of the sheet, of the header.' }),
  decimal: Type.Enum(['.', ','], { description: 'The decimal mark.' }),
  thousands: Type.Enum(['.', ',', ' ', "'"], { description: 'What stands between thousands.' }),
  empty: Type.Array(Type.String(), { description: 'Texts that mean an empty cell.' }),
  fillDown: Type.Array(Type.String(), {
    description: 'Columns whose empty cells repeat the one above, as merged cells do.',
  }),
  skip: Type.Array(Type.Object({ column: Type.String(), equals: Type.String() }, closed), {
    description: 'Rows to leave out: where the column has that text, or with "" none.',
  }),
  columns: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
    description: 'For each header of the table our column, or null to leave it out.',
  }),
  fields: Type.Record(Type.String(), Type.Union([Type.String(), Rule, Type.Array(Rule, { minItems: 1 })]), {
    description:
      'Instead of columns: for each of our columns a column of the table, or a rule; for lists, several.',
  }),
  ignore: Type.Array(Type.String(), { description: 'With fields: the columns that are left out.' }),
  fixed: { ...Texts, description: 'Our column, and the text for rows that give none.' },
  values: Type.Record(Type.String(), Texts, {
    description: 'Our column, and for texts in the table the texts that replace them.',
  }),
});
export type Mapping = Static<typeof Mapping>;

const shape = shapeOf(Mapping);

/** A mapping from the text of its file: JSON, also with comments. Throws Refusal `invalid-mapping`. */
export function mappingOf(text: string): Mapping {
  const mapping = jsonOf(text);
  const fault = shape(mapping) ?? faultOf(mapping as Mapping); // Just checked.
  if (fault) throw invalid(fault);
  return mapping as Mapping;
}

function jsonOf(text: string): unknown {
  try {
    return parseJsonText(withoutComments(text), 'The mapping');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message, members } = error;
    const errors = members.errors ?? [{ pointer: '', detail: message }];
    throw new Refusal('invalid-mapping', `The mapping can't be read: ${message}`, { errors });
  }
}

/** The rules of a field, of which only a list has several. */
export const rulesOf = (field: string | Rule | Rule[]): Rule[] =>
  typeof field === 'string' ? [{ column: field }] : Array.isArray(field) ? field : [field];

export const someOf = (some: string | string[] | undefined): string[] =>
  some === undefined ? [] : typeof some === 'string' ? [some] : some;

function faultOf(mapping: Mapping): ProblemPart | undefined {
  const { columns: headers, fields, fixed = {}, values = {} } = mapping;
  if (!headers && !fields) return { pointer: '/columns', detail: 'is required, or fields instead' };
  if (headers && fields) return { pointer: '/columns', detail: 'does not go together with fields' };
  const named = [
    ...Object.entries(headers ?? {}).map(([header, column]) => ({ at: ['columns', header], column })),
    ...Object.keys(fields ?? {}).map((column) => ({ at: ['fields', column], column })),
    ...Object.keys(fixed).map((column) => ({ at: ['fixed', column], column })),
    ...Object.keys(values).map((column) => ({ at: ['values', column], column })),
  ];
  const unknown = named.find(({ column }) => column !== null && !columns.has(column));
  if (unknown)
    return {
      pointer: pointerOf(unknown.at),
      detail: `names the column ${unknown.column}, ${knownColumns()}`,
    };
  return Object.entries(fields ?? {})
    .flatMap(([name, field]) => fieldFaults(name, field))
    .at(0);
}

function fieldFaults(name: string, field: string | Rule | Rule[]): ProblemPart[] {
  const type = columns.get(name) ?? 'text';
  if (Array.isArray(field) && !isList(type))
    return [{ pointer: pointerOf(['fields', name]), detail: 'has several rules, but is no list' }];
  return rulesOf(field).flatMap((rule, i) =>
    ruleFaults(rule, type).map(([member, detail]) => ({
      pointer: pointerOf([
        'fields',
        name,
        ...(Array.isArray(field) ? [i] : []),
        ...(member === '' ? [] : [member]),
      ]),
      detail,
    })),
  );
}

function ruleFaults(rule: Rule, type: CellType): [member: string, detail: string][] {
  const origins = (['column', 'joined', 'text'] as const).filter((name) => rule[name] !== undefined);
  if (origins.length !== 1) return [['', 'has one of column, joined and text']];
  const stray = Object.keys(rule).find((member) => !(onlyFor.get(member)?.includes(type) ?? true));
  if (stray !== undefined)
    return [[stray, `is only for columns of ${(onlyFor.get(stray) ?? []).join(', ')}`]];
  return someOf(rule.dates).flatMap((format): [string, string][] => {
    const fault = dateFormatFault(format, rule.yearsFrom);
    return fault === undefined ? [] : [['dates', `${JSON.stringify(format)} ${fault}`]];
  });
}

const isList = (type: CellType): boolean => type === 'texts' || type === 'names' || type === 'references';

/** Members of a rule that only some types have. */
const onlyFor = new Map<string, CellType[]>([
  ['dates', ['date']],
  ['yearsFrom', ['date']],
  ['separator', ['texts', 'names', 'references']],
  ['country', ['names']],
  ['countryColumn', ['names']],
  ['countries', ['names']],
  ['role', ['names']],
  ['urlAfter', ['references']],
  ['fixUrl', ['url', 'references']],
  ['slug', ['slug', 'texts']],
  ['json', ['texts', 'names', 'references', 'json']],
]);

export const knownColumns = (): string => `which is none of ${[...columns.keys()].join(', ')}`;

const invalid = (part: ProblemPart): Refusal =>
  new Refusal('invalid-mapping', `The mapping${part.pointer && ` at ${part.pointer}`} ${part.detail}.`, {
    errors: [part],
  });

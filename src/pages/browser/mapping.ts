/*
 * A mapping (docs/import.md) as the page changes it: pure. Names of columns come from outside, so members are only added by computed
 * keys and spreads, which reach no prototype.
 */

type Some = string | string[];

export interface Rule {
  column?: Some;
  joined?: string[];
  countryColumn?: string;
  dates?: Some;
  separator?: Some;
  empty?: string[];
  [member: string]: unknown;
}

export interface Mapping {
  empty?: string[];
  decimal?: string;
  thousands?: string;
  fillDown?: string[];
  skip?: { column: string; equals: string }[];
  columns?: { [header: string]: string | null };
  fields?: { [field: string]: string | Rule | Rule[] };
  ignore?: string[];
  fixed?: { [field: string]: string };
  [member: string]: unknown;
}

export const someOf = (some: Some | undefined): string[] =>
  some === undefined ? [] : typeof some === 'string' ? [some] : some;

const unlist = (list: string[]): Some => (list.length === 1 ? (list[0] ?? '') : list);

const member = <T>(object: { [name: string]: T } | undefined, name: string): T | undefined =>
  object && Object.hasOwn(object, name) ? object[name] : undefined;

const without = <T>(object: { [name: string]: T }, name: string): { [name: string]: T } =>
  Object.fromEntries(Object.entries(object).filter(([one]) => one !== name));

/** The only rule of a field; undefined: there is none, or there are several. */
export function ruleOf(mapping: Mapping, field: string): Rule | undefined {
  const found = member(mapping.fields, field);
  if (typeof found === 'string') return { column: found };
  return Array.isArray(found) ? undefined : found;
}

export const hasField = (mapping: Mapping, field: string): boolean =>
  member(mapping.fields, field) !== undefined;

/** The columns of a field, of which the first that is not empty counts; undefined: the field is more than that. */
export function columnsOf(mapping: Mapping, field: string): string[] | undefined {
  const rule = ruleOf(mapping, field);
  return hasField(mapping, field) && rule?.column === undefined ? undefined : someOf(rule?.column);
}

export const fixedIn = (mapping: Mapping, field: string): string => member(mapping.fixed, field) ?? '';

/** A field comes from this column, and is read as before; '': from none. all: the columns of the table. */
export function withColumn(mapping: Mapping, field: string, column: string, all: readonly string[]): Mapping {
  const fields = mapping.fields ?? {};
  if (column === '') return ignoring({ ...mapping, fields: without(fields, field) }, all);
  const { joined: _, ...rule } = ruleOf(mapping, field) ?? {};
  return ignoring({ ...mapping, fields: { ...fields, [field]: shortest({ ...rule, column }) } }, all);
}

/** A member of the only rule of a field; without values the rule has it no more. */
export function withMember(
  mapping: Mapping,
  field: string,
  name: 'dates' | 'separator' | 'empty',
  values: string[],
): Mapping {
  const rule = without(ruleOf(mapping, field) ?? {}, name) as Rule;
  const value = name === 'empty' ? values : unlist(values);
  const changed = values.length === 0 ? rule : { ...rule, [name]: value };
  return { ...mapping, fields: { ...mapping.fields, [field]: shortest(changed) } };
}

/** The same text for every row; '': none. */
export function withFixed(mapping: Mapping, field: string, text: string): Mapping {
  const rest = without(mapping.fixed ?? {}, field);
  return { ...mapping, fixed: text === '' ? rest : { ...rest, [field]: text } };
}

/** A member of the mapping itself; undefined: it has none. */
export function withSetting(mapping: Mapping, name: string, value: unknown): Mapping {
  return value === undefined ? without(mapping, name) : { ...mapping, [name]: value };
}

/** Whether the empty cells of a column repeat the one above. */
export function withRepeated(mapping: Mapping, column: string, isRepeated: boolean): Mapping {
  const others = (mapping.fillDown ?? []).filter((one) => one !== column);
  return withSetting(mapping, 'fillDown', isRepeated ? [...others, column] : others);
}

/** A rule that says nothing but its column is the name of the column. */
function shortest(rule: Rule): string | Rule {
  return typeof rule.column === 'string' && Object.keys(rule).length === 1 ? rule.column : rule;
}

/** Every column that the mapping does not use must be named as left out. */
function ignoring(mapping: Mapping, all: readonly string[]): Mapping {
  const rules = Object.values(mapping.fields ?? {}).flatMap((field): Rule[] =>
    typeof field === 'string' ? [{ column: field }] : Array.isArray(field) ? field : [field],
  );
  const used = new Set([
    ...rules.flatMap(({ column, joined = [], countryColumn = [] }) => [
      ...someOf(column),
      ...joined,
      ...someOf(countryColumn),
    ]),
    ...(mapping.skip ?? []).map(({ column }) => column),
    ...(mapping.fillDown ?? []),
  ]);
  const ignore = all.filter((column) => !used.has(column));
  return withSetting(mapping, 'ignore', ignore.length > 0 ? ignore : undefined);
}

/** Two formats that read 03/04/2023 as two days: the pair, or undefined. */
export function rivalsIn(dates: readonly string[]): [string, string] | undefined {
  const turned = (format: string): string => format.replace(/^(dd|mm)(\W)(dd|mm)/, '$3$2$1');
  for (const format of dates) {
    const other = turned(format);
    if (other !== format && dates.includes(other))
      return format.startsWith('d') ? [format, other] : [other, format];
  }
  return undefined;
}

/** The mapping as a file: a member a line, and a field a line. */
export function written(mapping: Mapping): string {
  const lines = Object.entries(mapping).map(([name, value]) => {
    const isLong = (name === 'fields' || name === 'fixed' || name === 'columns') && value !== undefined;
    const inner = Object.entries((isLong ? value : {}) as { [name: string]: unknown });
    const shown =
      inner.length > 0
        ? `{\n${inner.map(([field, rule]) => `    ${JSON.stringify(field)}: ${spaced(rule)}`).join(',\n')}\n  }`
        : spaced(value);
    return `  ${JSON.stringify(name)}: ${shown}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${spaced(one)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

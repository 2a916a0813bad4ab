import { Refusal } from '../../errors.ts';
import { folded } from '../../shapes/folded.ts';
import { type Mapping, mappingOf } from '../mapping.ts';
import { OwnTable } from '../own-tables.ts';
import { type Column, columnsOf } from './columns.ts';
import { emptyIn, type Guess, guessesOf } from './guesses.ts';
import { type Look, type LookOptions, lookAt } from './look.ts';

/** Bytes of a text that are looked at. */
export const lookBytesMax = 16 * 1024 * 1024;

/** A first mapping of a table, for a person to complete. */
export interface Proposal {
  /** The mapping as a file: guesses are its lines, questions its comments. */
  text: string;
  mapping: Mapping;
  questions: string[];
}

/**
 * Looks at a table and proposes how to read it. file: the beginning of a text, or the whole of a spreadsheet. What has two meanings is
 * not decided, but asked. Throws Refusal `malformed-csv` where there is no table.
 */
export async function proposedMapping(file: Buffer, options: LookOptions): Promise<Proposal> {
  const look = await lookAt(file, options);
  if (!look) throw new Refusal('malformed-csv', 'There are no rows to look at.');
  // Of a list of ours every column is known.
  if (OwnTable.of(look.header.texts, '')) {
    const mapping = { ...look.settings, columns: {} };
    return { text: `${JSON.stringify(mapping, null, 2)}\n`, mapping, questions: [] };
  }
  const columns = columnsOf(look.header, look.rows, look.from1904);
  const { skip, rows } = totalsOf(look, columns);
  const counted = skip.length === 0 ? columns : columnsOf(look.header, rows, look.from1904);
  const { guesses, used } = guessesOf(counted, rows);
  const lines = linesOf(look, counted, guesses, used, skip);
  const text = `// A first mapping, guessed from ${rows.length} rows. Answer the questions (// ?), and correct the guesses.\n${written(lines)}\n`;
  return { text, mapping: mappingOf(text), questions: questionsIn(lines) };
}

/** A member of the mapping: a value in one line, or members of its own; with comments above it. */
interface Line {
  name: string;
  value: unknown;
  comments?: string[];
  members?: Line[];
}

function linesOf(
  look: Look,
  columns: Column[],
  guesses: Guess[],
  used: Set<Column>,
  skip: NonNullable<Mapping['skip']>,
): Line[] {
  const { settings, otherSheets } = look;
  const empty = emptyIn(columns);
  const ignored = columns.filter(
    (column) => !used.has(column) && column.header !== '' && !skip.some((one) => one.column === column.name),
  );
  const below = columns.filter((column) => isRepeated(column, look.rows) && used.has(column));
  const marks = marksOf(
    columns.filter((column) =>
      guesses.some(({ field, rule }) => field === 'data.amount.value' && rule === column.name),
    ),
    look.isSheet,
  );
  const fields = new Set(guesses.map(({ field }) => field));
  const ask = (question: string): string => `? ${question}`;
  const line = (name: string, value: unknown, ...comments: string[]): Line[] => [{ name, value, comments }];
  return [
    ...Object.entries(settings).flatMap(([name, value]) =>
      line(
        name,
        value,
        ...(name === 'sheet'
          ? [
              ask(
                `Other sheets have content, too: ${otherSheets.map((one) => JSON.stringify(one)).join(', ')}. Is it this one?`,
              ),
            ]
          : []),
      ),
    ),
    ...marks,
    ...(empty.length > 0 ? line('empty', empty) : []),
    ...(below.length > 0
      ? line(
          'fillDown',
          [],
          ask(
            `Do empty cells of ${below.map(({ name }) => name).join(', ')} repeat the one above? Then write ${JSON.stringify(below.map(({ name }) => name))}.`,
          ),
        )
      : []),
    ...(skip.length > 0 ? line('skip', skip) : []),
    {
      name: 'fixed',
      value: undefined,
      members: [
        ...line('type', 'MoUSigned', ask('Or ProjectLaunched, or MeetingHeld?')),
        ...(fields.has('source.url')
          ? line('source.publisher', 'The publisher', ask('Who published the list?'))
          : []),
        ...(fields.has('data.amount.value')
          ? line('data.amount.currency', 'EUR', ask('Which currency (ISO 4217)?'))
          : []),
      ],
    },
    {
      name: 'fields',
      value: undefined,
      members: guesses.flatMap(({ field, rule, questions }) => line(field, rule, ...questions.map(ask))),
    },
    ...(ignored.length > 0
      ? line(
          'ignore',
          ignored.map(({ name }) => name),
          'Left out; each of them may be a field instead.',
        )
      : []),
  ];
}

const questionsIn = (lines: Line[]): string[] =>
  lines.flatMap(({ comments = [], members = [] }) => [
    ...comments.flatMap((comment) => (comment.startsWith('? ') ? comment.slice(2) : [])),
    ...questionsIn(members),
  ]);

/** JSON with comments: a member a line, so that a line is what is edited. */
function written(lines: Line[], indent = '  '): string {
  const members = lines.map(({ name, value, comments = [], members }, i) => {
    const above = comments.map((comment) => `${indent}// ${comment}\n`).join('');
    const comma = i < lines.length - 1 ? ',' : '';
    const shown = members ? written(members, `${indent}  `) : inOneLine(value);
    return `${above}${indent}${JSON.stringify(name)}: ${shown}${comma}\n`;
  });
  return `{\n${members.join('')}${indent.slice(2)}}`;
}

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}: ${inOneLine(member)}`)
    .join(', ')} }`;
}

const isTotal = /^(grand )?(total|totals|sum|summe|gesamt|insgesamt|subtotal)\b/;

/** The rows without sums at the end, and the rule that leaves the sums out. */
function totalsOf(look: Look, columns: Column[]): { skip: NonNullable<Mapping['skip']>; rows: string[][] } {
  const rows = [...look.rows];
  const found = new Map<string, { column: string; equals: string }>();
  for (let last = rows.at(-1); last; last = rows.at(-1)) {
    const place = last.findIndex((cell) => isTotal.test(folded(cell)));
    const column = columns[place];
    if (!column) break;
    found.set(`${place} ${last[place]}`, { column: column.name, equals: last[place] ?? '' });
    rows.pop();
  }
  return { skip: [...found.values()], rows };
}

/** Whether the cells of a column look as if they were merged with the one above: few, not in each row, and the first is there. */
function isRepeated({ place, filled, rows, dates }: Column, cells: string[][]): boolean {
  const isFirst = (cells[0]?.[place] ?? '') !== '';
  return isFirst && place === 0 && !dates && filled > 0 && filled < rows * 0.7;
}

/** The marks that the numbers of a column show; asked where they have two meanings. */
function marksOf(columns: Column[], isOfSheet: boolean): Line[] {
  // The numbers of a sheet are numbers already, but for those that are text there.
  const texts = columns.flatMap(({ values }) =>
    [...values.keys()].filter((text) => !isOfSheet || text.includes(',')),
  );
  const has = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text));
  const isComma = has(/\.\d{3},\d+$/) || has(/^\d+,(\d{1,2}|\d{4,})$/);
  const isPoint = has(/,\d{3}\.\d+$/) || has(/^\d+\.(\d{1,2}|\d{4,})$/);
  const thousands = isComma ? '.' : ',';
  if (isComma !== isPoint) {
    return [
      { name: 'decimal', value: isComma ? ',' : '.' },
      ...(has(isComma ? /\d\.\d{3}/ : /\d,\d{3}/) ? [{ name: 'thousands', value: thousands }] : []),
    ];
  }
  const unclear = texts.find((text) => /^\d{1,3}[.,]\d{3}$/.test(text));
  if (unclear === undefined && !isComma) return [];
  const mark = unclear?.includes(',') ? '.' : ',';
  return [
    {
      name: 'decimal',
      value: mark,
      comments: [`? Which mark of ${JSON.stringify(unclear ?? texts[0])} is the decimal one?`],
    },
    { name: 'thousands', value: mark === ',' ? '.' : ',' },
  ];
}

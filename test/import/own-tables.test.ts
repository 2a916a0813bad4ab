import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import type { TSchema } from 'typebox';
import { columnsOf } from '../../src/answers/columns.ts';
import { CsvRows } from '../../src/import/csv-rows.ts';
import { type OwnEvent, OwnRecords, OwnTable } from '../../src/import/own-tables.ts';
import { PhysicalLines } from '../../src/import/physical-lines.ts';
import type { Cell } from '../../src/import/rows.ts';
import { tableOf } from '../../src/reading/csv.ts';
import { itemOf } from '../../src/rules.ts';
import { Source } from '../../src/shapes/fields.ts';
import { dataOf, kinds } from '../../src/shapes/record-data.ts';
import { isVisible } from '../../src/shapes/visible.ts';
import { effort, moreInLong } from '../helpers/effort.ts';

const pieces = [
  ...[
    '=',
    '+',
    '-',
    '@',
    '＝',
    '＋',
    '﹣',
    "'",
    "''",
    '"',
    '""',
    ';',
    '; ',
    ',',
    '[',
    ']',
    '{',
    '}',
    '[]',
    '{"a":1}',
  ],
  ...[
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '  ',
    '\u00a0',
    '\u3000',
    '\u200b',
    '\ufeff',
    '\u2028',
    '\\',
    '|',
    '#',
    '0',
    '1.0',
  ],
  ...[
    'a',
    'é',
    'e\u0301',
    'İ',
    'ı',
    '深圳',
    '💡',
    'null',
    'true',
    '[erased]',
    '2023-12',
    '1e3',
    'http://x',
    'sep=;',
  ],
];
const nasty = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''))
  .filter(isVisible);

interface Schema {
  type?: string;
  format?: string;
  pattern?: string;
  enum?: string[];
  anyOf?: Schema[];
  items?: Schema;
  $ref?: string;
  properties?: { [name: string]: Schema };
  required?: string[];
}

const texts = new Map([
  ['edtf', ['2023', '2023-12', '2023-12-14', '[2023-12-14..2023-12-16]', '2022/2023', '2021-05?']],
  ['web-url', ['https://example.org/a?b=c;d', 'http://example.org/=1']],
  ['claim-scope', ['all', 'year:2023', 'pillar:-a; b', 'meeting:jic-4', 'year:2023+sector:=1, "2"']],
]);

/** Values of a schema, as nasty as it allows. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { type, format = '', pattern = '', anyOf, items, properties, required = [] } = schema;
  if (schema.$ref === 'Source#') return valuesOf(Source as Schema);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (anyOf?.[0]) return valuesOf(anyOf[0]);
  if (properties) {
    const members = Object.entries(properties).map(([name, member]) => [name, valuesOf(member)] as const);
    return fc
      .record(Object.fromEntries(members), { requiredKeys: required, noNullPrototype: true })
      .filter((value) => Object.keys(value).length > 0);
  }
  if (type === 'array' && items) return fc.array(valuesOf(items), { maxLength: 3 });
  if (type === 'integer') return fc.integer({ min: 1, max: 9999 });
  if (type === 'number') return fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0);
  if (type === 'boolean') return fc.boolean();
  const known = texts.get(format);
  if (known) return fc.constantFrom(...known);
  if (pattern.includes('/')) return fc.constant('other/mou-1');
  if (pattern.includes('a-z0-9-')) return fc.constantFrom('mou-1', '0', '1-2', '2023');
  if (pattern.includes('[A-Z]{3}')) return fc.constant('SGD');
  if (pattern.includes('[A-Z]{2}')) return fc.constantFrom('SG', 'CN-GD');
  if (pattern.includes('[A-Za-z]')) return fc.constantFrom('en', 'zh-Hans');
  if (pattern.includes('0-9a-f')) return fc.constant('0'.repeat(64));
  return nasty;
}

/** A record as the lists show it. */
const shown = fc.constantFrom(...kinds).chain((kind) =>
  fc.record(
    {
      initiativeId: fc.constant('sci'),
      recordId: fc.constantFrom('sci', 'mou-1', '007'),
      kind: fc.constant(kind),
      status: fc.constant('standing'),
      version: fc.constant(3),
      occurredOn: fc.constantFrom('2023', '2023-12-14?'),
      earliest: fc.constant('2023-01-01'),
      latest: fc.constant('2023-12-31'),
      possible: fc.constant(true),
      data: valuesOf(dataOf[kind] as TSchema as Schema),
      sources: fc.array(valuesOf(Source as TSchema as Schema), { minLength: 1, maxLength: 2 }),
    },
    {
      noNullPrototype: true,
      requiredKeys: [
        ...(['initiativeId', 'recordId', 'kind', 'status', 'version', 'data', 'sources'] as const),
        ...(kind === 'claim' ? (['occurredOn'] as const) : []),
      ],
    },
  ),
);
type Shown = typeof shown extends fc.Arbitrary<infer S> ? S : never;

function rowsOf(text: string): Cell[][] {
  const [lines, rows] = [new PhysicalLines(), new CsvRows(',')];
  const found = [...lines.push(Buffer.from(text)), ...lines.end()].flatMap((line) => [...rows.push(line)]);
  return [...found, ...rows.end()].map((row) => {
    if ('fault' in row) throw new Error(row.fault);
    return row.cells;
  });
}

/** The events that a table makes, from its text. */
function read(text: string, initiativeId = 'sci') {
  const [header = [], ...rows] = rowsOf(text);
  const table = OwnTable.of(header.map(String), initiativeId);
  if (!table) throw new Error('the table is not known to be ours');
  return rows.map((cells) => table.eventOf(cells));
}

function written(
  list: 'records' | 'claims' | 'meetings' | 'initiatives',
  items: object[],
  excel = false,
): string {
  const table = tableOf(columnsOf[list], { excel });
  return table.heading + items.map(table.rowsOf).join('');
}

const types = {
  initiative: 'InitiativeRegistered',
  meeting: 'MeetingHeld',
  mou: 'MoUSigned',
  project: 'ProjectLaunched',
  claim: 'FigureClaimed',
};

const eventOf = ({ kind, recordId, occurredOn, data, sources }: Shown): object => ({
  type: types[kind],
  ...((kind !== 'initiative' || recordId === 'sci') && { recordId }),
  ...(occurredOn !== undefined && { occurredOn }),
  data,
  sources,
});

/** A claim as the lists of claims show it. */
const compared = ({ initiativeId, recordId, version, occurredOn, data, sources }: Shown): object => ({
  ...{ initiativeId, recordId, version, ...(data as object), occurredOn, sources },
  ...{
    recorded: 2,
    possible: 1,
    difference: -1,
    status: 'short',
    since: { meetings: 0, mous: 1, projects: 0 },
  },
  previous: { recordId: 'claim-1', value: 3, claimedIncrease: 1 },
});

test('a record that is written as a row or as a line is read as the same record', moreInLong, (t) => {
  fc.assert(
    fc.property(shown, (item) => {
      const wanted = { event: eventOf(item), faults: [] };
      const check = (found: OwnEvent | undefined) => {
        const { empty: _, ...others } = found ?? {};
        deepStrictEqual(others, wanted);
      };
      itemOf(wanted.event);
      check(read(written('records', [item]))[0]);
      check(read(written('records', [item], true))[0]);
      if (item.kind === 'meeting') check(read(written('meetings', [item]))[0]);
      if (item.kind === 'initiative') check(read(written('initiatives', [item]))[0]);
      if (item.kind === 'claim') check(read(written('claims', [compared(item)]))[0]);
      const line: unknown = JSON.parse(JSON.stringify(item.kind === 'claim' ? compared(item) : item));
      check(new OwnRecords('sci').ofItem(line));
      check(new OwnRecords('sci').ofItem(item));
    }),
    { numRuns: effort(150, 5000) },
  );
  t.end();
});

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { test } from 'tap';
import { Refusal } from '../../src/errors.ts';
import { mappingOf } from '../../src/import/mapping.ts';
import type { Row } from '../../src/import/rows.ts';
import { openSheet } from '../../src/import/sheets/open-sheet.ts';
import { given } from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';
import { counted, imported } from '../helpers/import.ts';
import {
  type MadeSheet,
  odsOf,
  odsParts,
  packed,
  type SheetCell,
  xlsxOf,
  xlsxParts,
} from '../helpers/sheets.ts';

const run = promisify(execFile);

async function rowsOf(file: Buffer, format: 'xlsx' | 'ods', name?: string): Promise<Row[]> {
  const sheet = await openSheet(file, format, name);
  return Array.fromAsync(sheet.rows());
}

const sheets: MadeSheet[] = [
  {
    name: 'Verträge',
    rows: [
      ['Liste der Abkommen'],
      null,
      ['Nr', 'Titel', 'Datum', 'Betrag', ''],
      [1, 'Ein "Abkommen" & <mehr>', { day: 45_274 }, 1234.56],
      [2, 'zwei\nZeilen', { day: 45_275 }, null, 'x'],
      [],
      ['', 'a  b', { day: 59 }, { formula: 'SUM(D4:D5)', value: 1234.56 }],
      [{ formula: 'A4', value: 'Summe' }],
    ],
  },
  { name: 'leer', rows: [[''], []] },
];

const rows = [
  { line: 1, cells: ['Liste der Abkommen'] },
  { line: 3, cells: ['Nr', 'Titel', 'Datum', 'Betrag'] },
  { line: 4, cells: [1, 'Ein "Abkommen" & <mehr>', '2023-12-14', 1234.56] },
  { line: 5, cells: [2, 'zwei\nZeilen', '2023-12-15', '', 'x'] },
  { line: 7, cells: ['', 'a  b', '1900-02-28', 1234.56, ''] },
  { line: 8, cells: ['Summe', '', '', '', ''] },
];

test('the rows of a sheet with content are read, with values of formulas and with days', async (t) => {
  t.same(await rowsOf(xlsxOf(sheets), 'xlsx'), rows);
  const others = rows.map((row) => ({
    ...row,
    cells: row.cells.map((cell) => (cell === '1900-02-28' ? '1900-02-27' : cell)),
  }));
  t.same(
    await rowsOf(odsOf(sheets), 'ods'),
    others,
    'OpenDocument counts the days before March 1900 in another way',
  );
});

test('of several sheets with content one is named', async (t) => {
  const two: MadeSheet[] = [...sheets, { name: 'Alt', rows: [['a']] }];
  for (const [format, file] of [
    ['xlsx', xlsxOf(two)],
    ['ods', odsOf(two)],
  ] as const) {
    await t.rejects(rowsOf(file, format), {
      code: 'malformed-csv',
      message: /2 sheets with content.*"sheet".*"Verträge", "Alt"/,
    });
    t.same(await rowsOf(file, format, 'Alt'), [{ line: 1, cells: ['a'] }]);
    t.same(await rowsOf(file, format, 'leer'), []);
    await t.rejects(rowsOf(file, format, 'Neu'), { message: /no sheet "Neu".*"Verträge", "leer", "Alt"/ });
  }
  await t.rejects(rowsOf(xlsxOf([{ name: 'leer', rows: [] }]), 'xlsx'), { message: /no sheet with content/ });
});

test('days of a workbook that counts from 1904, and cells whose format only looks like one of days', async (t) => {
  const file = xlsxOf([{ name: 'a', rows: [[{ day: 43_812 }, { day: 43_812.5 }, { day: 0.25 }]] }], {
    from1904: true,
  });
  t.same(await rowsOf(file, 'xlsx'), [
    { line: 1, cells: ['2023-12-14', '2023-12-14 12:00', '1904-01-01 06:00'] },
  ]);
  const parts = xlsxParts([{ name: 'a', rows: [[{ day: 45_274 }]] }]);
  for (const [code, cell] of [
    ['0&quot;days&quot;', 45_274],
    ['[Red]0.00', 45_274],
    ['mmm\\-yy', '2023-12-14'],
    ['[$-407]d\\. mmmm yyyy', '2023-12-14'],
  ] as const) {
    const styles = parts['xl/styles.xml']?.replace('dd\\.mm\\.yyyy;@', code) ?? '';
    t.same(
      await rowsOf(packed({ ...parts, 'xl/styles.xml': styles }), 'xlsx'),
      [{ line: 1, cells: [cell] }],
      code,
    );
  }
});

test('a file that was made to do harm, or is no spreadsheet, is refused', async (t) => {
  const [xlsx, ods] = [xlsxParts(sheets), odsParts(sheets)];
  const sheetPart = 'xl/worksheets/sheet1.xml';
  const of = (part: string, text: string) => packed({ ...xlsx, [part]: text });
  const bomb = `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(100)}"><!ENTITY d "&b;&b;">]><worksheet><sheetData><row><c t="str"><v>&d;</v></c></row></sheetData></worksheet>`;
  const wide = `<worksheet><sheetData><row r="1"><c r="SG1"><v>1</v></c></row></sheetData></worksheet>`;
  const long = `<worksheet><sheetData><row r="1000001"><c><v>1</v></c></row></sheetData></worksheet>`;
  const repeated = (cells: number, rows: number): Buffer =>
    packed({
      ...ods,
      'content.xml': `<d xmlns:t="t" xmlns:o="o"><t:table t:name="a"><t:table-row t:number-rows-repeated="${rows}"><t:table-cell t:number-columns-repeated="${cells}" o:value-type="float" o:value="1"/></t:table-row></t:table></d>`,
    });
  const encrypted = xlsxOf(sheets);
  encrypted.writeUInt16LE(1, encrypted.indexOf('PK\x01\x02') + 8);
  const wrong: [name: string, file: Buffer, format: 'xlsx' | 'ods', code: string, message: RegExp][] = [
    ['entities', of(sheetPart, bomb), 'xlsx', 'malformed-csv', /document type/],
    ['an entity of nobody', of(sheetPart, '<worksheet>&x;</worksheet>'), 'xlsx', 'malformed-csv', /entity/],
    ['no XML', of(sheetPart, 'text'), 'xlsx', 'malformed-csv', /can't be read/],
    [
      'a part that is missing',
      packed({ ...xlsx, 'xl/_rels/workbook.xml.rels': '<a/>' }),
      'xlsx',
      'malformed-csv',
      /no sheet/,
    ],
    ['depth', of(sheetPart, '<a>'.repeat(101)), 'xlsx', 'malformed-csv', /100 levels/],
    ['columns', of(sheetPart, wide), 'xlsx', 'body-too-large', /500 columns/],
    ['rows', of(sheetPart, long), 'xlsx', 'body-too-large', /1000000 rows/],
    ['columns of ods', repeated(16_000, 1), 'ods', 'body-too-large', /500 columns/],
    ['rows of ods', repeated(1, 1_000_001), 'ods', 'body-too-large', /1000000 rows/],
    ['cells of ods', repeated(500, 1_000_000), 'ods', 'body-too-large', /200 million characters/],
    ['a ratio', of(sheetPart, ' '.repeat(4_000_000)), 'xlsx', 'body-too-large', /100 times/],
    ['a size', oversized(xlsxOf(sheets)), 'xlsx', 'body-too-large', /200 MiB/],
    ['a size that is told too small', understated(xlsxOf(sheets)), 'xlsx', 'malformed-csv', /can't be read/],
    ['an encrypted part', encrypted, 'xlsx', 'malformed-csv', /encrypted/],
    ['an old file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'xlsx', 'malformed-csv', /\.xls/],
    ['a text', Buffer.from('type\nMoUSigned\n'), 'xlsx', 'malformed-csv', /can't be read/],
    ['the other format', odsOf(sheets), 'xlsx', 'malformed-csv', /no workbook/],
    ['and back', xlsxOf(sheets), 'ods', 'malformed-csv', /content\.xml/],
    ['half of it', xlsxOf(sheets).subarray(0, 900), 'xlsx', 'malformed-csv', /can't be read/],
  ];
  for (const [name, file, format, code, message] of wrong)
    await t.rejects(rowsOf(file, format), { code, message }, name);
});

/** The archive, with another size of the unpacked first part in its directory. */
function withSize(file: Buffer, bytes: number): Buffer {
  file.writeUInt32LE(bytes, file.indexOf('PK\x01\x02') + 24);
  return file;
}
const oversized = (file: Buffer): Buffer => withSize(file, 201 * 1024 * 1024);
const understated = (file: Buffer): Buffer => withSize(file, 10);

test('links to other files and macros are not looked at', async (t) => {
  const parts = xlsxParts(sheets);
  const relations = parts['xl/_rels/workbook.xml.rels'] ?? '';
  const outside = relations.replace(
    '</Relationships>',
    '<Relationship Id="rId1" Type="x/worksheet" Target="http://127.0.0.1:1/evil" TargetMode="External"/></Relationships>',
  );
  const file = packed({ 'xl/vbaProject.bin': 'macro', ...parts, 'xl/_rels/workbook.xml.rels': outside });
  t.same(await rowsOf(file, 'xlsx'), rows);
});

test('a sheet is imported as any other table', async (t) => {
  const ledger = await given(t);
  const table: MadeSheet[] = [
    {
      name: 'a',
      rows: [
        ['type', 'recordId', 'occurredOn', 'data.title', 'data.amount.value', 'data.amount.currency', ''],
        ['MoUSigned', 'm-1', { day: 45_274 }, 'Eins', 1234.5, 'EUR'],
        ['MoUSigned', 'm-2', { day: 45_274 }, 'Zwei'],
        ['MoUSigned', 'm-3', 'Ende 2023', 'Drei'],
      ],
    },
  ];
  for (const [format, file] of [
    ['xlsx', xlsxOf(table)],
    ['ods', odsOf(table)],
  ] as const) {
    const report = await imported(ledger, file, { format, dryRun: true }, 100);
    t.same(counted(report), [3, 2, 0, 1]);
    t.match(report.errors, [{ line: 4, pointer: '/occurredOn', value: 'Ende 2023', column: 'occurredOn' }]);
  }
  const serial = mappingOf('{ "fields": { "occurredOn": { "column": "A", "dates": "serial1904" } } }');
  await t.rejects(imported(ledger, xlsxOf(table), { format: 'xlsx', mapping: serial }), {
    code: 'invalid-mapping',
    message: /from 1900: write serial/,
  });
  await t.rejects(imported(ledger, Buffer.from('PK'), { format: 'xlsx' }), { code: 'malformed-csv' });
});

const isSound = (row: Row, i: number, rows: Row[]): boolean =>
  Number.isInteger(row.line) &&
  row.line > (rows[i - 1]?.line ?? 0) &&
  'cells' in row &&
  Object.keys(row.cells).length === row.cells.length &&
  row.cells.every((cell) => typeof cell === 'string' || Number.isFinite(cell));

test('a damaged file is refused or read, and nothing else happens', async () => {
  const files = { xlsx: xlsxOf(sheets), ods: odsOf(sheets) };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('xlsx', 'ods'),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat()),
      async (format, changes, end) => {
        const whole = Buffer.from(files[format]);
        for (const [place, byte] of changes) whole[place % whole.length] = byte;
        const file = end === null ? whole : whole.subarray(0, end % whole.length);
        const read = await rowsOf(file, format).catch((error) => {
          if (!(error instanceof Refusal)) throw error;
          return [];
        });
        return read.every(isSound);
      },
    ),
    { numRuns: 200 },
  );
});

test('damaged XML in a sound archive is refused or read, and nothing else happens', async () => {
  const parts = { xlsx: xlsxParts(sheets), ods: odsParts(sheets) };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('xlsx', 'ods'),
      fc.nat(),
      fc.nat(),
      fc.constantFrom('<', '&', '"', '\0', '</row>', '<row r="x">', '999999999999', '<c r="?"/>', ''),
      async (format, which, place, text) => {
        const names = Object.keys(parts[format]);
        const name = names[which % names.length] ?? '';
        const part = (parts[format] as Record<string, string>)[name] ?? '';
        const at = place % (part.length + 1);
        const file = packed({
          ...parts[format],
          [name]: part.slice(0, at) + text + part.slice(at + text.length),
        });
        const read = await rowsOf(file, format).catch((error) => {
          if (!(error instanceof Refusal)) throw error;
          return [];
        });
        return read.every(isSound);
      },
    ),
    { numRuns: 200 },
  );
});

test('a sheet of 100,000 rows is checked with bounded memory', onlyLong, async (t) => {
  const header = ['type', 'recordId', 'occurredOn', 'data.title', 'data.parties', 'note'];
  const others = Array.from({ length: 9 }, (_, i) => `other ${i}`);
  const cells = (i: number): SheetCell[] => [
    'MoUSigned',
    `m-${i}`,
    { day: 30_000 + (i % 9_000) },
    `Treaty number ${i}`,
    `Country ${i % 190}; Country ${(i * 7) % 190}`,
    `note ${i % 1_000}`,
    ...others.map((_, j) => i * j),
  ];
  const file = xlsxOf([
    { name: 'a', rows: [[...header, ...others], ...Array.from({ length: 100_000 }, (_, i) => cells(i))] },
  ]);
  const columns = Object.fromEntries(others.map((other) => [other, null]));
  const place = join(t.testdir(), 'large.xlsx');
  writeFileSync(place, file);
  const program = fileURLToPath(new URL('memory-of-sheet.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [program, place, JSON.stringify({ columns })]);
  const { lines, failed, moreMiB } = JSON.parse(stdout);
  t.same([lines, failed], [100_000, 0]);
  t.ok(moreMiB > 10 && moreMiB < 600, `${moreMiB} MiB`);
});

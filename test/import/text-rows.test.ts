import fc from 'fast-check';
import { test } from 'tap';
import type { Row } from '../../src/import/rows.ts';
import { type Encoding, TextRows } from '../../src/import/text-rows.ts';

/** The rows of a file that arrives in pieces of so many bytes. */
function rowsOf(file: Buffer, encoding?: Encoding, delimiter = ',', pieceBytes = 3): Row[] {
  const rows = new TextRows(delimiter, encoding);
  const found: Row[] = [];
  for (let from = 0; from < file.length; from += pieceBytes)
    found.push(...rows.push(file.subarray(from, from + pieceBytes)));
  return [...found, ...rows.end()];
}

const cellsOf = (rows: Row[]): unknown[] => rows.map((row) => ('cells' in row ? row.cells : row.fault));
const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test('UTF-16 is known by its byte order mark, or told', (t) => {
  const rows = [
    ['Titel', 'Ö'],
    ['中文', '😀'],
  ];
  const text = rows.map((row) => `${row.join(',')}\r\n`).join('');
  for (const pieceBytes of [1, 2, 3, 1_000]) {
    const read = (file: Buffer, encoding?: Encoding) => cellsOf(rowsOf(file, encoding, ',', pieceBytes));
    t.same(read(Buffer.from(`\ufeff${text}`, 'utf16le')), rows);
    t.same(read(bigEndian(`\ufeff${text}`)), rows);
    t.same(read(Buffer.from(text, 'utf16le'), 'utf-16le'), rows);
    t.same(read(bigEndian(text), 'utf-16be'), rows);
    t.same(read(Buffer.from(`\ufeff${text}`)), rows, 'and UTF-8');
  }
  t.throws(() => rowsOf(Buffer.from('\ufeffa\ud800b,', 'utf16le')), {
    code: 'malformed-csv',
    message: /not valid UTF-16LE/,
  });
  t.end();
});

test('Windows-1252 is read where it is told, and asked for where it may be', (t) => {
  const file = Buffer.from('M\xfcnchen,5 \x80\nplain,a\n', 'latin1');
  t.same(cellsOf(rowsOf(file, 'windows-1252')), [
    ['München', '5 €'],
    ['plain', 'a'],
  ]);
  t.same(cellsOf(rowsOf(file)), [
    'The row is not valid UTF-8. If the file is in Windows-1252, say so in a mapping: "encoding": "windows-1252".',
    ['plain', 'a'],
  ]);
  t.same(
    cellsOf(rowsOf(Buffer.of(0x81, 0xfc))),
    ['The row is not valid UTF-8.'],
    'a byte that is no character',
  );
  t.same(cellsOf(rowsOf(Buffer.from('a,b\nMünchen,c\n'), 'windows-1252')), [
    ['a', 'b'],
    'The row is in UTF-8, not in Windows-1252 as the mapping says.',
  ]);
  t.end();
});

test('lines may end with carriage returns alone', (t) => {
  t.same(rowsOf(Buffer.from('a,"b\rc"\rd,"e\nf"\r\rg,h')), [
    { line: 1, cells: ['a', 'b\rc'] },
    { line: 2, cells: ['d', 'e\nf'] },
    { line: 4, cells: [''] },
    { line: 5, cells: ['g', 'h'] },
  ]);
  t.same(cellsOf(rowsOf(Buffer.from('a,b\r'))), [['a', 'b']], 'a header alone');
  t.same(cellsOf(rowsOf(Buffer.from('a,"b\rc"\r\nd,"e\rf"\n'))), [
    ['a', 'b\rc'],
    ['d', 'e\rf'],
  ]);
  t.end();
});

test('a file reads alike whatever its line ends are, and however it is cut', (t) => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab,; é😀') });
  const ends = fc.constantFrom('\n', '\r', '\r\n');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
      ends,
      fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
      fc.integer({ min: 1, max: 9 }),
      (rows, end, encoding, pieceBytes) => {
        const text = rows.map((row) => `${row.map((cell) => `"${cell}"`).join(';')}${end}`).join('');
        const file = encoding === 'utf-16be' ? bigEndian(text) : Buffer.from(text, encoding);
        return JSON.stringify(cellsOf(rowsOf(file, encoding, ';', pieceBytes))) === JSON.stringify(rows);
      },
    ),
  );
  t.end();
});

test('a first line names the delimiter', (t) => {
  for (const line of ['sep=;\r\n', '"sep=;"\r\n', 'SEP=;\n', '\ufeffsep=;\r'])
    t.same(rowsOf(Buffer.from(`${line}a,b;c`)), [{ line: 2, cells: ['a,b', 'c'] }], line);
  t.same(cellsOf(rowsOf(Buffer.from('a;b\nsep=;\n'), undefined, ';')), [
    ['a', 'b'],
    ['sep=', ''],
  ]);
  t.end();
});

import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { test } from 'tap';
import { CsvRows } from '../../src/import/csv-rows.ts';
import { lineBytesMax, PhysicalLines } from '../../src/import/physical-lines.ts';
import type { Row } from '../../src/import/rows.ts';

/** The rows of a file that arrives in pieces of so many bytes. */
function rowsOf(file: string | Buffer, delimiter = ',', pieceBytes = 7): Row[] {
  const bytes = Buffer.from(file);
  const [lines, rows, found] = [new PhysicalLines(), new CsvRows(delimiter), [] as Row[]];
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    for (const line of lines.push(bytes.subarray(from, from + pieceBytes))) found.push(...rows.push(line));
  }
  for (const line of lines.end()) found.push(...rows.push(line));
  found.push(...rows.end());
  return found;
}

test('any table is read as it was written, however it is cut into pieces', (t) => {
  // A row of one empty cell is a blank line.
  const row = fc.array(fc.string({ unit: fc.constantFrom(...'a,;"\n\r é😀', '\r\n') }), {
    minLength: 2,
    maxLength: 4,
  });
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 6 }),
      fc.constantFrom(',', ';'),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 40 }),
      (table, delimiter, record_delimiter, pieceBytes) => {
        const text = stringify(table, { delimiter, record_delimiter, quoted_match: /[\r\n]/ });
        const rows = rowsOf(text, delimiter, pieceBytes).map((row) => ('cells' in row ? row.cells : row));
        return JSON.stringify(rows) === JSON.stringify(table);
      },
    ),
  );
  t.end();
});

test('a row is named by the line at which it begins', (t) => {
  t.same(rowsOf('a,b\r\n"x\r\ny",z\r\n\r\nc,d'), [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['x\r\ny', 'z'] },
    { line: 4, cells: [''] },
    { line: 5, cells: ['c', 'd'] },
  ]);
  t.end();
});

test('a stray quotation mark costs its row and no other', (t) => {
  const text = 'a,b\n5" disk,x\nc,"d"e\nf,"open\ng,h\ni,"j"\nk,l\nm,"n';
  t.same(
    rowsOf(text).map((row) => ('cells' in row ? row.cells.join('|') : `${row.line}: ${row.fault}`)),
    [
      'a|b',
      '2: Cell 1 contains a quotation mark: put such a cell in quotation marks, and write the mark in it twice.',
      '3: Cell 2 goes on after its closing quotation mark.',
      '4: Cell 2 goes on after its closing quotation mark.',
      'g|h',
      'i|j',
      'k|l',
      '8: A quoted cell that begins in this row does not end.',
    ],
  );
  t.end();
});

test('a cell that never ends is given up after a MiB, and what stands behind it is read', (t) => {
  const good = `${'x,y'.repeat(30)}\n`;
  const rows = rowsOf(`"open,\n${good.repeat(20_000)}`, ',', 65_536);
  t.match(rows[0], { line: 1, fault: /does not end/ });
  t.equal(rows.length, 20_001);
  t.ok(rows.slice(1).every((row, i) => row.line === i + 2 && 'cells' in row));
  t.end();
});

test('a line that is too long, and one that is not UTF-8, are faults of their own', (t) => {
  const file = Buffer.concat([
    Buffer.from('a,b\n'),
    Buffer.alloc(lineBytesMax + 1, 'x'),
    Buffer.from('\nM\xfcnchen,c\nd,e\n', 'latin1'),
  ]);
  t.same(
    rowsOf(file, ',', 100_000).map((row) => ('cells' in row ? row.line : `${row.line}: ${row.fault}`)),
    [
      1,
      '2: The line has more than 1048576 bytes.',
      '3: The row is not valid UTF-8. If the file is in Windows-1252, say so in a mapping: "encoding": "windows-1252".',
      4,
    ],
  );
  t.end();
});

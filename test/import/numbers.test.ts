import fc from 'fast-check';
import { test } from 'tap';
import { type Marks, numberOf } from '../../src/import/numbers.ts';

function read(text: string, marks: Marks, isWhole = false, isOurs = false): number | string {
  const reading = numberOf(text, marks, isWhole, isOurs);
  return 'number' in reading ? reading.number : reading.fault;
}

test('a number is read with the marks that are named', (t) => {
  const german = { decimal: ',', thousands: '.' } as const;
  const cases: [text: string, marks: Marks, number: number][] = [
    ['1.234,56', german, 1234.56],
    ['1.000', german, 1000],
    ['1234,5', german, 1234.5],
    ['-1.234.567', german, -1_234_567],
    ['+3', german, 3],
    ['−3', german, -3],
    ['1,234.56', { decimal: '.', thousands: ',' }, 1234.56],
    ['1 234,56', { decimal: ',', thousands: ' ' }, 1234.56],
    ['1\u00a0234', { decimal: ',', thousands: ' ' }, 1234],
    ["1'234.5", { decimal: '.', thousands: "'" }, 1234.5],
    ['1.5', {}, 1.5],
    ['1500', {}, 1500],
    ['-2', {}, -2],
  ];
  for (const [text, marks, number] of cases) t.equal(read(text, marks), number, text);
  for (const [text, marks] of [
    ['1,234.56', german],
    ['1.23', german],
    ['12.34,5', german],
    ['1,2,3', german],
    ['1.234', { decimal: ',' }],
  ] as [string, Marks][])
    t.match(read(text, marks), /marks that the mapping names/, text);
  for (const text of ['', 'x', '1e5', '0x10', '1,', ',5', '- 1', '٣'])
    t.type(read(text, german), 'string', text);
  t.end();
});

test('without a named mark a number with two meanings is asked', (t) => {
  for (const text of ['1.000', '1.500', '-12.345', '1,5', '1.234.567', '1,234.5'])
    t.match(read(text, {}), /name the decimal mark in the mapping/, text);
  for (const text of ['1.5', '2.0', '1.000'])
    t.match(read(text, {}, true), /name the decimal mark/, `${text}, whole`);
  t.equal(read('1.125', {}, false, true), 1.125, 'as our own tables write it');
  t.type(read('1.500', {}, false, true), 'string', 'our own tables write no zeros at the end');
  t.equal(read('8', {}, true), 8);
  t.equal(read('8,5', { decimal: ',' }, true), 'must be a whole number');
  t.end();
});

test('numbers as JSON writes them are read in our own tables as they are', (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const text = String(number);
      return text.includes('e') || Object.is(read(text, {}, false, true), number === 0 ? 0 : number);
    }),
  );
  t.end();
});

test('numbers in German spelling are read', (t) => {
  const spelled = new Intl.NumberFormat('de-DE', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (cents) => {
      return read(spelled.format(cents / 100), { decimal: ',', thousands: '.' }) === cents / 100;
    }),
  );
  t.end();
});

import fc from 'fast-check';
import { test } from 'tap';
import { DateReader, dateFormatFault, serialDay } from '../../src/import/dates.ts';

/** The date that a text means, or what is asked. */
function read(text: string, formats: string | string[], yearsFrom?: number): string {
  const reading = new DateReader([formats].flat(), yearsFrom).read(text);
  return 'date' in reading ? reading.date : reading.fault;
}

test('dates are read in the formats that are named', (t) => {
  const cases: [text: string, format: string, date: string][] = [
    ['15/10/2019', 'dd/mm/yyyy', '2019-10-15'],
    ['4/11/1938', 'dd/mm/yyyy', '1938-11-04'],
    ['10/15/2019', 'mm/dd/yyyy', '2019-10-15'],
    ['31.12.2023', 'dd.mm.yyyy', '2023-12-31'],
    ['31.12.2023 00:00:00', 'dd.mm.yyyy', '2023-12-31'],
    ['22-Feb-2000', 'd-mmm-yyyy', '2000-02-22'],
    ['22 FEBRUARY  2000', 'd mmm yyyy', '2000-02-22'],
    ['9 Sept. 2015', 'd mmm yyyy', '2015-09-09'],
    ['February 22, 2000', 'mmmm d, yyyy', '2000-02-22'],
    ['Feb 2000', 'mmm yyyy', '2000-02'],
    ['02/2000', 'mm/yyyy', '2000-02'],
    ['2000', 'yyyy', '2000'],
    ['2000-02', 'edtf', '2000-02'],
    ['[..2000]', 'edtf', '[..2000]'],
    ['45274', 'serial', '2023-12-14'],
    ['45274.75', 'serial', '2023-12-14'],
    ['43812', 'serial1904', '2023-12-14'],
    ['2023-12-14', 'dd/mm/yyyy', '2023-12-14'],
    ['2023-12-14T08:00:00Z', 'dd/mm/yyyy', '2023-12-14'],
  ];
  for (const [text, format, date] of cases) t.equal(read(text, format), date, `${text} as ${format}`);
  for (const [text, yearsFrom, date] of [
    ['28-Dec-00', 1950, '2000-12-28'],
    ['28-Dec-49', 1950, '2049-12-28'],
    ['28-Dec-50', 1950, '1950-12-28'],
    ['28-Dec-99', 1900, '1999-12-28'],
    ['28-Dec-15', 1820, '1915-12-28'],
  ] as const)
    t.equal(read(text, ['d-mmm-yyyy', 'd-mmm-yy'], yearsFrom), date, `${text} from ${yearsFrom}`);
  t.end();
});

test('what is in no format, and what two formats read differently, is asked', (t) => {
  for (const text of ['Ende 2023?', '31/02/2019', '15/13/2019', '1/1/19', '2019', '15-10-2019', '0', ''])
    t.match(read(text, 'dd/mm/yyyy'), /^is not in the format dd\/mm\/yyyy$/, text);
  for (const text of ['0', '60', '2958466', '-1', '1e5', 'x']) t.match(read(text, 'serial'), /^is not/, text);
  t.equal(
    read('03/04/2019', ['dd/mm/yyyy', 'mm/dd/yyyy']),
    'means 2019-04-03 in the format dd/mm/yyyy and 2019-03-04 in the format mm/dd/yyyy: which is it? Leave one of them in the mapping',
  );
  t.equal(read('03/03/2019', ['dd/mm/yyyy', 'mm/dd/yyyy']), '2019-03-03', 'both mean the same day');
  t.equal(read('13/03/2019', ['mm/dd/yyyy', 'dd/mm/yyyy']), '2019-03-13', 'one means nothing');
  t.match(read('2019', ['yyyy', 'serial']), /^means 2019 in the format yyyy and 1905-07-11/);
  t.end();
});

test('the names of formats are checked', (t) => {
  for (const name of [
    'dd/mm/yyyy',
    'd mmm yyyy',
    'yyyy',
    'mmm yyyy',
    'yyyy-mm-dd',
    'd.m.yyyy',
    'mmmm d, yyyy',
    'edtf',
    'serial',
    'ddmmyyyy',
  ])
    t.equal(dateFormatFault(name, undefined), undefined, name);
  for (const name of [
    '',
    'dd/mm',
    'dd/yyyy',
    'dd/dd/yyyy',
    'yyy',
    'd+',
    '.*',
    'dd/mm/yyyy)',
    'mm|yyyy',
    'constructor',
    'yyyy-',
    'hh:mm yyyy',
  ])
    t.match(dateFormatFault(name, undefined), /^is no date format/, name);
  t.match(dateFormatFault('dd/mm/yy', undefined), /yearsFrom/);
  t.equal(dateFormatFault('dd/mm/yy', 1950), undefined);
  t.end();
});

const anyDay = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
const iso = (date: Date): string => date.toISOString().slice(0, 10);

test('whatever day is written in a format is read again, and in no other one means another day unasked', (t) => {
  const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const written: Record<string, (y: string, m: string, d: string) => string> = {
    'dd/mm/yyyy': (y, m, d) => `${d}/${m}/${y}`,
    'mm/dd/yyyy': (y, m, d) => `${m}/${d}/${y}`,
    'd.m.yyyy': (y, m, d) => `${Number(d)}.${Number(m)}.${y}`,
    'd mmm yyyy': (y, m, d) => `${Number(d)} ${names[Number(m) - 1]} ${y}`,
    'yyyy/mm/dd': (y, m, d) => `${y}/${m}/${d}`,
  };
  const formats = Object.keys(written);
  fc.assert(
    fc.property(anyDay, fc.constantFrom(...formats), fc.subarray(formats), (date, format, others) => {
      const [y = '', m = '', d = ''] = iso(date).split('-');
      const text = written[format]?.(y, m, d) ?? '';
      const alone = read(text, format);
      const among = read(text, [...others, format]);
      return alone === iso(date) && (among === alone || among.startsWith('means '));
    }),
  );
  t.end();
});

test('serial numbers count days', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 61, max: 2_958_465 }), (serial) => {
      const day = iso(new Date(Date.UTC(1899, 11, 30) + serial * 86_400_000));
      return (
        serialDay(String(serial), false) === day &&
        (serial < 1_462 || serialDay(String(serial - 1_462), true) === day)
      );
    }),
  );
  t.equal(serialDay('1', false), '1900-01-01');
  t.equal(serialDay('59', false), '1900-02-28');
  t.equal(serialDay('61', false), '1900-03-01');
  t.equal(serialDay('2958465', false), '9999-12-31');
  t.equal(serialDay('0', true), '1904-01-01');
  t.end();
});

import { test } from 'tap';
import { proposedMapping } from '../../src/import/map/proposed-mapping.ts';
import { xlsxOf } from '../helpers/sheets.ts';

const ofText = (text: string | Buffer) => proposedMapping(Buffer.from(text), { format: 'csv' });
const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n');

test('a date that two formats read is asked, and not decided', async (t) => {
  const unclear = await ofText(`Title,Date\n${rows(9, (i) => `T${i},0${i + 1}/0${9 - i}/2019`)}`);
  t.match(unclear.mapping.fields, { occurredOn: { column: 'Date', dates: ['dd/mm/yyyy', 'mm/dd/yyyy'] } });
  t.match(unclear.questions, [
    /MoUSigned|Or ProjectLaunched/,
    /"01\/09\/2019" in Date: is the first number the day or the month/,
  ]);
  const clear = await ofText(`Title,Date\n${rows(9, (i) => `T${i},${i + 10}/0${9 - i}/2019`)}`);
  t.match(clear.mapping.fields, { occurredOn: { dates: 'dd/mm/yyyy' } });
  const american = await ofText(`Title,Date\n${rows(9, (i) => `T${i},0${9 - i}/${i + 10}/2019`)}`);
  t.match(american.mapping.fields, { occurredOn: { dates: 'mm/dd/yyyy' } });
  const mixed = await ofText(`Title,Date\nA,25/12/2019\nB,26/12/2019\nC,12/27/2019\n`);
  t.match(
    mixed.mapping.fields,
    { occurredOn: { dates: 'dd/mm/yyyy' } },
    'one row is a fault then, and the others stay clear',
  );
  t.ok(mixed.questions.some((question) => question.includes('"12/27/2019"')));
});

test('the mark of decimals is asked where numbers have two meanings', async (t) => {
  const read = async (...amounts: string[]) => {
    const { mapping, questions } = await ofText(
      `Title|Amount\n${amounts.map((amount, i) => `T${i}|${amount}`).join('\n')}`,
    );
    return [mapping.decimal, mapping.thousands, questions.some((question) => /decimal/.test(question))];
  };
  t.same(await read('1.234,50', '3'), [',', '.', false]);
  t.same(await read('1,234.50', '3'), ['.', ',', false]);
  t.same(await read('12,5', '3'), [',', undefined, false]);
  t.same(await read('12.5', '3'), ['.', undefined, false]);
  t.same(await read('1.500', '3'), [',', '.', true]);
  t.same(await read('1,500', '3'), ['.', ',', true]);
  t.same(await read('7', '3'), [undefined, undefined, false]);
});

test('encodings, delimiters and headers are found', async (t) => {
  const text = 'Länder;Titel\nÖsterreich;a\nBelgien;b\n';
  t.match((await ofText(text)).mapping, { delimiter: ';', encoding: undefined });
  t.match((await ofText(Buffer.from(text, 'latin1'))).mapping, { delimiter: ';', encoding: 'windows-1252' });
  t.match((await ofText(Buffer.from(text, 'utf16le'))).mapping, { delimiter: ';', encoding: 'utf-16le' });
  t.match((await ofText(Buffer.from(`\ufeff${text}`, 'utf16le'))).mapping, {
    delimiter: ';',
    encoding: undefined,
  });
  t.match((await ofText('A list\n\nTitle|Country\na|b\n')).mapping, { delimiter: '|', headerRow: 3 });
  await t.rejects(ofText(''), { code: 'malformed-csv', message: /no rows/ });
});

test('a first column whose cells were merged is asked about, and sums are left out', async (t) => {
  const sheet = xlsxOf([
    {
      name: 'a',
      rows: [
        ['Country', 'Title'],
        ['Austria', 'x'],
        ['', 'y'],
        ['', 'z'],
        ['Belgium', 'u'],
        ['Total', '4'],
      ],
    },
  ]);
  const { mapping, questions } = await proposedMapping(sheet, { format: 'xlsx' });
  t.match(mapping, { fillDown: [], skip: [{ column: 'Country', equals: 'Total' }], sheet: undefined });
  t.ok(questions.some((question) => question.includes('["Country"]')));
});

test('countries have their codes where their names are known', async (t) => {
  const { mapping } = await ofText('Country,Partner\nFrance,A\nSouth Korea,B\nNowhere,C\nUK,D\ngermany,E\n');
  t.match(mapping.fields, {
    'data.parties': {
      column: 'Partner',
      countryColumn: 'Country',
      countries: { France: 'FR', 'South Korea': 'KR', Nowhere: '', UK: 'GB', germany: 'DE' },
    },
  });
});

test('the text has a member a line, whatever the table holds', async (t) => {
  const { text, mapping } = await ofText('"a ""b""\n// c","Datum"\n"x","1.2.2020"\n"// }","\u2028"\n');
  t.match(mapping, { ignore: ['a "b" // c'], fields: { occurredOn: { column: 'Datum' } } });
  t.ok(text.split('\n').every((line) => line.length < 200));
});

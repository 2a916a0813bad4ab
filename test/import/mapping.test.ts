import fc from 'fast-check';
import { test } from 'tap';
import { mappingOf } from '../../src/import/mapping.ts';
import { withoutComments } from '../../src/shapes/json-comments.ts';
import { readAs } from '../helpers/import.ts';

const reading = (mapping: object) => ({
  mapping: mappingOf(JSON.stringify({ fixed: { type: 'MoUSigned' }, ...mapping })),
});

test('a mapping reads a list as a ministry keeps it', (t) => {
  const file = [
    'Agreements;;;;;;;;;',
    ';;;;;;;;;',
    'ID;Title;"Signed\non";Adopted;Ends;Countries;Place;References;Link;Worth',
    'FO-1 A;"""Treaty"" [of] {two}";04/11/1938;;n/a;"NORTHLAND ; EASTLAND, REPUBLIC OF";Northport/Eastby;UN: 194;https://x.example/a;1.000',
    'FO-2;T2;;5.12.1938;unlimited;NORTHLAND;;TS 14||https://fo.example/1.pdf;https://x.example/b\\c;1.234,5',
    ';continued;;6.12.1938;31/12/1940;;;;;',
    'Total;2;;;;;;;;',
    ';;;;;;;;;',
  ].join('\r\n');
  const mapping = {
    delimiter: ';',
    headerRow: 3,
    decimal: ',',
    thousands: '.',
    empty: ['N/A'],
    skip: [{ column: 'ID', equals: 'total' }],
    fillDown: ['#1'],
    ignore: ['#B'],
    fixed: { type: 'MoUSigned', 'source.publisher': 'Foreign Office', 'data.amount.currency': 'EUR' },
    fields: {
      recordId: { joined: ['ID', 'Title'], slug: true },
      'data.externalId': 'ID',
      'data.title': 'Title',
      occurredOn: { column: ['Signed on', 'Adopted'], dates: ['dd/mm/yyyy', 'd.m.yyyy'] },
      'data.validUntil': { column: 'Ends', dates: 'dd/mm/yyyy', empty: ['unlimited'] },
      'data.parties': [
        { column: 'Countries', separator: ';', countries: { Northland: 'NL' } },
        { text: 'Foreign Office', country: 'GB', role: 'depositary' },
      ],
      'data.places': { column: 'Place', separator: ['/', ' '] },
      'data.references': { column: 'References', separator: ';', urlAfter: '||' },
      'source.url': { column: 'Link', fixUrl: true },
      'data.amount.value': 'Worth',
    },
  };
  const { events, lines, errors } = readAs(file, reading(mapping));
  t.same(errors, []);
  t.same(lines, [5, 6, 7], 'of a header with a line break');
  const office = { name: 'Foreign Office', country: 'GB', role: 'depositary' };
  t.same(events, [
    {
      type: 'MoUSigned',
      recordId: 'fo-1-a-treaty-of-two',
      occurredOn: '1938-11-04',
      data: {
        externalId: 'FO-1 A',
        title: '"Treaty" [of] {two}',
        parties: [{ name: 'NORTHLAND', country: 'NL' }, { name: 'EASTLAND, REPUBLIC OF' }, office],
        places: ['Northport', 'Eastby'],
        references: [{ text: 'UN: 194' }],
        amount: { value: 1000, currency: 'EUR' },
      },
      sources: [{ publisher: 'Foreign Office', url: 'https://x.example/a' }],
    },
    {
      type: 'MoUSigned',
      recordId: 'fo-2-t2',
      occurredOn: '1938-12-05',
      data: {
        externalId: 'FO-2',
        title: 'T2',
        parties: [{ name: 'NORTHLAND', country: 'NL' }, office],
        references: [{ text: 'TS 14', url: 'https://fo.example/1.pdf' }],
        amount: { value: 1234.5, currency: 'EUR' },
      },
      sources: [{ publisher: 'Foreign Office', url: 'https://x.example/b/c' }],
    },
    {
      type: 'MoUSigned',
      recordId: 'fo-2-continued',
      occurredOn: '1938-12-06',
      data: { externalId: 'FO-2', title: 'continued', parties: [office], validUntil: '1940-12-31' },
    },
  ]);
  t.end();
});

test('a cell that can not be read is a fault of its row, with the column, the value and what to do', (t) => {
  const file = [
    'When,Until,Count,Worth,Link,Ref,Key',
    '03/04/2019,Ende 2023?,1.000,1.500,https://x.example/a\\b,t||https://x.example/c\\d,中文',
    '13/04/2019,,8,1.5,,,k',
  ].join('\n');
  const mapping = {
    fixed: { type: 'MoUSigned', 'source.publisher': 'P', 'data.amount.currency': 'EUR' },
    fields: {
      occurredOn: { column: 'When', dates: ['dd/mm/yyyy', 'mm/dd/yyyy'] },
      'data.validUntil': { column: 'Until', dates: 'dd/mm/yyyy' },
      expectedVersion: 'Count',
      'data.amount.value': 'Worth',
      'source.url': 'Link',
      'data.references': { column: 'Ref', urlAfter: '||' },
      recordId: { column: 'Key', slug: true },
    },
  };
  const { lines, errors } = readAs(file, reading(mapping));
  t.same(lines, [3]);
  t.match(errors, [
    { line: 2, column: 'When', pointer: '/occurredOn', value: '03/04/2019', detail: /which is it/ },
    { column: 'Until', value: 'Ende 2023?', detail: 'is not in the format dd/mm/yyyy' },
    { column: 'Count', value: '1.000', detail: /name the decimal mark/ },
    { column: 'Worth', value: '1.500', detail: /name the decimal mark/ },
    { column: 'Link', pointer: '/sources/0/url', value: 'https://x.example/a\\b', detail: /backslash/ },
    {
      column: 'Ref',
      pointer: '/data/references/0/url',
      value: 'https://x.example/c\\d',
      detail: /backslash/,
    },
    { column: 'Key', pointer: '/recordId', value: '中文', detail: /makes no id/ },
  ]);
  t.equal(errors.length, 7);
  t.end();
});

test('lists are split at the longest separators first, and without one a cell is one name', (t) => {
  const file = 'Who,Where\n"Northland, Eastland, Westland and the United South","Gering, Nebraska"\n';
  const parties = {
    column: 'Who',
    separator: [' and ', ', ', ' and the '],
    values: { 'United South': 'The United South' },
  };
  const { events, errors } = readAs(
    file,
    reading({
      fixed: { type: 'MoUSigned', occurredOn: '1947' },
      fields: { 'data.parties': [parties, { column: 'Where', country: 'US' }] },
    }),
  );
  t.same(errors, []);
  t.match(events, [
    {
      data: {
        parties: [
          { name: 'Northland' },
          { name: 'Eastland' },
          { name: 'Westland' },
          { name: 'The United South' },
          { name: 'Gering, Nebraska', country: 'US' },
        ],
      },
    },
  ]);
  t.end();
});

test('the country of a party may stand in a column, as a code or as a word of a table', (t) => {
  const file = 'LAND,WHO\nNorthland,A\nFR,B\n,C\n';
  const who = { column: 'WHO', countryColumn: 'LAND', countries: { NORTHLAND: 'NL' }, country: 'PH' };
  const { events } = readAs(
    file,
    reading({ fixed: { type: 'MoUSigned', occurredOn: '2023' }, fields: { 'data.parties': who } }),
  );
  t.match(events, [
    { data: { parties: [{ name: 'A', country: 'NL' }] } },
    { data: { parties: [{ name: 'B', country: 'FR' }] } },
    { data: { parties: [{ name: 'C', country: 'PH' }] } },
  ]);
  t.end();
});

test('columns are named by their place where their header is missing or not their own', (t) => {
  const file = ',Name,Date,Name\n1,A,2023,B\n';
  const fields = { occurredOn: '#3', 'data.title': '#D', recordId: '#1' };
  t.match(readAs(file, reading({ fields, ignore: ['#B'] })).events, [
    { recordId: '1', data: { title: 'B' } },
  ]);
  const wrong: [mapping: object, message: RegExp][] = [
    [{ fields: { 'data.title': 'Name' } }, /has the column "Name" twice: .* #2 or #4/],
    [{ fields: { 'data.title': 'Titel' } }, /lacks the column "Titel"/],
    [{ fields: { 'data.title': '#5' } }, /lacks the column "#5"/],
    [{ fields }, /does not say what the column "Name" is/],
    [{ fields, ignore: ['#2', 'Datum'] }, /lacks the column "Datum"/],
    [{ fields, ignore: ['#2'], fixed: {} }, /lacks the column "type"/],
  ];
  for (const [mapping, message] of wrong)
    t.throws(() => readAs(file, reading(mapping)), { code: 'malformed-csv', message });
  t.end();
});

test('an id of several columns needs all of them', (t) => {
  const { events, errors } = readAs(
    'A,B\nX 1,Y\nX,\n,\n',
    reading({
      fixed: { type: 'MoUSigned', occurredOn: '2023' },
      fields: { recordId: { joined: ['A', 'B'], slug: true } },
    }),
  );
  t.match(events, [{ recordId: 'x-1-y' }]);
  t.match(errors, [{ line: 3, pointer: '/recordId', value: 'X', detail: /one is empty/ }]);
  t.end();
});

test('words may mean a value, or none', (t) => {
  const file = 'When,Kind\nEnde 2023?,MoU\nunlimited,Vertrag\n';
  const { events, errors } = readAs(
    file,
    reading({
      fixed: {},
      fields: {
        type: { column: 'Kind', values: { mou: 'MoUSigned', Vertrag: 'ProjectLaunched' } },
        'data.validUntil': {
          column: 'When',
          dates: 'dd.mm.yyyy',
          values: { 'ende 2023?': '2023-12?', unlimited: '' },
        },
        occurredOn: { text: '2020' },
      },
    }),
  );
  t.same(errors, []);
  t.match(events, [{ type: 'MoUSigned', data: { validUntil: '2023-12?' } }, { type: 'ProjectLaunched' }]);
  t.notOk(events[1] && 'data' in events[1]);
  t.end();
});

test('only where the mapping says so is a cell JSON', (t) => {
  const file = 'P\n"[{""name"":""A""}]"\n';
  const read = (rule: object) =>
    readAs(
      file,
      reading({ fixed: { type: 'MoUSigned', occurredOn: '2023' }, fields: { 'data.parties': rule } }),
    ).events;
  t.match(read({ column: 'P' }), [{ data: { parties: [{ name: '[{"name":"A"}]' }] } }]);
  t.match(read({ column: 'P', json: true }), [{ data: { parties: [{ name: 'A' }] } }]);
  const old = mappingOf(
    '{ "columns": { "P": "data.parties" }, "fixed": { "type": "MoUSigned", "occurredOn": "2023" } }',
  );
  t.match(readAs(file, { mapping: old }).events, [{ data: { parties: [{ name: '[{"name":"A"}]' }] } }]);
  t.end();
});

test('a mapping whose fields are wrong is refused with a pointer', (t) => {
  const wrong: [fields: object, pointer: string, message: RegExp][] = [
    [{ titel: 'A' }, '/fields/titel', /none of type/],
    [{ 'data.title': {} }, '/fields/data.title', /one of column, joined and text/],
    [{ 'data.title': { column: 'A', text: 'B' } }, '/fields/data.title', /one of column/],
    [{ 'data.title': [{ column: 'A' }] }, '/fields/data.title', /is no list/],
    [
      { 'data.title': { column: 'A', dates: 'yyyy' } },
      '/fields/data.title/dates',
      /only for columns of date/,
    ],
    [
      { occurredOn: { column: 'A', dates: ['yyyy', 'dd/mm/yy'] } },
      '/fields/occurredOn/dates',
      /"dd\/mm\/yy".*yearsFrom/,
    ],
    [
      { 'data.parties': [{ column: 'A' }, { column: 'B', fixUrl: true }] },
      '/fields/data.parties/1/fixUrl',
      /url/,
    ],
    [{ occurredOn: { column: 'A', format: 'x' } }, '/fields/occurredOn', /./],
  ];
  for (const [fields, pointer, message] of wrong)
    t.throws(
      () => mappingOf(JSON.stringify({ fields })),
      { code: 'invalid-mapping', message, members: { errors: [{ pointer }] } },
      pointer,
    );
  const both = '{ "fields": {}, "columns": {} }';
  t.throws(() => mappingOf(both), {
    code: 'invalid-mapping',
    message: /columns does not go together with fields/,
  });
  t.end();
});

test('a mapping may have comments', (t) => {
  t.same(mappingOf('// a\n{ "columns": { "A//B": "note" } // "c": 1\n}// d'), {
    columns: { 'A//B': 'note' },
  });
  t.same(mappingOf('{ "columns": { "A\\"//": "note" }\n//\n}'), { columns: { 'A"//': 'note' } });
  t.same(mappingOf('{ "columns": {"A": "note", // last\n}, "empty": [",]", ], }').empty, [',]']);
  t.throws(() => mappingOf('{ "columns": {,} }'), { code: 'invalid-mapping' });
  t.throws(() => mappingOf('{ "columns": /* a */ {} }'), { code: 'invalid-mapping' });
  t.throws(() => mappingOf('{ "columns": { "A // } }'), { code: 'invalid-mapping' });
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: fc.constantFrom(...'a"/\\ {') }), (value, comment) => {
      const json = JSON.stringify(value, undefined, 1);
      const commented = `// ${comment}\n${json.replaceAll('\n', `// ${comment}\n`)} //${comment}`;
      const without = withoutComments(commented);
      t.equal(without.length, commented.length);
      return JSON.stringify(JSON.parse(without)) === JSON.stringify(value);
    }),
  );
  t.end();
});

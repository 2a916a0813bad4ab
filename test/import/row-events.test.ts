import fc from 'fast-check';
import { test } from 'tap';
import { Type } from 'typebox';
import { columns } from '../../src/import/columns.ts';
import { mappingOf } from '../../src/import/mapping.ts';
import { tableOf } from '../../src/reading/csv.ts';
import { escapedFormula } from '../../src/shapes/formula.ts';
import { isVisible } from '../../src/shapes/visible.ts';
import { readAs } from '../helpers/import.ts';

test('cells become members of the types that the schemas give them', (t) => {
  const file = [
    'type,recordId,expectedVersion,occurredOn,note,repeat,data.title,data.parties,data.under,data.amount.value,data.amount.currency,data.renews.recordId,data.titles,source.publisher,source.quote',
    'MoUSigned,m-1,0,2023-12,"a, b",,"A ""title""",Ada ; Bo Ltd.;,m-0; m-00,12.5,SGD,m-0,"[{""lang"":""en"",""text"":""T""}]",P,"one',
    'two"',
    'ProjectLaunched,,,2023,,3,,"[{""name"":""Ada"",""person"":true}]",,,,,,,',
    'EvidenceAdded,m-1,2,,,,,,,,,,,P,',
  ].join('\r\n');
  const { events, lines, errors } = readAs(file);
  t.same(errors, []);
  t.same(lines, [2, 4, 5]);
  t.same(events, [
    {
      type: 'MoUSigned',
      recordId: 'm-1',
      expectedVersion: 0,
      occurredOn: '2023-12',
      note: 'a, b',
      data: {
        title: 'A "title"',
        parties: [{ name: 'Ada' }, { name: 'Bo Ltd.' }],
        under: ['m-0', 'm-00'],
        amount: { value: 12.5, currency: 'SGD' },
        renews: { recordId: 'm-0' },
        titles: [{ lang: 'en', text: 'T' }],
      },
      sources: [{ publisher: 'P', quote: 'one\r\ntwo' }],
    },
    {
      type: 'ProjectLaunched',
      occurredOn: '2023',
      repeat: 3,
      data: { parties: [{ name: 'Ada', person: true }] },
    },
    { type: 'EvidenceAdded', recordId: 'm-1', expectedVersion: 2, sources: [{ publisher: 'P' }] },
  ]);
  t.end();
});

test('meetings, claims, retractions and reclassifications fit into a row', (t) => {
  const file = [
    'type,recordId,occurredOn,to,reason.code,reason.text,reason.duplicateOf,data.ordinal,data.coChairs,data.metric,data.value,data.qualifier,data.scope,source.publisher',
    'MeetingHeld,jic-4,2023-12-14,,,,,4,Ada; Bo,,,,,',
    'FigureClaimed,,2023-12-14,,,,,,,mous,8,exact,meeting:jic-4,P',
    'RecordRetracted,m-1,,,duplicate,Twice.,m-2,,,,,,,',
    'RecordReclassified,m-2,,project,other,Because.,,,,,,,,',
  ].join('\n');
  const { events, errors } = readAs(file);
  t.same(errors, []);
  t.match(events, [
    { data: { ordinal: 4, coChairs: [{ name: 'Ada' }, { name: 'Bo' }] } },
    { data: { value: 8, scope: 'meeting:jic-4' }, sources: [{ publisher: 'P' }] },
    { reason: { code: 'duplicate', text: 'Twice.', duplicateOf: 'm-2' } },
    { to: 'project' },
  ]);
  t.end();
});

test('what does not fit is a fault of its row, with a pointer', (t) => {
  const file = [
    'type,occurredOn,data.ordinal,data.titles,data.amount.value,data.title',
    'MeetingHeld,2023,four,,,',
    'MoUSigned,2023,,not JSON,,',
    'MoUSigned,2023,,"[{""lang"":",,',
    'MoUSigned,2023-13,,,,',
    'Signed,2023,,,,',
    'MoUSigned,2023,1,,,',
    'MoUSigned,2023,,,,x,y',
    'MoUSigned',
    `MeetingHeld,2023,${'9'.repeat(400)},,,`,
    'MoUSigned,2023,,,,nul\0',
    ',,,,,',
    'MoUSigned,2023,,,,good',
  ].join('\n');
  const { lines, errors } = readAs(file);
  t.same(lines, [13]);
  t.match(errors, [
    { line: 2, code: 'invalid-body', pointer: '/data/ordinal', detail: 'must be a number' },
    { line: 3, pointer: '/data/titles', detail: 'must be array' },
    { line: 4, pointer: '/data/titles', detail: 'must be array' },
    { line: 5, pointer: '/occurredOn' },
    { line: 6, pointer: '/type' },
    { line: 7, pointer: '/data/ordinal', detail: 'is not known here' },
    { line: 8, code: 'malformed-csv', pointer: '', detail: 'Cells in this row: 7, in the header: 6.' },
    { line: 9, code: 'malformed-csv', detail: 'Cells in this row: 1, in the header: 6.' },
    { line: 10, code: 'invalid-body', pointer: '/data/ordinal' },
    {
      line: 11,
      code: 'invalid-body',
      pointer: '/data/title',
      detail: 'Text may not hold the character NUL.',
    },
  ]);
  t.end();
});

test('a formula that was escaped is the text that it was', (t) => {
  const { events } = readAs(`type,occurredOn,data.title\nMoUSigned,2023,'=1+1\nMoUSigned,2023,'s-Gravenhage`);
  t.match(events, [{ data: { title: '=1+1' } }, { data: { title: "'s-Gravenhage" } }]);
  t.end();
});

test('a text of one of our tables is read as it was, whatever it begins with', (t) => {
  const unit = fc.constantFrom(...'\'=+-@＝－\t\n\r \u00a0\u200b1,"ä');
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1, maxLength: 6 }), (text) => {
      const names = ['type', 'occurredOn', 'note'] as const;
      const item = { type: 'MoUSigned', occurredOn: '2023', note: text };
      const table = tableOf(names.map((name) => ({ name, schema: Type.String(), read: () => item[name] })));
      const file = table.heading + table.rowsOf(item);
      const [event] = readAs(file).events as { note?: string }[];
      const isEscaped = escapedFormula(text) !== text;
      return isVisible(text) ? event?.note === (isEscaped ? text : text.trim()) : event?.note === undefined;
    }),
    { numRuns: 2_000 },
  );
  t.end();
});

test('a row tells all that is wrong with it, and what was refused', (t) => {
  const long = 'x'.repeat(300);
  const { errors } = readAs(
    [
      'type,occurredOn,data.title,data.ordinal,data.parties,data.titles,data.amount.value,data.amount.currency,data.validFrom,source.url,source.lang',
      `MoUSigned,2023-13,T,4,"[{""name"":1}]",,ten,sgd,${long},example.org,en`,
      'MoUSigned,2023,T,,"[{""name"":""A"",""name"":""B""}]","[{""lang"":""en"",""lang"":""de"",""text"":""T""}]",x,,,,',
      'FigureClaimed,,,,,,,,,,',
    ].join('\n'),
  );
  t.same(
    errors
      .filter(({ line }) => line === 2)
      .map(({ pointer, value }) => [pointer, value])
      .sort(),
    [
      ['/data/amount/currency', 'sgd'],
      ['/data/amount/value', 'ten'],
      ['/data/ordinal', '4'],
      ['/data/parties/0/name', undefined],
      ['/data/validFrom', `${'x'.repeat(80)}…`],
      ['/occurredOn', '2023-13'],
      ['/sources/0/publisher', undefined],
      ['/sources/0/url', 'example.org'],
    ],
  );
  t.match(
    errors.filter(({ line }) => line === 3),
    [
      { pointer: '/data/parties/0/name', detail: 'The key "name" stands twice in one object.' },
      { pointer: '/data/titles/0/lang', detail: 'The key "lang" stands twice in one object.' },
      { pointer: '/data/amount/value', detail: 'must be a number', value: 'x', column: 'data.amount.value' },
      { pointer: '/data/amount/currency', detail: 'is required' },
    ],
  );
  t.match(
    errors.filter(({ line }) => line === 4),
    [{ code: 'invalid-body', pointer: '/occurredOn', detail: 'is required' }],
  );
  t.notOk(JSON.stringify(errors).includes('"A"'), 'no name that may be of a person is in a report');
  t.end();
});

test('errors are bounded: of a row some, of a file a thousand, and each line that failed is counted', (t) => {
  const wrong = { type: 'MoUSigned', occurredOn: '2023', data: { parties: Array(200).fill({ nam: 1 }) } };
  const { errors } = readAs(`${JSON.stringify(wrong)}\n`.repeat(100), { format: 'ndjson' });
  t.equal(errors.length, 1_000);
  t.equal(errors.filter(({ line }) => line === 1).length, 20);
  t.end();
});

test('a cell that shows nothing is empty, and a text that shows nothing is none', (t) => {
  const blank = '\u200b\ufeff\u00a0\u2800\ufe0f';
  const { events, errors } = readAs(
    `type,occurredOn,data.title,note\n${blank},,,\nMoUSigned,2023,${blank},\u200e👩\u200d👧\nMoUSigned,2023,,"\u3164\n"`,
  );
  t.same(errors, []);
  t.match(events, [{ note: '\u200e👩\u200d👧' }, { occurredOn: '2023' }]);
  t.notOk(events.some((event) => 'data' in event));
  const title = JSON.stringify({ type: 'MoUSigned', occurredOn: '2023', data: { title: blank } });
  t.match(readAs(title, { format: 'ndjson' }).errors, [
    { pointer: '/data/title', detail: 'must not be blank' },
  ]);
  t.end();
});

test('a key that stands twice in a line is named, with its place', (t) => {
  const line = '{"type":"MoUSigned","occurredOn":"2023","data":{"title":"A","t\\u0069tle":"B"}}';
  t.match(readAs(`${line}\n`, { format: 'ndjson' }).errors, [
    { line: 1, code: 'malformed-json', pointer: '/data/title', detail: /"title" stands twice/ },
  ]);
  t.end();
});

test('a header that is wrong refuses the file, and says what is known', (t) => {
  const headers: [header: string, message: RegExp][] = [
    ['type,Date', /names the column "Date", which is none of type, recordId, .*data\.title.*source\.note/],
    [',type', /names the column ""/],
    ['type,note,note', /names the column "note" twice/],
    ['note,recordId', /lacks the column "type"/],
    ['type;note', /names the column "type;note".*not delimited by commas/],
    ['type,"note', /does not end/],
    ['type,__proto__', /names the column "__proto__"/],
  ];
  for (const [header, message] of headers) {
    t.throws(() => readAs(`${header}\nMoUSigned,x`), { code: 'malformed-csv', message }, header);
  }
  t.ok(columns.has('source.archiveUrl') && columns.has('data.occasion.place') && columns.has('data.madeAt'));
  t.end();
});

test('a mapping renames columns, fixes values and translates them', (t) => {
  const mapping = mappingOf(
    JSON.stringify({
      delimiter: '\t',
      columns: { What: 'type', Amount: 'data.amount.value', Publisher: 'source.publisher', Remarks: null },
      fixed: {
        occurredOn: '2023',
        'data.amount.currency': 'SGD',
        'source.lang': 'en',
        'data.sector': 'trade',
      },
      values: { type: { MoU: 'MoUSigned' }, 'data.amount.value': { '5k': '5000' } },
    }),
  );
  const file = 'What\tAmount\tPublisher\tdata.sector\tRemarks\nMoU\t5k\tP\thealth\tx\nMoU\t\t\t\ty\n';
  const { events, errors } = readAs(file, { mapping });
  t.same(errors, []);
  t.same(events, [
    {
      type: 'MoUSigned',
      occurredOn: '2023',
      data: { amount: { value: 5000, currency: 'SGD' }, sector: 'health' },
      sources: [{ publisher: 'P', lang: 'en' }],
    },
    { type: 'MoUSigned', occurredOn: '2023', data: { sector: 'trade' } },
  ]);
  t.throws(() => readAs('type\nMoUSigned', { mapping }), {
    code: 'malformed-csv',
    message: /not delimited|lacks the column "What"/,
  });
  const whole = mappingOf('{"columns":{},"fixed":{"source.publisher":"P","source.lang":"en"}}');
  t.match(readAs('type,occurredOn\nMoUSigned,2023', { mapping: whole }).events, [
    { sources: [{ publisher: 'P', lang: 'en' }] },
  ]);
  t.end();
});

test('columns and cells without content at the end of a header or a row are no part of the table', (t) => {
  const { lines, errors } = readAs(
    'type,occurredOn,,\nMoUSigned,2023,,\nMoUSigned,2024\nMoUSigned,2023,,x\n,,,\n',
  );
  t.same(lines, [2, 3]);
  t.match(errors, [{ line: 4, detail: 'Cells in this row: 4, in the header: 2.' }]);
  t.end();
});

test('a mapping that is wrong is refused with a pointer', (t) => {
  const wrong: [mapping: string, pointer: string][] = [
    ['{', ''],
    ['[]', ''],
    ['{}', '/columns'],
    ['{"columns":{"A/B":"titel"}}', '/columns/A~1B'],
    ['{"columns":{"A":1}}', '/columns/A'],
    ['{"columns":{},"fixed":{"x":"y"}}', '/fixed/x'],
    ['{"columns":{},"values":{"x":{}}}', '/values/x'],
    ['{"columns":{},"delimiter":"::"}', '/delimiter'],
    ['{"columns":{},"colums":{}}', '/colums'],
    ['{"columns":{"A":"note","A":"type"}}', '/columns/A'],
    ['{"columns":{},"values":{"type":{"M":"MoUSigned","\\u004d":"x"}}}', '/values/type/M'],
  ];
  for (const [mapping, pointer] of wrong) {
    t.throws(
      () => mappingOf(mapping),
      { code: 'invalid-mapping', members: { errors: [{ pointer }] } },
      mapping,
    );
  }
  t.end();
});

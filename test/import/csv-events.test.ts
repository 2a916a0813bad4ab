import { test } from 'tap';
import { columns } from '../../src/import/columns.ts';
import { mappingOf } from '../../src/import/mapping.ts';
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
    { line: 2, code: 'invalid-body', pointer: '/data/ordinal', detail: 'must be integer' },
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

test('a header that is wrong refuses the file, and says what is known', (t) => {
  const headers: [header: string, message: RegExp][] = [
    ['type,Date', /names the column "Date", which is none of type, recordId, .*data\.title.*source\.note/],
    ['type,', /names the column ""/],
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

import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { columns } from '../../src/import/columns.ts';
import { mappingOf } from '../../src/import/mapping.ts';
import {
  columnsOf,
  type Mapping,
  rivalsIn,
  ruleOf,
  withColumn,
  withFixed,
  withMember,
  withRepeated,
  written,
} from '../../src/pages/browser/mapping.ts';
import { w } from '../../src/pages/words.ts';
import { withoutComments } from '../../src/shapes/json-comments.ts';

const mapping: Mapping = {
  fields: {
    occurredOn: { column: ['Signed', 'Adopted'], dates: ['dd/mm/yyyy', 'mm/dd/yyyy'] },
    'data.title': 'Title',
    'data.parties': [{ column: 'A' }, { column: 'B', role: 'witness' }],
    recordId: { joined: ['A', 'B'], slug: true },
  },
  skip: [{ column: 'Total', equals: 'Sum' }],
};
const all = ['Signed', 'Adopted', 'Title', 'A', 'B', 'Total', '__proto__'];

test('every field that the page offers is a column of ours', (t) => {
  for (const [name] of w.importing.fields) t.ok(columns.has(name), name);
  t.end();
});

test('a field gets another column and keeps how it is read; what no field uses is left out', (t) => {
  const changed = withColumn(mapping, 'occurredOn', 'Adopted', all);
  t.same(changed.fields?.['occurredOn'], { column: 'Adopted', dates: ['dd/mm/yyyy', 'mm/dd/yyyy'] });
  t.same(changed.ignore, ['Signed', '__proto__']);
  t.same(withColumn(changed, 'data.title', '', all).ignore, ['Signed', 'Title', '__proto__']);
  t.notOk('data.title' in (withColumn(changed, 'data.title', '', all).fields ?? {}));
  t.same(withColumn(mapping, 'note', '__proto__', all).fields?.['note'], '__proto__');
  t.same(
    withColumn(mapping, 'recordId', 'A', all).fields?.['recordId'],
    { slug: true, column: 'A' },
    'one column instead of several that are joined',
  );
  t.end();
});

test('what is more than columns is not taken for less', (t) => {
  t.same(columnsOf(mapping, 'occurredOn'), ['Signed', 'Adopted']);
  t.same(columnsOf(mapping, 'data.title'), ['Title']);
  t.same(columnsOf(mapping, 'note'), []);
  t.equal(columnsOf(mapping, 'data.parties'), undefined);
  t.equal(columnsOf(mapping, 'recordId'), undefined);
  t.equal(ruleOf(mapping, 'data.parties'), undefined);
  t.equal(ruleOf(mapping, 'constructor'), undefined);
  t.end();
});

test('members of rules and of the mapping come and go', (t) => {
  const answered = withMember(mapping, 'occurredOn', 'dates', ['dd/mm/yyyy']);
  t.same(answered.fields?.['occurredOn'], { column: ['Signed', 'Adopted'], dates: 'dd/mm/yyyy' });
  const parted = withMember(mapping, 'data.title', 'separator', [';', ',']);
  t.same(parted.fields?.['data.title'], { column: 'Title', separator: [';', ','] });
  t.same(withMember(parted, 'data.title', 'separator', []).fields?.['data.title'], 'Title');
  t.same(withMember(mapping, 'data.title', 'empty', ['-']).fields?.['data.title'], {
    column: 'Title',
    empty: ['-'],
  });
  t.same(withFixed(mapping, 'type', 'MoUSigned').fixed, { type: 'MoUSigned' });
  t.same(withFixed(withFixed(mapping, 'type', 'MoUSigned'), 'type', '').fixed, {});
  t.same(withRepeated(withRepeated(mapping, 'A', true), 'A', true).fillDown, ['A']);
  t.same(withRepeated(withRepeated(mapping, 'A', true), 'A', false).fillDown, []);
  t.end();
});

test('two formats that read a day differently are rivals', (t) => {
  t.same(rivalsIn(['serial', 'mm/dd/yyyy', 'dd/mm/yyyy']), ['dd/mm/yyyy', 'mm/dd/yyyy']);
  t.same(rivalsIn(['dd.mm.yy', 'mm.dd.yy']), ['dd.mm.yy', 'mm.dd.yy']);
  t.equal(rivalsIn(['dd/mm/yyyy', 'mm.dd.yyyy', 'yyyy', 'd mmm yyyy']), undefined);
  t.end();
});

test('a mapping that the page wrote says what it said', (t) => {
  for (const name of ['abkommen.csv', 'agreements', 'mous', 'peace', 'treaties', 'twins']) {
    const text = readFileSync(new URL(`../import/lists/${name}.mapping`, import.meta.url), 'utf8');
    const read = JSON.parse(withoutComments(text)) as Mapping;
    t.same(mappingOf(written(read)), mappingOf(text), name);
  }
  t.same(JSON.parse(written({})), {});
  t.end();
});

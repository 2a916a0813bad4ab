import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { test } from 'tap';
import { formatOfName, mediaTypeOf } from '../../../src/import/formats.ts';
import { proposedMapping } from '../../../src/import/map/proposed-mapping.ts';
import { mappingOf } from '../../../src/import/mapping.ts';
import { initiative } from '../../helpers/decide.ts';
import { buildLedger } from '../../helpers/ledger.ts';
import { fileOf, lists, readList } from './make.ts';

/** What a row of a list says, read without the importer. */
interface Naive {
  year: string | null;
  parties: string[];
  instrument: string | null;
}

/** A list, the mapping for it, and a naive reading of its rows. */
interface List {
  name: string;
  mapping: string;
  rows: () => Naive[];
  /** What the next version of the list says: another text in one row, once. */
  edit?: [text: string, instead: string];
}

type Cells = Record<string, string>;
const textOf = (name: string, encoding: 'utf8' | 'latin1' | 'utf16le'): string =>
  readList(name)
    .toString(encoding)
    .replace(/^\ufeff/, '');
const cellsIn = (text: string, options = {}): Cells[] => parse(text, { columns: true, ...options });
const trimmed = (parts: string[]): string[] => parts.map((part) => part.trim());
const last4 = (text = ''): string | null => (text === '' ? null : text.slice(-4));

const treaties = (): Naive[] =>
  cellsIn(textOf('treaties.csv', 'utf8')).map((row) => ({
    year: last4(row['Signed'] || row['Adopted']),
    parties: trimmed((row['Countries'] ?? '').split(';')),
    instrument: row['Type'] ?? '',
  }));

const mous = (): Naive[] =>
  cellsIn(textOf('mous.csv', 'utf8')).map((row) => {
    const year = row['SIGNING']?.split('-')[2] ?? '';
    return {
      year: year.length === 4 ? year : `${Number(year) < 50 ? 20 : 19}${year}`,
      parties: [row['UNIVERSITY/ORGANIZATION'] ?? '', 'Our University'],
      instrument: row['TYPE'] ?? '',
    };
  });

const agreements = (): Naive[] =>
  cellsIn(textOf('agreements.csv', 'latin1'), { delimiter: ';' }).map((row) => ({
    year: last4(row['Signature']),
    parties: (row['Parties'] ?? '').split(/, | and the | and /),
    instrument: null,
  }));

const memberships = (name: string) => (): Naive[] =>
  cellsIn(textOf(name, 'utf8')).map((row) => ({
    year: (row['Signature'] || row['Accession'] || row['Ratification'] || '').slice(0, 4) || null,
    parties: [row['Contracting Party'] ?? ''],
    instrument: null,
  }));

const twins = (): Naive[] =>
  cellsIn(textOf('twins.csv', 'utf8')).map((row) => ({
    year: null,
    parties: [row['city'] ?? '', row['sister'] ?? ''],
    instrument: null,
  }));

const peace = (): Naive[] =>
  cellsIn(textOf('peace.tsv', 'utf16le'), { delimiter: '\t' }).map((row) => ({
    year: last4(row['Date signed']),
    parties: (row['Parties'] ?? '').split('\n'),
    instrument: row['Stage'] ?? '',
  }));

/** The rows of the CSV; the sheets say the same. */
function abkommen(): Naive[] {
  let partner = '';
  return cellsIn(textOf('abkommen.csv', 'latin1'), {
    delimiter: ';',
    from_line: 4,
    relax_column_count: true,
  }).flatMap((row) => {
    if (row['Partner'] === 'Summe' || row['Nr'] === '') return [];
    partner = row['Partner'] || partner;
    const day = row['Unterzeichnet'] ?? '';
    const serial = new Date(Date.UTC(1899, 11, 30) + Number(day) * 86_400_000);
    const year = /^\d{5}$/.test(day) ? String(serial.getUTCFullYear()) : day.replace('?', '').slice(-4);
    return [{ year, parties: [partner], instrument: row['Art'] ?? '' }];
  });
}

const all: List[] = [
  { name: 'treaties.csv', mapping: 'treaties', rows: treaties, edit: ['BI,TRADE,', 'BI,FISHERIES,'] },
  { name: 'mous.csv', mapping: 'mous', rows: mous, edit: ['Double Degree,', 'Joint Degree,'] },
  {
    name: 'agreements.csv',
    mapping: 'agreements',
    rows: agreements,
    edit: ['Customs Union 1;', 'Customs Union;'],
  },
  { name: 'memberships-1.csv', mapping: 'memberships', rows: memberships('memberships-1.csv') },
  { name: 'memberships-2.csv', mapping: 'memberships', rows: memberships('memberships-2.csv') },
  { name: 'twins.csv', mapping: 'twins', rows: twins, edit: ['Südstadt 0', 'Südstadt'] },
  { name: 'peace.tsv', mapping: 'peace', rows: peace },
  { name: 'abkommen.csv', mapping: 'abkommen.csv', rows: abkommen },
  { name: 'abkommen.xlsx', mapping: 'abkommen.xlsx', rows: abkommen },
  { name: 'abkommen.ods', mapping: 'abkommen.xlsx', rows: abkommen },
];

test('the lists are what their program makes', (t) => {
  for (const [name, bytes] of Object.entries(lists)) t.ok(readList(name).equals(bytes), name);
  t.end();
});

/** How often each key stands in the rows. */
function counted(keys: (string | null)[][]): [key: string | null, total: number][] {
  const counts = new Map<string | null, number>();
  for (const some of keys) for (const key of new Set(some)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => String(a).localeCompare(String(b)));
}

for (const { name, mapping, rows, edit } of all)
  test(`${name} is synced by what map proposes and at most ten edited lines, counts as it does by hand, and comes back as it went out`, async (t) => {
    const format = formatOfName(name) ?? 'csv';
    const proposal = await proposedMapping(readList(name), { format });
    const edited = readFileSync(fileOf(`${mapping}.mapping`), 'utf8');
    const proposed = new Set(proposal.text.split('\n'));
    const edits = edited.split('\n').filter((line) => !proposed.has(line));
    t.ok(edits.length <= 10, `${edits.length} lines are edited`);
    t.same(mappingOf(proposal.text), proposal.mapping);

    const [app, other] = [await buildLedger(t), await buildLedger(t)];
    for (const { inject } of [app, other])
      await inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload: initiative() });
    const query = new URLSearchParams({ mapping: edited, key: 'externalId', reason: 'The list of May.' });
    const send = async (payload: Buffer, expect = ''): Promise<{ hash: string }> => {
      const answer = await app.inject({
        method: 'POST',
        url: `/v1/initiatives/sci/sync?${query}&missing=retract${expect && `&expect=${expect}`}`,
        headers: { 'content-type': mediaTypeOf(format) },
        payload,
      });
      return answer.json();
    };
    const naive = rows();
    const nothing = { new: 0, changed: 0, gone: 0, refused: 0 };
    const first = { ...nothing, new: naive.length, unchanged: 0, errors: [] };
    const preview = await send(readList(name));
    t.match(preview, first, 'nothing is refused');
    t.match(await send(readList(name), preview.hash), first);
    t.match(await send(readList(name)), { ...nothing, unchanged: naive.length }, 'again: nothing');
    const by = async (division: string): Promise<[string | null, number][]> => {
      const { items } = (await app.inject(`/v1/initiatives/sci/counts?by=${division}&limit=1000`)).json();
      return counted(
        (items as { key: string | null; total: number }[]).flatMap(({ key, total }) =>
          Array(total).fill([key]),
        ),
      );
    };
    t.same(await by('year'), counted(naive.map(({ year }) => [year])), 'by year');
    t.same(await by('party'), counted(naive.map(({ parties }) => parties)), 'by party');
    t.same(await by('instrument'), counted(naive.map(({ instrument }) => [instrument])), 'by instrument');

    const { body: table } = await app.inject('/v1/initiatives/sci/mous?format=csv');
    const imported = await other.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/import',
      headers: { 'content-type': 'text/csv' },
      payload: table,
    });
    t.match(imported.json(), { recorded: naive.length, failed: 0 });
    const [out, back] = await Promise.all(
      [app, other].map(async ({ inject }) => (await inject('/v1/initiatives/sci/mous?limit=1000')).json()),
    );
    t.same(back.items, out.items, 'out as CSV and in again: the same records');

    if (!edit) return;
    const encoding = mappingOf(edited).encoding === 'windows-1252' ? 'latin1' : 'utf8';
    const next = readList(name)
      .toString(encoding)
      .replace(...edit);
    t.not(next, readList(name).toString(encoding));
    const changes = await send(Buffer.from(next, encoding));
    t.match(changes, { ...nothing, changed: 1, unchanged: naive.length - 1 }, 'exactly the changes');
  });

test('the list of the next month has one row more, and one that says more', async (t) => {
  const app = await buildLedger(t);
  await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload: initiative() });
  const mapping = readFileSync(fileOf('memberships.mapping'), 'utf8');
  const query = new URLSearchParams({ mapping, key: 'externalId', reason: 'The list of the month.' });
  const send = async (name: string, expect = '') => {
    const url = `/v1/initiatives/sci/sync?${query}${expect && `&expect=${expect}`}`;
    const headers = { 'content-type': 'text/csv' };
    return (await app.inject({ method: 'POST', url, headers, payload: readList(name) })).json();
  };
  const { hash } = await send('memberships-1.csv');
  await send('memberships-1.csv', hash);
  const preview = await send('memberships-2.csv');
  t.match(preview, { new: 1, changed: 1, gone: 0, unchanged: 49, refused: 0 });
  t.match(await send('memberships-2.csv', preview.hash), { new: 1, changed: 1, events: 2 });
  t.match(await send('memberships-2.csv'), { new: 0, changed: 0, gone: 0, unchanged: 51, refused: 0 });
});

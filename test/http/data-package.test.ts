import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { parse } from 'csv-parse/sync';
import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { unescapedFormula } from '../../src/shapes/formula.ts';
import { attackedLedger } from '../helpers/attacked.ts';
import { attack } from '../helpers/attacks.ts';
import { buildLedger, poster } from '../helpers/ledger.ts';
import { chongqing, egyptJordan, recordReal, shenzhen } from '../helpers/real-data.ts';
import { unzipped } from '../helpers/unzipped.ts';

const ajv = new Ajv({ strict: false });
// CommonJS, whose types say that the function is one level deeper than it is for Node.
(ajvFormats as unknown as typeof ajvFormats.default)(ajv);
const profile = await readFile(new URL('../vectors/datapackage/datapackage.json', import.meta.url), 'utf8');
const isDataPackage = ajv.compile(JSON.parse(profile));

interface Resource {
  name: string;
  path: string;
  schema: { fields: { name: string; type: string }[]; primaryKey: string[] };
}

async function packageOf(app: App, initiativeId: string, query = '') {
  const answer = await app.inject(`/v1/initiatives/${initiativeId}/datapackage.zip?${query}`);
  if (answer.statusCode !== 200) throw new Error(answer.body);
  const files = unzipped(answer.rawPayload);
  const file = (name: string): string => files.get(name) ?? '';
  return { answer, names: [...files.keys()].sort(), file, descriptor: JSON.parse(file('datapackage.json')) };
}

const readers = new Map<string, (cell: string) => boolean>([
  ['string', () => true],
  ['integer', (cell) => /^-?\d+$/.test(cell)],
  ['number', (cell) => Number.isFinite(Number(cell))],
  ['boolean', (cell) => /^(true|false)$/.test(cell)],
  ['date', (cell) => /^\d{4}-\d\d-\d\d$/.test(cell)],
  ['datetime', (cell) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(cell)],
  ['array', (cell) => Array.isArray(JSON.parse(cell))],
  ['object', (cell) => typeof JSON.parse(cell) === 'object'],
]);

/** The descriptor is valid, and every cell is of the type that it says. */
function check(t: Test, { descriptor, file }: Awaited<ReturnType<typeof packageOf>>): void {
  t.ok(isDataPackage(descriptor), ajv.errorsText(isDataPackage.errors));
  for (const { path, schema } of descriptor.resources as Resource[]) {
    const [header = [], ...rows] = parse(file(path)) as string[][];
    t.same(
      header,
      schema.fields.map(({ name }) => name),
      path,
    );
    for (const row of rows)
      for (const [i, { name, type }] of schema.fields.entries()) {
        const cell = row[i] ?? '';
        if (cell !== '' && !readers.get(type)?.(cell)) t.fail(`${path}: ${name} is no ${type}: ${cell}`);
      }
    const keys = rows.map((row) => schema.primaryKey.map((name) => row[header.indexOf(name)]).join());
    t.equal(new Set(keys).size, rows.length, `${path}: the key is one`);
  }
}

test('a package has the tables of the API, each column with its type', async (t) => {
  const app = await buildLedger(t);
  for (const initiative of [shenzhen, chongqing, egyptJordan]) {
    await recordReal(app, initiative);
    const { initiativeId } = initiative;
    const base = `/v1/initiatives/${initiativeId}`;
    const csv = async (path: string) => (await app.inject(`${base}/${path}`)).body;
    const past = initiative === shenzhen ? ['asOfPosition=60'] : [];
    for (const query of ['', 'until=2022', ...past]) {
      const packed = await packageOf(app, initiativeId, query);
      t.equal(packed.answer.headers['content-type'], 'application/zip');
      t.equal(packed.answer.headers['content-disposition'], `attachment; filename="${initiativeId}.zip"`);
      t.same(packed.names, [
        'README.md',
        'claims.csv',
        'datapackage.json',
        'events.csv',
        'meetings.csv',
        'records.csv',
      ]);
      check(t, packed);
      const { file, descriptor } = packed;
      t.equal(file('claims.csv'), await csv(`claims?format=csv&${query}`));
      t.equal(file('meetings.csv'), await csv(`meetings?format=csv&${query}`));
      t.equal(file('events.csv'), await csv(`events?format=csv&${query.replace(/^until.*/, '')}`));
      const [mous, projects] = [
        await csv(`mous?format=csv&${query}`),
        await csv(`projects?format=csv&${query}`),
      ];
      t.equal(file('records.csv'), mous + projects.slice(projects.indexOf('\r\n') + 2), query);
      const { basis, asOf } = (await app.inject(`${base}?${query}`)).json();
      t.same([descriptor.basis, descriptor.asOfPosition], [basis, asOf.position]);
      t.ok(file('README.md').includes(basis.rootHash));
      t.ok(file('README.md').includes(`/initiatives/${initiativeId}?asOfPosition=${asOf.position}`));
    }
  }
  const url = `/v1/initiatives/${shenzhen.initiativeId}/datapackage.zip?asOfPosition=60`;
  const [once, again] = [await app.inject(url), await app.inject(url)];
  t.ok(once.rawPayload.equals(again.rawPayload), 'the same position gives the same bytes');
  t.equal((await app.inject({ method: 'HEAD', url })).statusCode, 200);
});

test('what is wrong with a question is refused before the zip begins', async (t) => {
  const app = await buildLedger(t);
  await poster(app)({ type: 'InitiativeRegistered', data: { name: 'Smart City' } });
  for (const [path, status] of [
    ['sci/datapackage.zip?until=x', 400],
    ['sci/datapackage.zip?asOf=x', 400],
    ['sci/datapackage.zip?format=csv', 400],
    ['sci/datapackage.zip?asOfPosition=0', 404],
    ['never/datapackage.zip', 404],
  ] as const)
    t.equal((await app.inject(`/v1/initiatives/${path}`)).statusCode, status, path);
  check(t, await packageOf(app, 'sci'));
});

test('a text that is an attack stays a text in a package', async (t) => {
  const app = await attackedLedger(t);
  const packed = await packageOf(app, 'attacked');
  check(t, packed);
  t.equal(packed.descriptor.title, attack);
  const rows = parse(packed.file('records.csv'), { columns: true }) as { [column: string]: string }[];
  t.same(
    rows.map((row) => unescapedFormula(row['data.title'] ?? '')),
    [`${attack} corrected`, attack],
  );
  for (const name of ['records.csv', 'meetings.csv', 'claims.csv', 'events.csv'])
    for (const row of parse(packed.file(name)) as string[][])
      for (const cell of row) t.notMatch(cell, /^[=+@\t\r]/, 'no spreadsheet takes it for a formula');
  const readme = packed.file('README.md');
  t.notMatch(readme, /(?<!\\)<script/);
  t.equal(readme.split('\n').filter((line) => line.startsWith('#')).length, 3, 'its headings are its own');
});

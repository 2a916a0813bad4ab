import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import packageJson from '../../package.json' with { type: 'json' };
import { buildLedger } from '../helpers/ledger.ts';
import { readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';
import { readDocument } from '../helpers/steps.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const documents = globSync(['*.md', '{demo,docs,test}/**/*.md'], { cwd: root });

test('the README shows what the demo records, and each question that it names has an answer', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const get = readerOf(app, shenzhen);
  const readme = readDocument('README.md');
  const [, picture = ''] = /```text\n(.*?)```/s.exec(readme) ?? [];

  const rows = [...picture.matchAll(/^(\d{4}) {2}(\S+) +(█+) +\+(\d+) +(\d+)/gm)];
  t.same(
    rows.map(([, year, meeting, bar, more, running]) => [
      year,
      meeting,
      bar?.length,
      Number(more),
      Number(running),
    ]),
    (await get('/meetings')).items.map(({ recordId, occurredOn, counts, running }: Meeting) => [
      occurredOn.slice(0, 4),
      recordId,
      counts.mous.total,
      counts.mous.total,
      running.mous,
    ]),
  );
  const [, bar, claimed, publisher] = /^ +(░+) +(\d+) {2}claimed by (.+)$/m.exec(picture) ?? [];
  const { items } = await get('/claims?scope=meetings');
  t.equal(items.length, 1);
  t.match(items[0], {
    metric: 'mous',
    value: Number(claimed),
    status: 'short',
    difference: -1,
    sources: [{ publisher }],
  });
  t.equal(bar?.length, Number(claimed));

  const questions = [...readme.matchAll(/^\| .+\? \| `(.+)` \|$/gm)];
  t.ok(questions.length >= 12, 'there are questions');
  for (const [, path = ''] of questions) {
    const answer = await app.inject(path.replace('…', `/v1/initiatives/${shenzhen.initiativeId}`));
    t.equal(answer.statusCode, 200, path);
    t.notMatch(answer.body, '"items":[]', `${path} is not empty`);
  }
  t.ok(readme.split('\n').length <= 131, 'the README is short');
});

interface Meeting {
  recordId: string;
  occurredOn: string;
  counts: { mous: { total: number } };
  running: { mous: number };
}

test('documents name files, headings and npm scripts that exist', (t) => {
  t.ok(documents.length > 10);
  for (const document of documents.filter((file) => !file.startsWith('test/vectors/'))) {
    const text = readFileSync(join(root, document), 'utf8');
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [path = '', heading] = link.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      t.ok(existsSync(join(root, file)), `${document}: ${link}`);
      if (heading !== undefined) t.ok(headingsOf(file).includes(heading), `${document}: ${link}`);
    }
    // Placeholders have an ellipsis, capitals or the name of an example that is not kept.
    for (const [, path = ''] of text.matchAll(/`((?:src|test|events|migrations|docs|demo)\/[\w./-]+)`/g))
      if (!/[A-Z]{2}|status-?reported/i.test(path))
        t.ok(existsSync(join(root, path)), `${document}: ${path}`);
    for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([a-z:]+)/g)) {
      t.ok(script in packageJson.scripts, `${document}: npm run ${script}`);
    }
  }
  t.end();
});

test('ARCHITECTURE.md is a page, and names places that exist', (t) => {
  const text = readDocument('ARCHITECTURE.md');
  t.ok(text.split('\n').length < 130, 'it is a page');
  const quoted = [...text.matchAll(/`((?:[a-z]+\/)+[a-z-]*(?:\.ts)?)`/g)];
  const ofDiagrams = [...text.matchAll(/"((?:http|ledger|store|views)(?:\/[a-z-]+)+)/g)];
  t.ok(quoted.length > 15 && ofDiagrams.length >= 8, 'there are places');
  for (const [, place = ''] of [...quoted, ...ofDiagrams])
    t.ok(
      [place, `src/${place}`, `src/${place}.ts`].some((path) => existsSync(join(root, path))),
      place,
    );
  t.end();
});

test('each decision is a record that the index lists', (t) => {
  const records = globSync('docs/decisions/[0-9]*.md', { cwd: root }).sort();
  t.ok(records.length > 0 && records.length <= 35, 'there are few enough to read');
  const rows: string[] = [];
  for (const [i, record] of records.entries()) {
    const text = readDocument(record);
    const [, title, status] = /^# \d+\. (.+)\n\nStatus: (.+)\n/.exec(text) ?? [];
    t.match(record, `/${String(i + 1).padStart(4, '0')}-`, 'numbered without a gap');
    t.same(text.match(/^## .+/gm), ['## Context', '## Decision', '## Consequences'], record);
    // The index names the record that supersedes it, without a link.
    rows.push(
      `| ${i + 1} | [${title}](${basename(record)}) | ${status?.replace(/\[(\d+)\]\(.+?\)/g, '$1')} |`,
    );
  }
  t.same(readDocument('docs/decisions/README.md').match(/^\| \d.+/gm), rows);
  t.end();
});

/** The headings of a document as GitHub names them in links. */
const headingsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

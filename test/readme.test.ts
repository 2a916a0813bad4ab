import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { test } from 'tap';
import packageJson from '../package.json' with { type: 'json' };
import { buildLedger } from './helpers/ledger.ts';

const run = promisify(execFile);
const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

test('the tour of the README answers what it shows', async (t) => {
  const hasCurl = await run('/bin/bash', ['-c', 'command -v curl']).then(
    () => true,
    () => false,
  );
  if (!hasCurl) {
    t.fail('curl is not on this machine, so the tour of the README can not be tried: install curl');
    return;
  }
  const app = await buildLedger(t);
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Listening on a port, so its address is no path of a socket.
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const steps = stepsOf(read('README.md'));
  t.ok(steps.length >= 10, 'the tour has its steps');
  for (const { title, command, language, shown } of steps) {
    const script = command.replaceAll('http://127.0.0.1:3000', url);
    // Rejects where a command fails. A proxy of this machine has no part in it.
    const { stdout } = await run('/bin/bash', ['-e', '-c', script], {
      env: { ...process.env, NO_PROXY: '*', no_proxy: '*' },
    });
    if (language === 'text') t.match(stdout.replaceAll('\r', ''), patternOf(shown), title);
    else t.same(differencesOf(documentsIn(shown), documentsIn(stdout), ''), [], title);
  }
});

test('what is shown is compared with what is answered', (t) => {
  const differences = (shown: string, actual: string): string[] =>
    differencesOf(documentsIn(shown), documentsIn(actual), '');
  t.same(differences('{ "a": [1, …], "b": "x…", … }', '{"a":[1,2],"b":"xyz","c":3}'), []);
  t.same(differences('{ "a": 1 }\n{ "a": 2 }', '{"a":1}\n{"a":2}'), []);
  t.same(differences('{ "a": 1 }', '{"a":1,"b":2}'), ['/0/b is not shown']);
  t.same(differences('{ "a": 1, … }', '{"b":2}'), ['/0/a: 1 is shown, nothing answered']);
  t.same(differences('{ "a": [1, 2] }', '{"a":[1,3,4]}'), [
    '/0/a/1: 2 is shown, 3 answered',
    '/0/a/2 is not shown',
  ]);
  t.match('first\nsecond, third\nlast\n', patternOf('first\n…\nl…'));
  t.notMatch('first\nsecond\n', patternOf('first'));
  t.end();
});

test('the documents name files and npm scripts that exist', (t) => {
  for (const document of documents) {
    const text = read(document);
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      t.ok(existsSync(new URL(`../${target}`, import.meta.url)), `${document}: ${target}`);
    }
    for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([a-z]+)/g)) {
      t.ok(script in packageJson.scripts, `${document}: npm run ${script}`);
    }
  }
  t.end();
});

interface Step {
  title: string;
  command: string;
  language: string;
  /** What its output is, with … for what is left out. */
  shown: string;
}

/** The steps of the tour: each a bold title, a block of bash and the block of its answer. */
function stepsOf(readme: string): Step[] {
  const tour = readme.split(/^## /m).find((section) => section.startsWith('A tour')) ?? '';
  const blocks = [...tour.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, language, command = ''], i) => {
    if (language !== 'bash') return [];
    const [, answer = '', shown = ''] = blocks[i + 1] ?? [];
    if (answer !== 'json' && answer !== 'text') throw new Error(`no answer is shown to ${command}`);
    const title = [...tour.slice(0, blocks[i]?.index).matchAll(/\*\*(.+?)\*\*/gs)].at(-1)?.[1] ?? command;
    return [{ title, command, language: answer, shown }];
  });
}

const left = '…';

/** One JSON document after the other. In what is shown, … stands for further members, items or characters. */
function documentsIn(text: string): unknown[] {
  const documents: unknown[] = [];
  const open: string[] = [];
  let document = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[^"]/gu)) {
    if (token === '{' || token === '[') open.push(token);
    if (token === '}' || token === ']') open.pop();
    if (token === left) document += open.at(-1) === '{' ? `"${left}":0` : `"${left}"`;
    else document += token;
    if (open.length > 0 || document.trim() === '') continue;
    documents.push(JSON.parse(document));
    document = '';
  }
  return documents;
}

function differencesOf(shown: unknown, actual: unknown, path: string): string[] {
  if (typeof shown === 'string' && typeof actual === 'string' && shown.endsWith(left)) {
    return actual.startsWith(shown.slice(0, -left.length))
      ? []
      : [`${path}: ${shown} is shown, ${actual} answered`];
  }
  if (!isContainer(shown) || !isContainer(actual) || Array.isArray(shown) !== Array.isArray(actual)) {
    return shown === actual
      ? []
      : [`${path}: ${JSON.stringify(shown)} is shown, ${JSON.stringify(actual) ?? 'nothing'} answered`];
  }
  const isLeft = (value: unknown): boolean => value === left;
  const abridged = Array.isArray(shown) ? isLeft(shown.at(-1)) : left in shown;
  const members = Object.entries(shown).filter(
    ([key, value]) => key !== left && !(Array.isArray(shown) && isLeft(value)),
  );
  const others = Object.keys(actual).filter((key) => !members.some(([member]) => member === key));
  return [
    ...members.flatMap(([key, value]) => differencesOf(value, actual[key], `${path}/${key}`)),
    ...(abridged ? [] : others.map((key) => `${path}/${key} is not shown`)),
  ];
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Text in which a line of … stands for any lines, and … in a line for any characters. */
function patternOf(shown: string): RegExp {
  const lines = shown
    .trimEnd()
    .split('\n')
    .map((line) =>
      line === left ? '(?:.*\\n)*?' : `${line.split(left).map(RegExp.escape).join('.*')}(?:\\n|$)`,
    );
  return new RegExp(`^${lines.join('')}$`);
}

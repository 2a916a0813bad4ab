import { existsSync } from 'node:fs';
import { test } from 'tap';
import packageJson from '../package.json' with { type: 'json' };
import { buildLedger } from './helpers/ledger.ts';
import {
  differences,
  hasCurl,
  patternOf,
  readDocument,
  serveForSteps,
  stepsOf,
  tourOf,
} from './helpers/steps.ts';

const documents = ['README.md', 'AUDIT.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

test('the tour of the README answers what it shows', async (t) => {
  if (!(await hasCurl(t))) return;
  const tryStep = await serveForSteps(t, await buildLedger(t));
  const steps = stepsOf(tourOf(readDocument('README.md')));
  t.ok(steps.length >= 10, 'the tour has its steps');
  for (const step of steps) await tryStep(step);
});

test('what is shown is compared with what is answered', (t) => {
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
    const text = readDocument(document);
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      t.ok(existsSync(new URL(`../${target}`, import.meta.url)), `${document}: ${target}`);
    }
    for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([a-z]+)/g)) {
      t.ok(script in packageJson.scripts, `${document}: npm run ${script}`);
    }
  }
  t.end();
});

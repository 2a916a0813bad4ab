import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const directory = fileURLToPath(new URL('.', import.meta.url));
const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
const suites = globSync('**/*.test.ts', { cwd: directory }).filter((file) => !file.startsWith('long'));

test('each suite that leaves something to the long run is part of it, and marks what it is', async (t) => {
  const run = new Set(
    globSync('long/**/more-*.test.ts', { cwd: directory }).flatMap((file) =>
      [...read(file).matchAll(/^import '(\..*\.test\.ts)'/gm)].map(([, suite = '']) =>
        join(dirname(file), suite),
      ),
    ),
  );
  for (const suite of suites) {
    const text = read(suite);
    const marks = /\b(moreInLong|onlyLong)\b/.test(text);
    t.equal(run.has(suite), marks, suite);
    t.ok(marks || !/\beffort\(/.test(text), `${suite} marks what it tries more of`);
  }
});

import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { findingNames } from '../../src/verify/findings.ts';

test('The page of the auditor says what each finding means', (t) => {
  const text = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const unsaid = Object.keys(findingNames).filter((name) => !text.includes(`\`${name}\``));
  t.same(unsaid, []);
  t.end();
});

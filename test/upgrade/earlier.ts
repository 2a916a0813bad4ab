import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { App } from '../../src/app.ts';
import type { Ending } from '../helpers/child.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What a version of the code answered. */
interface Answered {
  now: string;
  posted: { url: string; headers: Record<string, string>; body: string; answer: unknown }[];
  answers: Record<string, unknown>;
}

/** The versions of which a ledger is kept here. */
export const versions = globSync('*/signer/keys.json', { cwd: here }).map((keys) =>
  keys.slice(0, keys.indexOf('/')),
);

/** A ledger as a version left it, in a directory that ends with the test. */
export function earlierLedger(t: Ending, version: string) {
  const from = join(here, version);
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-upgrade-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const [database, signer] = [join(directory, 'ledger.db'), join(directory, 'signer')];
  writeFileSync(database, gunzipSync(readFileSync(join(from, 'ledger.db.gz'))));
  cpSync(join(from, 'signer'), signer, { recursive: true });
  const answered: Answered = JSON.parse(gunzipSync(readFileSync(join(from, 'answers.json.gz'))).toString());
  return { directory, database, signer, answered };
}

/** Read models of another version are rebuilt at the start. */
export async function ready(app: App): Promise<void> {
  for (;;) {
    const { statusCode, body } = await app.inject('/readyz');
    if (statusCode === 200) return;
    if (!body.includes('not-ready')) throw new Error(body);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

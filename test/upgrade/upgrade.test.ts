import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { test } from 'tap';
import type { App } from '../../src/app.ts';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { checkStore } from '../helpers/check-store.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What a version of the code answered. */
interface Answered {
  now: string;
  posted: { url: string; headers: Record<string, string>; body: string; answer: unknown }[];
  answers: Record<string, unknown>;
}

for (const keys of globSync('*/signer/keys.json', { cwd: here })) {
  const version = keys.slice(0, keys.indexOf('/'));
  test(`a ledger of version ${version} opens, is upgraded, verifies clean and answers as before`, async (t) => {
    const from = join(here, version);
    const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-upgrade-'));
    t.teardown(() => rmSync(directory, { recursive: true }));
    const [database, signer] = [join(directory, 'ledger.db'), join(directory, 'signer')];
    writeFileSync(database, gunzipSync(readFileSync(join(from, 'ledger.db.gz'))));
    cpSync(join(from, 'signer'), signer, { recursive: true });
    const answered: Answered = JSON.parse(gunzipSync(readFileSync(join(from, 'answers.json.gz'))).toString());
    const config = readConfig({ DATABASE_URL: `file:${database}`, SIGNER_DIR: signer });

    // Twice, as a second start finds what the first one made.
    for (const start of ['first', 'second']) {
      const app = await openLedgerApp(config, false, () => Date.parse(answered.now));
      await ready(app);
      for (const [address, answer] of Object.entries(answered.answers)) {
        const { statusCode, body } = await app.inject(address);
        t.equal(statusCode, 200, address);
        // Members may be added to an answer.
        t.has(
          typeof answer === 'object' && !Array.isArray(answer) ? JSON.parse(body) : body.split('\n'),
          answer,
          address,
        );
      }
      for (const { url, headers, body, answer } of answered.posted) {
        const repeat = await app.inject({ method: 'POST', url, headers, payload: body });
        const name = `${start} start: ${headers['idempotency-key']}`;
        if (repeat.statusCode === 422) t.equal(repeat.json().code, 'idempotency-key-reused', name);
        else t.has(repeat.json(), answer, name);
      }
      await app.close();
      checkStore(database);
      t.same((await verifyLedger(`file:${database}`, { signerDirectory: signer })).findings, []);
    }

    // And goes on: what is recorded, kept and signed now has more columns than what was before.
    const app = await openLedgerApp(config, false, () => Date.parse(answered.now));
    const posted = await app.inject({
      method: 'POST',
      url: '/v1/initiatives/goes-on/events',
      headers: { 'idempotency-key': 'goes on' },
      payload: { type: 'InitiativeRegistered', data: { name: 'It goes on' } },
    });
    t.equal(posted.statusCode, 201);
    const proof = `/v1/events/${posted.json().recorded[0].eventId}/proof`;
    t.equal((await app.inject(proof)).statusCode, 200);
    await app.close();
    checkStore(database);
    t.same((await verifyLedger(`file:${database}`, { signerDirectory: signer })).findings, []);
  });
}

/** Read models of another version are rebuilt at the start. */
async function ready(app: App): Promise<void> {
  for (;;) {
    const { statusCode, body } = await app.inject('/readyz');
    if (statusCode === 200) return;
    if (!body.includes('not-ready')) throw new Error(body);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

import { test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { checkStore } from '../helpers/check-store.ts';
import { earlierLedger, ready, versions } from './earlier.ts';

for (const version of versions) {
  test(`a ledger of version ${version} opens, is upgraded, verifies clean and answers as before`, async (t) => {
    const { database, signer, answered } = earlierLedger(t, version);
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

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger, openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { addPrincipal, issueToken } from '../../src/store/principals.ts';
import { asked, reason } from '../helpers/access.ts';
import type { Ending } from '../helpers/child.ts';
import { buildFilled, initiativeId, known } from './requests.ts';

/** A ledger in a file, with something of everything in it, and who may ask it. */
export async function askedLedger(t: Ending) {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-fuzz-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'ledger.db');
  const config = readConfig({
    DATABASE_URL: `file:${file}`,
    SIGNER_DIR: join(directory, 'signer'),
    // A stream that is asked for without a socket is never seen to end.
    ...{ RATE_LIMIT: '0', LONG_REQUESTS: '2000' },
  });
  const stopped = await openLedger(config, false);
  const { principalId } = await addPrincipal(
    { ...stopped, author: { principal: 'operator', authority: 'operator' } },
    { label: 'Administrator', grants: [{ role: 'admin', initiativeId: '*' }], reason },
  );
  const expiresAt = Date.now() + 86_400_000;
  const { token: admin } = await issueToken(
    stopped.store,
    { principalId, label: 'first', expiresAt },
    Date.now(),
  );
  await stopped.close();
  const app = await openLedgerApp(config, false);
  t.teardown(() => app.close());
  const { ask, principal } = asked(app, admin);
  await buildFilled(app, admin);
  const recorder = await principal([{ role: 'recorder', initiativeId }]);
  const reader = await principal([{ role: 'reader', initiativeId }]);
  // What the requests do to these keeps nobody from asking.
  const others = [await principal([]), await principal([{ role: 'reader', initiativeId: '*' }])];
  for (let i = 0; i < 20; i++) await principal([]);
  known['principalId'] = others.map((other) => other.principalId);
  const { items } = (await ask(admin, 'GET', '/v1/tokens')).body as {
    items: { tokenId: string; principalId: string }[];
  };
  const askers = [principalId, recorder.principalId, reader.principalId];
  known['tokenId'] = items.filter((item) => !askers.includes(item.principalId)).map(({ tokenId }) => tokenId);
  return { app, file, askers, tokens: { admin, recorder: recorder.token, reader: reader.token } };
}

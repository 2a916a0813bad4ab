import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import {
  createClient,
  verifyCheckpoint,
  verifyConsistency,
  verifyEvent,
} from '../../../src/client/client.ts';

/*
 * What an auditor runs every night, on a machine that the operator of the ledger has no access to:
 * LEDGER_URL=… LEDGER_TOKEN=… node nightly-check.ts KEY FILE
 *
 * The file keeps every checkpoint that was verified. The newest of the ledger must be signed by the key, and must extend the last one that
 * is kept: then nothing of what was known has been rewritten. The newest event must be in the log, too. Ends with 0 if all of this holds,
 * with 1 if not, and then the file stays as it is.
 */

const [key = '', file = ''] = process.argv.slice(2);
const client = createClient({
  url: process.env['LEDGER_URL'] ?? 'http://127.0.0.1:3000',
  token: process.env['LEDGER_TOKEN'] ?? '',
});

/** A note has one empty line, and in the file there are two after each. */
const kept = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n\n\n').at(-1) : undefined;

try {
  const { items } = await client.get('/v1/events', { order: 'desc', limit: 1 });
  const [newest] = items;
  if (newest) {
    // To prove an event, the ledger signs where it has not signed so far.
    const proof = await client.get('/v1/events/{eventId}/proof', { eventId: newest.event.eventId });
    const { position } = verifyEvent(newest.event, proof, key);
    if (position !== newest.position)
      throw new Error(`The event of ${newest.position} stands at ${position}.`);
  }
  const checkpoint = await client.get('/v1/log/checkpoint');
  const now = verifyCheckpoint(checkpoint, key);
  if (kept === undefined) console.log(`The log of ${now.treeSize} events is kept; root ${now.rootHash}`);
  else {
    const before = verifyCheckpoint(`${kept}\n`, key);
    if (now.treeSize < before.treeSize)
      throw new Error(`The log has ${now.treeSize} events, and had ${before.treeSize}.`);
    const sizes = { from: before.treeSize, to: now.treeSize };
    const { hashes } = await client.get('/v1/log/proofs/consistency', sizes);
    verifyConsistency(before, now, hashes);
    console.log(`The log of ${now.treeSize} events extends that of ${before.treeSize}; root ${now.rootHash}`);
  }
  if (checkpoint.trimEnd() !== kept) appendFileSync(file, `${checkpoint}\n\n`);
} catch (error) {
  console.error(`NOT PROVED: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

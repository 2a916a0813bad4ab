import { type Test, test } from 'tap';
import {
  createClient,
  FormatError,
  ProofError,
  SignatureError,
  verifyCheckpoint,
  verifyConsistency,
  verifyEvent,
} from '../../src/client/client.ts';
import { formatVerifierKey, newSignerKey } from '../../src/tlog/note-key.ts';
import { initiative, meeting, mou } from '../helpers/decide.ts';
import { buildLedger, poster } from '../helpers/ledger.ts';

/** A ledger that has signed three events, and then five. */
async function signedTwice(t: Test) {
  const app = await buildLedger(t);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const client = createClient({ url });
  const post = poster(app);
  await post(initiative(), meeting(), mou());
  const { items } = await client.get('/v1/log/keys');
  const key = items[0]?.vkey ?? '';
  const [{ event } = { event: {} }] = (await client.get('/v1/events', { kind: 'meeting' })).items;
  // A proof is signed on demand.
  const proof = await client.get('/v1/events/{eventId}/proof', { eventId: String(Object(event).eventId) });
  const first = verifyEvent(event, proof, key);
  await post(mou(), mou());
  const { items: newest } = await client.get('/v1/events', { order: 'desc', limit: 1 });
  await client.get('/v1/events/{eventId}/proof', { eventId: newest[0]?.event.eventId ?? '' });
  const second = verifyCheckpoint(await client.get('/v1/log/checkpoint'), key);
  return { client, key, event, proof, first, second };
}

test('an event, a checkpoint, and the way from one to the next are verified with a key alone', async (t) => {
  const { client, key, event, proof, first, second } = await signedTwice(t);
  t.match(first, { position: 2, treeSize: 3, rootHash: /^[0-9a-f]{64}$/ });
  t.equal(second.treeSize, 5);
  t.equal(second.origin, first.origin);
  const { hashes } = await client.get('/v1/log/proofs/consistency', { from: 3, to: 5 });
  verifyConsistency(first, second, hashes);
  const { basis } = await client.get('/v1/summary');
  verifyConsistency(basis, second, []);

  const throwing = (work: () => unknown, fault: new (message: string) => Error, name: string): void =>
    void t.throws(work, fault, name);
  throwing(() => verifyEvent({ ...event, note: 'x' }, proof, key), ProofError, 'another event');
  const index = proof.replace('index 1\n', 'index 0\n');
  throwing(() => verifyEvent(event, index, key), ProofError, 'another place');
  throwing(() => verifyEvent(event, proof.slice(1), key), FormatError, 'no proof');
  const size = proof.replace('\n3\n', '\n4\n');
  throwing(() => verifyEvent(event, size, key), SignatureError, 'another size');
  const other = formatVerifierKey(newSignerKey(first.origin).verifierKey);
  throwing(() => verifyEvent(event, proof, other), SignatureError, 'another key');
  t.equal(verifyEvent(event, proof, [other, key]).position, 2, 'one of several keys');
  throwing(() => verifyEvent(event, proof, ''), FormatError, 'no key');
  throwing(() => verifyEvent(event, proof, []), SignatureError, 'no keys');
  const checkpoint = await client.get('/v1/log/checkpoint');
  throwing(() => verifyCheckpoint(checkpoint.replace('5', '6'), key), SignatureError, 'a changed checkpoint');

  throwing(() => verifyConsistency(second, first, hashes), ProofError, 'the other way round');
  const rewritten = { ...first, rootHash: second.rootHash };
  throwing(() => verifyConsistency(rewritten, second, hashes), ProofError, 'a history rewritten');
  throwing(() => verifyConsistency(first, second, []), ProofError, 'no hashes');
  throwing(() => verifyConsistency(first, second, ['x']), ProofError, 'no hash');
  throwing(() => verifyConsistency({ ...first, treeSize: 2.5 }, second, hashes), ProofError, 'no size');
});

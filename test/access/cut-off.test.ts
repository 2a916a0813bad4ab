import { test } from 'tap';
import { closedLedger, reason } from '../helpers/access.ts';

const registered = { type: 'InitiativeRegistered', data: { name: 'An initiative' } };

test('a stream ends within five seconds when the token or the right to it does, and others go on', async (t) => {
  const { app, ask, record, principal, admin } = await closedLedger(t);
  await record('a', registered);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const open = async (token: string) => {
    const answer = await fetch(`${address}/v1/events/stream?initiativeId=a`, {
      headers: { authorization: `Bearer ${token}` },
    });
    t.equal(answer.status, 200);
    const ended = (async () => {
      try {
        // Reads on until it is cut off.
        for await (const _ of answer.body ?? []);
      } catch {}
    })();
    return { ended, cancel: () => answer.body?.cancel().catch(() => {}) };
  };
  const reader = { role: 'reader', initiativeId: 'a' } as const;
  const [revoked, changed, stays] = [
    await principal([reader]),
    await principal([reader]),
    await principal([reader]),
  ];
  const streams = [await open(revoked.token), await open(changed.token), await open(stays.token)];
  const { items } = (await ask(admin, 'GET', '/v1/tokens')).body;
  const { tokenId } = items.find((one: { principalId: string }) => one.principalId === revoked.principalId);
  const beganMs = performance.now();
  await ask(admin, 'DELETE', `/v1/tokens/${tokenId}`);
  await ask(admin, 'POST', `/v1/principals/${changed.principalId}/rights`, { grants: [], reason });
  await Promise.all(streams.slice(0, 2).map(({ ended }) => ended));
  t.ok(performance.now() - beganMs < 5_000, 'within five seconds');
  const isOpen = await Promise.race([
    streams[2]?.ended.then(() => false),
    new Promise((done) => setImmediate(done, true)),
  ]);
  t.equal(isOpen, true);
  await app.close();
  await streams[2]?.ended;
});

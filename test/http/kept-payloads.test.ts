import { test } from 'tap';
import { KeptPayloads } from '../../src/http/wire/kept-payloads.ts';
import type { Payload } from '../../src/http/wire/payload.ts';

const payload: Payload = { text: '{}', etag: 'W/"x"' };
const waits = new AbortController().signal;

test('what is kept in memory is bounded, addresses included', async (t) => {
  const kept = new KeptPayloads();
  const addressOf = (i: number): string =>
    `/v1/initiatives/sci/summary?asOfPosition=${`${i}`.padStart(8_000, '0')}`;
  const count = 10_000;
  for (let i = 0; i < count; i++)
    await kept.get(
      addressOf(i),
      1,
      waits,
      () => 1,
      async () => ({ ...payload }),
    );
  const known = Array.from({ length: count }, (_, i) => kept.known(addressOf(i), 1)).filter((one) => one);
  t.ok(known.length > 3_000 && known.length * 8_000 < 33_554_432, `${known.length} of ${count}`);
  t.ok(kept.known(addressOf(count - 1), 1), 'the newest are kept');
});

test('those who ask at the same time share one computation, which ends when the last of them has gone', async (t) => {
  const kept = new KeptPayloads();
  const signals: AbortSignal[] = [];
  const answers: PromiseWithResolvers<Payload>[] = [];
  const ask = (position: number, signal: AbortSignal): Promise<Payload> =>
    kept.get(
      '/a',
      position,
      signal,
      () => 1,
      (gone) => {
        signals.push(gone);
        const answer = Promise.withResolvers<Payload>();
        answers.push(answer);
        return answer.promise;
      },
    );
  const [one, other] = [new AbortController(), new AbortController()];
  const both = [ask(2, one.signal), ask(2, other.signal)];
  const later = ask(3, waits);
  await new Promise(setImmediate);
  t.equal(signals.length, 2, 'one for both, and one for the later position');
  one.abort();
  t.notOk(signals[0]?.aborted, 'the other one waits');
  other.abort();
  t.ok(signals[0]?.aborted);
  const again = ask(2, waits);
  await new Promise(setImmediate);
  t.equal(signals.length, 3, 'what was ended is not waited for');
  t.notOk(signals[1]?.aborted || signals[2]?.aborted);
  for (const answer of answers) answer.resolve(payload);
  t.same(await Promise.all([...both, later, again]), [payload, payload, payload, payload]);
  t.equal(await ask(4, waits), payload, 'nothing happened since');
  t.equal(signals.length, 3);
});

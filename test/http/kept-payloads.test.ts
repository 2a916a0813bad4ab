import { test } from 'tap';
import { KeptPayloads } from '../../src/http/wire/kept-payloads.ts';

test('what is kept in memory is bounded, addresses included', async (t) => {
  const kept = new KeptPayloads();
  const addressOf = (i: number): string =>
    `/v1/initiatives/sci/summary?asOfPosition=${`${i}`.padStart(8_000, '0')}`;
  const count = 10_000;
  for (let i = 0; i < count; i++)
    await kept.get(
      addressOf(i),
      1,
      () => 1,
      async () => '{}',
    );
  const known = Array.from({ length: count }, (_, i) => kept.known(addressOf(i), 1)).filter((one) => one);
  t.ok(known.length > 3_000 && known.length * 8_000 < 33_554_432, `${known.length} of ${count}`);
  t.ok(kept.known(addressOf(count - 1), 1), 'the newest are kept');
});

import { mock } from 'node:test';
import { type Test, test } from 'tap';
import type { Visible } from '../../src/access/visible.ts';
import { Refusal } from '../../src/errors.ts';
import type { Computed } from '../../src/reading/computed.ts';
import { ReadingThreads } from '../../src/reading/threads.ts';

const head = { position: 0, recordedAt: 0, rootHash: Buffer.alloc(32) };
const at = { position: 0, basis: { treeSize: 0, rootHash: new Uint8Array(32) } };
const all: Visible = { all: true, own: true, initiatives: new Set() };

interface Options {
  count?: number;
  swaps?: () => number;
}

function threadsOf(t: Test, { count = 1, swaps = () => 0 }: Options = {}) {
  const failures: unknown[] = [];
  const threads = new ReadingThreads({
    count,
    entry: new URL('./odd-thread.ts', import.meta.url),
    begun: { file: '', origin: '' },
    store: { headNow: () => head, swaps },
    failed: (error) => failures.push(error),
    memoryMax: 32,
  });
  t.teardown(() => threads.close());
  const ask = (what: string, signal = new AbortController().signal, visible = all): Promise<Computed> =>
    threads.compute('single', { answer: what, at, visible, parameters: {} }, signal);
  /** What becomes of it. */
  const outcome = async (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      () => 'answered',
      (error: unknown) => (error instanceof Refusal ? `${error.status} ${error.code}` : String(error)),
    );
  return { threads, ask, outcome, failures };
}

for (const what of ['end', 'memory'])
  test(`a thread that ends (${what}) costs its own requests, and is replaced`, async (t) => {
    const { ask, outcome, failures } = threadsOf(t);
    const [waiting, ending] = [ask('wait'), ask(what)].map(outcome);
    t.same([await waiting, await ending], ['503 overloaded', '503 overloaded']);
    t.equal(failures.length, 1, 'it is told once');
    t.equal((await ask('0')).body, '', 'another one answers');
  });

test('of two threads the one with less to do is asked, and the other goes on', async (t) => {
  const { ask, outcome, failures } = threadsOf(t, { count: 2 });
  const waits = new AbortController();
  const waiting = outcome(ask('wait', waits.signal));
  t.equal(await outcome(ask('end')), '503 overloaded');
  t.equal((await ask('0')).body, '');
  waits.abort();
  t.equal(await waiting, '400 invalid-request', 'it was waited for until then');
  t.equal(failures.length, 1);
});

test('a thread that hangs costs its own requests, and is replaced', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  const { ask, outcome, failures } = threadsOf(t);
  const early = outcome(ask('wait'));
  mock.timers.tick(1_000_000);
  t.equal((await ask('0')).body, '', 'it may take its time to begin');
  for (let i = 0; i < 3; i++) {
    // As long as it may say nothing.
    mock.timers.tick(20_000);
    t.equal((await ask('0')).body, '');
  }
  const hanging = outcome(ask('hang'));
  mock.timers.tick(21_000);
  t.same([await early, await hanging], ['503 overloaded', '503 overloaded']);
  t.match(failures, [/says nothing/]);
  t.equal((await ask('0')).body, '');
});

test('a request that is broken off is cancelled, whether it is under way or waits', async (t) => {
  const { ask, outcome } = threadsOf(t);
  const gone = new AbortController();
  const under = outcome(ask('wait', gone.signal));
  const others = Array.from({ length: 31 }, () => new AbortController());
  const filling = others.map(({ signal }) => outcome(ask('wait', signal)));
  const waiting = outcome(ask('wait', gone.signal));
  gone.abort();
  t.same([await under, await waiting], ['400 invalid-request', '400 invalid-request']);
  for (const other of others) other.abort();
  t.same(new Set(await Promise.all(filling)), new Set(['400 invalid-request']));
  t.equal(await outcome(ask('0', gone.signal)), '400 invalid-request', 'what is gone is not asked');
});

test('more questions than may wait are refused', async (t) => {
  const { ask, outcome, threads } = threadsOf(t);
  const asked = Array.from({ length: 32 + 1_000 }, () => outcome(ask('wait')));
  t.equal(await outcome(ask('0')), '503 overloaded');
  await threads.close();
  t.same(new Set(await Promise.all(asked)), new Set(['503 shutting-down']));
  t.equal(await outcome(ask('0')), '503 shutting-down');
});

test('pieces come one by one; a thread that ends in between breaks what it sends', async (t) => {
  const { ask, outcome } = threadsOf(t);
  const { rest } = await ask('1');
  const texts: string[] = [];
  if (rest) for await (const piece of rest) texts.push(Buffer.from(piece).toString());
  t.same(texts, ['1']);
  const broken = (await ask('3')).rest;
  t.equal(Buffer.from((await broken?.next())?.value ?? []).toString(), '3');
  t.equal(await outcome(broken?.next() ?? Promise.resolve()), '503 overloaded');
  t.same(await broken?.next(), { done: true, value: undefined });
});

test('what goes on is cancelled by whoever takes no more of it, or has gone', async (t) => {
  const { ask } = threadsOf(t);
  const gone = new AbortController();
  await ask('5', gone.signal);
  const other = await ask('5');
  gone.abort();
  await other.rest?.return?.();
  t.equal((await ask('0')).body, '1,2');
  t.same(await other.rest?.next(), { done: true, value: undefined });
});

test('what was read while read models were swapped is read again', async (t) => {
  let [swaps, looks] = [0, 0];
  const { ask } = threadsOf(t, {
    swaps: () => {
      looks += 1;
      // After the question was sent.
      if (looks === 3) swaps = 1;
      return swaps;
    },
  });
  t.equal((await ask('7')).body, '1', 'the first one was given up');
});

test('who may see what is sent to a thread once, until others took its place', async (t) => {
  const { ask } = threadsOf(t);
  const sees = async (visible: Visible) =>
    JSON.parse(String((await ask('visible', undefined, visible)).body));
  t.same(await sees(all), { sent: true, place: 0 });
  t.same(await sees(all), { sent: false, place: 0 });
  for (let i = 0; i < 64; i++) await sees({ ...all });
  t.same(await sees(all), { sent: true, place: 1 });
});

import { PassThrough } from 'node:stream';
import { test } from 'tap';
import { progressOn } from '../../src/cli/progress.ts';

/** A stream as a command has it, and what is written to it. */
function output(isTTY: boolean) {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 200 });
  // It has what progress asks of a terminal.
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => String(stream.read() ?? '') };
}

test('without a terminal there is a line at each tenth, with how fast it goes', (t) => {
  const { stream, text } = output(false);
  let now = 5_000;
  const progress = progressOn(stream, { nowMs: () => now });
  for (const [events, ms] of [
    [1, 100],
    [25, 500],
    [29, 700],
    [30, 1_000],
    [99, 2_000],
    [100, 2_000],
  ] as const) {
    now = 5_000 + ms;
    progress.update(events, 100);
  }
  progress.stop();
  t.same(text().split('\n'), [
    '20 %: 25 of 100 events, 50 a second, 2 s left',
    '30 %: 30 of 100 events, 30 a second, 3 s left',
    '90 %: 99 of 100 events, 50 a second, 1 s left',
    '100 %: 100 of 100 events',
    '',
  ]);
  t.end();
});

test('on a terminal there is a bar', (t) => {
  const { stream, text } = output(true);
  let now = 0;
  const progress = progressOn(stream, { nowMs: () => now });
  now = 1_000;
  progress.update(50, 200);
  progress.update(200, 200);
  progress.stop();
  const drawn = text();
  t.match(drawn, /=-+ 25% \| 50 of 200 events \| 50 a second, 3 s left/);
  t.match(drawn, /= 100% \| 200 of 200 events/);
  t.end();
});

test('where nobody knows how many there are, a line tells at each further power of two', (t) => {
  const { stream, text } = output(false);
  let now = 0;
  const progress = progressOn(stream, { unit: 'lines', nowMs: () => now });
  now = 1_000;
  for (const done of [10, 1_500, 1_600, 5_000]) progress.update(done, undefined);
  t.equal(text(), '1500 lines, 1500 a second\n5000 lines, 5000 a second\n');
  t.end();
});

test('nothing to do is done at once', (t) => {
  const { stream, text } = output(false);
  progressOn(stream).update(0, 0);
  t.equal(text(), '100 %: 0 of 0 events\n');
  t.end();
});

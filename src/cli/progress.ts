import { SingleBar } from 'cli-progress';

export interface Progress {
  /** of: how many there are; 0: nobody knows yet. */
  update: (done: number, of: number) => void;
  stop: () => void;
}

/** Shows how far long work has got: a bar on a terminal, otherwise a line now and then. unit: what is counted. */
export const progressOf = (unit: string): Progress => (process.stdout.isTTY ? bar(unit) : lines(unit));

function bar(unit: string): Progress {
  const startMs = performance.now();
  const bar = new SingleBar({
    format: `{bar} {percentage}% | {value} of {total} ${unit} | {rate} a second | {eta_formatted} left`,
    stream: process.stdout,
    hideCursor: true,
  });
  return {
    update(done, of) {
      const seconds = (performance.now() - startMs) / 1000;
      const rate = seconds === 0 ? 0 : Math.round(done / seconds);
      if (bar.isActive) {
        bar.setTotal(of);
        bar.update(done, { rate });
      } else bar.start(of, done, { rate });
    },
    stop: () => bar.stop(),
  };
}

/** Without a total, a line at each further power of two. */
function lines(unit: string): Progress {
  let [tenths, next] = [0, 1024];
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  return {
    update(done, of) {
      if (of === 0) {
        if (done >= next) say(`${done} ${unit}`);
        while (next <= done) next *= 2;
        return;
      }
      const now = Math.floor((done / of) * 10);
      if (now > tenths) say(`${now * 10} %: ${done} of ${of} ${unit}`);
      tenths = Math.max(tenths, now);
    },
    stop: () => {},
  };
}

import { SingleBar } from 'cli-progress';

/** Shows how far long work has come. */
export interface Progress {
  /** of: the total, or an estimate of it; undefined if unknown. */
  update: (done: number, of: number | undefined) => void;
  stop: () => void;
}

interface Options {
  /** What is counted. */
  unit?: string;
  nowMs?: () => number;
}

/** A bar on a terminal, otherwise a line at each tenth. Both say the pace and the time left. */
export function progressOn(
  stream: NodeJS.WriteStream,
  { unit = 'events', nowMs = () => performance.now() }: Options = {},
): Progress {
  const begunMs = nowMs();
  const pace = (done: number, of: number | undefined): string => {
    const rate = done / Math.max((nowMs() - begunMs) / 1_000, 0.001);
    const left = of === undefined ? '' : `, ${Math.ceil((of - done) / Math.max(rate, 1))} s left`;
    return `${Math.round(rate)} a second${left}`;
  };
  return stream.isTTY ? bar(stream, unit, pace) : lines(stream, unit, pace);
}

type Pace = (done: number, of: number | undefined) => string;

function bar(stream: NodeJS.WriteStream, unit: string, pace: Pace): Progress {
  const format = `{bar} {percentage}% | {value} of {total} ${unit} | {pace}`;
  const bar = new SingleBar({ format, stream, hideCursor: true });
  return {
    update(done, of) {
      // With an unknown total the bar stays half full.
      const total = of ?? done * 2;
      if (!bar.isActive) bar.start(total, done, { pace: pace(done, of) });
      bar.setTotal(total);
      bar.update(done, { pace: pace(done, of) });
    },
    stop: () => bar.stop(),
  };
}

function lines(stream: NodeJS.WriteStream, unit: string, pace: Pace): Progress {
  let [tenths, next] = [0, 1024];
  return {
    update(done, of) {
      if (of === undefined) {
        if (done < next) return;
        while (next <= done) next *= 2;
        stream.write(`${done} ${unit}, ${pace(done, of)}\n`);
        return;
      }
      const now = of === 0 ? 10 : Math.floor((done / of) * 10);
      if (now <= tenths) return;
      tenths = now;
      const left = done < of ? `, ${pace(done, of)}` : '';
      stream.write(`${now * 10} %: ${done} of ${of} ${unit}${left}\n`);
    },
    stop: () => {},
  };
}

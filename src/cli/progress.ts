import { SingleBar } from 'cli-progress';

/** How far long work has come. */
export interface Progress {
  update: (events: number, of: number) => void;
  stop: () => void;
}

/** A bar on a terminal, otherwise a line at each tenth; with how fast it goes and how long it will take. */
export function progressOn(stream: NodeJS.WriteStream, nowMs = () => performance.now()): Progress {
  const begunMs = nowMs();
  const pace = (events: number, of: number): string => {
    const rate = events / Math.max((nowMs() - begunMs) / 1_000, 0.001);
    return `${Math.round(rate)} a second, ${Math.ceil((of - events) / Math.max(rate, 1))} s left`;
  };
  return stream.isTTY ? bar(stream, pace) : lines(stream, pace);
}

type Pace = (events: number, of: number) => string;

function bar(stream: NodeJS.WriteStream, pace: Pace): Progress {
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value} of {total} events | {pace}',
    stream,
    hideCursor: true,
  });
  return {
    update(events, of) {
      if (bar.isActive) bar.update(events, { pace: pace(events, of) });
      else bar.start(of, events, { pace: pace(events, of) });
    },
    stop: () => bar.stop(),
  };
}

function lines(stream: NodeJS.WriteStream, pace: Pace): Progress {
  let tenths = 0;
  return {
    update(events, of) {
      const now = of === 0 ? 10 : Math.floor((events / of) * 10);
      if (now <= tenths) return;
      tenths = now;
      const left = events < of ? `, ${pace(events, of)}` : '';
      stream.write(`${now * 10} %: ${events} of ${of} events${left}\n`);
    },
    stop: () => {},
  };
}

import { apartMaxMs, checkClock, requireClock } from '../../store/clock.ts';
import { type Check, type Finding, type Opened, ok, type Surroundings, wrong } from './check.ts';
import { duration, messageOf } from './words.ts';

const setRight = 'Set the clocks of both machines right (NTP).';

/** The clock against the log, whose times never go back. */
export const clock: Check<Opened> = {
  name: 'clock',
  look({ nowMs, start: { head } }) {
    const lastMs = head?.recorded_at ?? 0;
    if (lastMs === 0) return [ok(`${new Date(nowMs).toISOString()}; there is no event to compare it with`)];
    try {
      // A day behind or a year ahead: with such a clock the service does not start.
      checkClock(nowMs, lastMs);
      requireClock(nowMs, lastMs, nowMs);
    } catch (error) {
      return [wrong(`${messageOf(error)} docs/operate.md, "When the clock is wrong", says what to do.`)];
    }
    return [
      ok(nowMs >= lastMs ? `${duration(nowMs - lastMs)} ahead of the last event` : 'as the last event'),
    ];
  },
};

/** The clock against those of the services that answered, which say it to the second. */
export const clockOfService: Check<Surroundings> = {
  name: 'clock of the service',
  look({ nowMs, services }) {
    return services.flatMap(({ url, answer }): Finding[] => {
      if (!('status' in answer) || answer.atMs === undefined) return [];
      const apartMs = Math.abs(answer.atMs - nowMs);
      return [
        apartMs > apartMaxMs + 1_000
          ? wrong(`that of ${url} is ${duration(apartMs)} apart from the one here. ${setRight}`)
          : ok(`as the one here: ${url}`),
      ];
    });
  },
};

import { instantOf } from '../db/rows.ts';
import { Refusal } from '../errors.ts';
import { StoreUnavailable } from './lock-file.ts';

const dayMs = 86_400_000;
/** How far the clock of an instance may be from that of the database's server. */
export const apartMaxMs = 5_000;

/** The clock of this instance, and what it takes that of the server to say. */
export interface Clocks {
  own: () => number;
  server: (serverMs: number) => number;
}

/**
 * Throws Refusal `clock-differs` where this clock is off. askedMs: what it said before the server was asked: the server said
 * something between then and now, so a slow answer is no difference.
 */
export function requireSameClock({ own, server }: Clocks, askedMs: number, serverMs: number): void {
  const [nowMs, itsMs] = [own(), server(serverMs)];
  if (itsMs <= nowMs + apartMaxMs && itsMs >= askedMs - apartMaxMs) return;
  throw new Refusal(
    'clock-differs',
    `The clock of this instance says ${instantOf(nowMs)}, that of the database's server ${instantOf(itsMs)}.`,
  );
}

/** How far the log may be ahead of the clock before recording waits. */
const behindMaxMs = 5_000;
/** How far the clock may be ahead of the log, as what is stamped can't be taken back. */
const aheadMaxMs = 365 * dayMs;

/**
 * Throws Refusal `clock-behind` or `clock-ahead` where the clock may not stamp the log. lastMs: of the last event. startedMs: when
 * the recording began; that time was looked at then, or accepted by the operator.
 */
export function requireClock(nowMs: number, lastMs: number, startedMs: number): void {
  if (lastMs > nowMs + behindMaxMs) throw new Refusal('clock-behind', `${says(nowMs, lastMs)}.`);
  requireNotAhead(nowMs, lastMs, startedMs);
}

/** The same, for what is dated at least at the time of the last event: only a clock that is ahead matters. */
export function requireNotAhead(nowMs: number, lastMs: number, startedMs: number): void {
  if (nowMs <= Math.max(lastMs, startedMs) + aheadMaxMs) return;
  const started = `the ledger was started at ${instantOf(startedMs)}`;
  throw new Refusal('clock-ahead', `${says(nowMs, lastMs)}, and ${started}.`);
}

const says = (nowMs: number, lastMs: number): string =>
  `The clock says ${instantOf(nowMs)}, the log ends at ${instantOf(lastMs)}`;

/** At the start: a clock that is far off would stamp the log for ever, as recordedAt never goes back. Throws StoreUnavailable. */
export function checkClock(nowMs: number, lastMs: number): void {
  const [now, last] = [instantOf(nowMs), instantOf(lastMs)];
  const advice = 'Set the clock right; if it is right, start once with ALLOW_CLOCK_JUMP=true.';
  if (lastMs > nowMs + dayMs) {
    throw new StoreUnavailable(
      `The clock says ${now}, more than a day before the last event (${last}). ${advice}`,
    );
  }
  if (lastMs > 0 && nowMs > lastMs + aheadMaxMs) {
    throw new StoreUnavailable(
      `The clock says ${now}, more than a year after the last event (${last}). ${advice}`,
    );
  }
}

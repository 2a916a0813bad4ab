/** How long one turn may take. A post waits for some five turns of the event loop, so five times as long. */
const turnMs = 2.5;

/** The time at which the present turn began; undefined if nobody took one in this round of the event loop. */
let begunMs: number | undefined;
/** Whether somebody waited for the present turn. */
let isAwaited = false;
let isWatched = false;
/** Waits for a turn, in the order in which they began. */
const waiting: (() => void)[] = [];

/**
 * Resolves when the next turn begins: after everything that waits for the event loop, and after earlier waits for a turn. Long
 * work must ask for a turn after every few milliseconds.
 */
export function turn(): Promise<void> {
  // The present turn ends here. Requests that arrive meanwhile are served before the long work that waits.
  if (isAwaited) [begunMs, isAwaited] = [undefined, false];
  watch();
  return new Promise((resolve) => waiting.push(resolve));
}

/** The next turn, if the present one has used its time; undefined if it has time left. */
export function turnIfDue(): Promise<void> | undefined {
  if (begunMs === undefined) begin();
  else if (performance.now() - begunMs >= turnMs) return turn();
  return undefined;
}

/** Waits for the next turn where the present one has used its time. */
export async function whileDue(): Promise<void> {
  for (let due = turnIfDue(); due; due = turnIfDue()) await due;
}

function begin(): void {
  begunMs = performance.now();
  watch();
}

function watch(): void {
  if (isWatched) return;
  isWatched = true;
  setImmediate(cameRound);
}

/** Gives one turn in each round of the event loop, so that new requests are served between two turns. */
function cameRound(): void {
  [begunMs, isAwaited, isWatched] = [undefined, false, false];
  const next = waiting.shift();
  if (!next) return;
  begin();
  isAwaited = true;
  next();
}

/** Like `Array.map`, for many or large items: others have their turns in between. */
export async function mapInTurns<T, U>(
  items: readonly T[],
  map: (item: T, index: number) => U,
): Promise<U[]> {
  const mapped: U[] = [];
  for (const [index, item] of items.entries()) {
    for (let due = turnIfDue(); due; due = turnIfDue()) await due;
    mapped.push(map(item, index));
  }
  return mapped;
}

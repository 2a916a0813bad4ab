import { turn } from '../turns.ts';
import { hashedPage, type Range } from './hashed-page.ts';
import { type CheckedPage, type Checks, wholePage } from './page.ts';
import { type Reader, read } from './reader.ts';
import type { Threads } from './threads.ts';

/** Positions of a page. Each is a read transaction of its own, so that no writer's log grows for long. */
const pagePositions = 1_000;
/** Pages for each thread that are checked, or being checked, before their turn. */
const aheadMax = 4;

/** Checks the events up to the end of the log page by page, in all threads and this one; gives the pages in order. */
export async function* checkedPages(
  reader: Reader,
  checks: Checks,
  end: number,
  threads: Threads,
): AsyncGenerator<{ range: Range; page: CheckedPage }> {
  /** In order, given to a thread, or checked. */
  const open: { range: Range; page: Promise<CheckedPage>; isDone: boolean }[] = [];
  let last = 0;
  const hasRoom = (): boolean => last < end && open.length < (threads.count + 1) * aheadMax;
  const add = (range: Range, page: Promise<CheckedPage>): Promise<void> => {
    const one = { range, page, isDone: false };
    open.push(one);
    last = range.to;
    const done = (): void => {
      one.isDone = true;
      give();
    };
    return page.then(done, done);
  };
  const next = (): Range => ({ after: last, to: Math.min(last + pagePositions, end) });
  const give = (): void => {
    while (hasRoom()) {
      const range = next();
      const page = threads.check(range);
      if (!page) return;
      void add(range, page);
    }
  };

  for (;;) {
    give();
    // This thread does not wait where it can work.
    while (!open[0]?.isDone && hasRoom()) {
      const range = next();
      await add(range, checks.hashesOnly ? hashedPage(reader, range) : wholePage(reader, range, checks));
      await turn();
    }
    const first = open.shift();
    if (!first) return;
    const { range } = first;
    const page = await first.page;
    yield { range, page };
    if (page.positions.length > 0) continue;
    const [row] = await read<{ next: number | null }>(
      reader,
      'select min(position) as next from events where position > $1',
      range.to,
    );
    // Many may be missing.
    last = Math.max(last, (row?.next ?? end) - 1);
  }
}

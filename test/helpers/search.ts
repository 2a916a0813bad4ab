import { type Asking, answered, ask } from '../../src/shapes/asking.ts';
import { fileOf, isPostgres } from '../../src/store/open-store.ts';
import { postgresShadow } from '../../src/store/rebuild/postgres-shadow.ts';
import { SearchFill } from '../../src/store/rebuild/search-fill.ts';
import { sqliteShadow } from '../../src/store/rebuild/sqlite-shadow.ts';

/**
 * Fills the search index of a database as the thread of a service does, up to the end of the log or for so many transactions.
 * length: the positions of a segment.
 */
export async function fillSearch(url: string, length: number, transactions = Infinity): Promise<void> {
  const shadow = isPostgres(url) ? await postgresShadow(url) : sqliteShadow(fileOf(url), false);
  try {
    const run = <T>(work: Asking<T>): Promise<T> => answered(work, shadow.answer);
    const fill = new SearchFill(shadow.dialect, length);
    await run(fill.begin());
    const [head] = await run(ask<{ position: number }>('select position from head'));
    let left = transactions;
    for (;;) {
      const works = (await run(fill.next(head?.position ?? 0))) ?? [];
      if (works.length === 0) return;
      for (const work of works) {
        if (left === 0) return;
        left -= 1;
        await run(ask(shadow.begin));
        await run(work);
        await run(ask('commit'));
      }
    }
  } finally {
    await shadow.close();
  }
}

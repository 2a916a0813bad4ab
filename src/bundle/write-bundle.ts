import { commitmentsInText } from '../ledger/people.ts';
import type { Store } from '../store/store.ts';
import { listEvents, openingsOf } from '../views/event-log.ts';
import { listInitiatives } from '../views/records.ts';
import type { BundleLine } from './bundle.ts';

const pageLeaves = 1000;

/**
 * The lines of a bundle of the log up to a size. `answer` asks the service a path, and gives the body of its answer.
 * Reads short pages, so that it can run beside recording, however long it takes.
 */
export async function* bundleOf(
  store: Store,
  size: number,
  answer: (path: string) => Promise<string>,
): AsyncGenerator<BundleLine> {
  const { db, origin } = store;
  const rootHash = Buffer.from(await store.rootAt(size)).toString('hex');
  yield { bundle: 'milestone-ledger/1', origin, size, rootHash };
  for (const { vkey, signs_from, signs_until } of await db
    .selectFrom('signing_keys')
    .selectAll()
    .orderBy('signs_from')
    .orderBy('vkey')
    .execute()) {
    yield {
      key: { vkey, signsFrom: signs_from, ...(signs_until === null ? {} : { signsUntil: signs_until }) },
    };
  }
  /** Each opening stands beside the first leaf that mentions it. */
  const opened = new Set<string>();
  for (let after = 0; after < size; after += pageLeaves) {
    const range = { from: after, to: Math.min(size, after + pageLeaves) };
    const { items } = await listEvents(db, {}, range, 'asc', undefined, pageLeaves);
    const openings = await openingsOf(db, items);
    for (const { leaf } of items) {
      const own = commitmentsInText(leaf).flatMap((commitment) => {
        const opening = opened.has(commitment) ? undefined : openings.get(commitment);
        opened.add(commitment);
        return opening ?? [];
      });
      yield { leaf, ...(own.length === 0 ? {} : { openings: own }) };
    }
  }
  for (let last = -1; ; ) {
    const row = await db
      .selectFrom('checkpoints')
      .selectAll()
      .where('size', '>', last)
      .where('size', '<=', size)
      .orderBy('size')
      .limit(1)
      .executeTakeFirst();
    if (!row) break;
    yield { checkpoint: { size: row.size, signedAt: row.signed_at, note: row.note } };
    last = row.size;
  }
  for await (const path of answeredPaths(store, size)) yield { answer: { path, body: await answer(path) } };
}

/** What a bundle holds the service to: for every initiative the summary and the meetings, and the whole. */
async function* answeredPaths({ db }: Store, size: number): AsyncGenerator<string> {
  const moment = `asOfPosition=${size}`;
  yield `/v1/summary?${moment}`;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await listInitiatives(db, size, after, 100);
    for (const { initiativeId } of page.items) {
      yield `/v1/initiatives/${initiativeId}/summary?${moment}`;
      yield `/v1/initiatives/${initiativeId}/meetings?${moment}&limit=1000`;
    }
    after = page.next;
  }
}

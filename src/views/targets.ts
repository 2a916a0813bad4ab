import { wantedBy } from '../shapes/record-filter.ts';
import { isTarget, matchedMax, type WantedTargets } from '../shapes/targets.ts';
import type { FindTargets } from '../store/store.ts';
import { partyNamesAt } from './party-names.ts';
import { recordList } from './record-list.ts';

const page = { limit: 1_000, bytesMax: 2 ** 21 };

/** Finds the milestones that a `where` matches, beside recording. It finds one more than may be looked at, if there are so many. */
export const findTargets: FindTargets = async (
  store,
  { initiativeId, where: { recordIds, occurredOn, ...filters }, standing },
) => {
  const { db } = store;
  const { position } = await store.head();
  const names = await partyNamesAt(db, position);
  // Its values were checked with the shape of the event.
  const impossible = (filter: string, detail: string): Error => new Error(`${filter} ${detail}`);
  const wanted: WantedTargets = {
    ...wantedBy({ ...filters, standing: standing ? 'true' : 'false' }, impossible, (name) =>
      names.allOf(name),
    ),
    recordIds: recordIds && new Set(recordIds),
    occurredOn,
  };
  // They are looked at one by one when the event is recorded.
  if (recordIds && !wanted.correlationIds) return { position, recordIds, wanted };
  const list = recordList({ db, position, scope: { initiativeId, kinds: ['mou', 'project'] }, wanted });
  const correlationIds = new Set(wanted.correlationIds);
  const found: string[] = [];
  let after: number | undefined;
  do {
    const { items, next } = await list.page(after, page);
    const matched = items.filter((record) => isTarget(record, wanted, correlationIds));
    found.push(...matched.map(({ recordId }) => recordId));
    after = next === undefined ? undefined : Number(next);
  } while (after !== undefined && found.length <= matchedMax);
  return { position, recordIds: found.slice(0, matchedMax + 1), wanted };
};

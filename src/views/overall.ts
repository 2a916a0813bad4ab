import type { Kysely } from 'kysely';
import { isMilestone, type LedgerRecord } from '../ledger/record.ts';
import { recordOf, versionColumns } from '../store/rows.ts';
import type { Database } from '../store/schema.ts';
import { knownAt } from './at.ts';
import type { Counts } from './counts.ts';
import { recordRowOf } from './record-row.ts';
import { recordAt, retractedInitiatives } from './records.ts';
import { ChangingTally, everything, type Tally, TallySum } from './tally.ts';

/**
 * The counts over all standing initiatives, in which a milestone that several of them record counts once: of those
 * that `sameAs` links together, the one that was recorded first counts.
 */
export async function overallTally<T>(
  db: Kysely<Database>,
  counts: Counts,
  position: number,
  read: (tally: Tally) => T,
): Promise<T> {
  const retracted = await retractedInitiatives(db, position);
  const correction = new ChangingTally(false);
  for (const initiativeId of retracted) {
    await counts.at(initiativeId, position, (tally) => correction.merge(tally, -1));
  }
  for (const double of await doublesOf(db, position, new Set(retracted))) {
    const row = recordRowOf({ before: undefined, after: { record: double, position: 0, made: 0 } });
    correction.change(row, { ...row, standing: 0 });
  }
  return counts.at(everything, position, (tally) => read(new TallySum(tally, correction)));
}

interface Linked {
  record: LedgerRecord;
  made: number;
}

/** Standing milestones that are the same as one recorded before them. */
async function doublesOf(
  db: Kysely<Database>,
  position: number,
  retracted: Set<string>,
): Promise<LedgerRecord[]> {
  const rows = await db
    .selectFrom('records')
    .select(versionColumns)
    .where('same_as', 'is not', null)
    .where('standing', '=', 1)
    .where(knownAt(position))
    .orderBy('made')
    .execute();
  const linked = new Map<string, Linked>();
  for (const row of rows)
    linked.set(`${row.initiative_id}/${row.record_id}`, { record: recordOf(row), made: row.made });
  const groups = new Map<string, string>();
  // Chains of links are halved on the way, so that long ones are neither slow nor deep.
  const groupOf = (key: string): string => {
    let group = key;
    for (
      let parent = groups.get(group);
      parent !== undefined && parent !== group;
      parent = groups.get(group)
    ) {
      groups.set(group, groups.get(parent) ?? parent);
      group = parent;
    }
    return group;
  };
  for (const [key, { record }] of [...linked]) {
    const target = isMilestone(record) ? (record.data.sameAs ?? key) : key;
    if (!linked.has(target)) {
      const [initiativeId = '', recordId = ''] = target.split('/');
      const other = await milestoneAt(db, initiativeId, recordId, position);
      // Two that name the same third are the same as each other, even where the third is retracted or not known.
      if (other) linked.set(target, other);
    }
    groups.set(groupOf(key), groupOf(target));
  }
  const first = new Map<string, Linked>();
  const doubles: LedgerRecord[] = [];
  for (const [key, one] of [...linked].sort(([, a], [, b]) => a.made - b.made)) {
    if (retracted.has(one.record.initiativeId)) continue;
    const group = groupOf(key);
    if (first.has(group)) doubles.push(one.record);
    else first.set(group, one);
  }
  return doubles;
}

async function milestoneAt(
  db: Kysely<Database>,
  initiativeId: string,
  recordId: string,
  position: number,
): Promise<Linked | undefined> {
  const record = await recordAt(db, initiativeId, recordId, position);
  if (!record || !isMilestone(record) || record.status === 'retracted') return undefined;
  const { made } = await db
    .selectFrom('events')
    .select('position as made')
    .where('initiative_id', '=', initiativeId)
    .where('record_id', '=', recordId)
    .where('version', '=', 1)
    .executeTakeFirstOrThrow();
  return { record, made };
}

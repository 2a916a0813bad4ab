import { sql } from 'kysely';
import { recordOf, versionColumns } from '../db/rows.ts';
import type { Db } from '../db/schema.ts';
import type { LedgerRecord } from '../shapes/record.ts';
import { changesBetween, revealedChange } from '../shapes/state.ts';
import { eventOf } from '../shapes/stored-event.ts';
import { namesIn } from './openings.ts';
import { listed, type Page, type PageSize, portionsOf } from './slices.ts';

/** A record whose versions are asked for, as of a position. With `path`, only versions that changed something there. */
interface HistoryAsked {
  db: Db;
  initiativeId: string;
  recordId: string;
  position: number;
  path: string | undefined;
}

/** The versions after a version. */
export async function historyOf(
  asked: HistoryAsked,
  after: number,
  { limit, bytesMax }: PageSize,
): Promise<Page<object>> {
  const items = [];
  let bytes = 0;
  for await (const { version, bytes: more } of versionsFrom(asked, after)) {
    bytes += more;
    if (items.length === limit || (items.length > 0 && bytes > bytesMax))
      return { items, next: String(items.at(-1)?.version) };
    items.push(version);
  }
  return { items, next: undefined };
}

/** The number of versions after a version. `versions`: how many the record has. */
export async function countHistory(asked: HistoryAsked, versions: number, after: number): Promise<number> {
  if (asked.path === undefined) return Math.max(versions - after, 0);
  let total = 0;
  for await (const _ of versionsFrom(asked, after)) total += 1;
  return total;
}

/** Whether one path is the other, or leads to it. */
const touches = (one: string, other: string): boolean =>
  `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);

/** The number of versions that one query finds. Long ones are read in smaller portions. */
const sliceVersions = 200;

/** The versions after one, in order, with their stored bytes. */
async function* versionsFrom({ db, initiativeId, recordId, position, path }: HistoryAsked, after: number) {
  const versions = loggedVersions(db)
    .where('events.initiative_id', '=', initiativeId)
    .where('events.record_id', '=', recordId)
    .where('events.position', '<=', position);
  let before: LedgerRecord | undefined;
  // The first version is compared with the version before it.
  for (let from = after; ; ) {
    const found = await versions
      .select(['events.position', 'events.version', versionBytes.as('bytes')])
      .where('events.version', '>=', from)
      .orderBy('events.version')
      .limit(sliceVersions)
      .execute();
    for (const portion of portionsOf(found)) {
      const positions = portion.map(({ position }) => position);
      const rows = await versionsIn(loggedVersions(db).where('events.position', 'in', listed(positions)));
      const names = await namesIn(
        db,
        rows.map(({ record }) => record),
      );
      for (const [i, row] of rows.entries()) {
        const changes = changesBetween(before, row.record).filter(
          (change) => path === undefined || touches(change.path, path),
        );
        before = row.record;
        if (row.record.version > after && (path === undefined || changes.length > 0))
          yield {
            version: { ...originOf(row), changes: changes.map((change) => revealedChange(change, names)) },
            bytes: Number(portion[i]?.bytes),
          };
      }
    }
    if (found.length < sliceVersions) return;
    from = (found.at(-1)?.version ?? from) + 1;
  }
}

/** The stored bytes of a version and its event. */
const versionBytes = sql<number>`octet_length(events.leaf) + coalesce(octet_length(records.state), 0)`;

const loggedVersions = (db: Db) =>
  db.selectFrom('events').innerJoin('records', 'records.position', 'events.position');

/** Versions with their events, in the order of the log. */
async function versionsIn(query: ReturnType<typeof loggedVersions>) {
  const rows = await query
    .select(['events.leaf', ...versionColumns])
    .orderBy('events.position')
    .execute();
  return rows.map((row) => ({ leaf: row.leaf, position: row.position, record: recordOf(row) }));
}

/** The changes from one version to another, which may be earlier, and the events that made the two. Both versions must exist. */
export async function differenceOf(db: Db, initiativeId: string, recordId: string, from: number, to: number) {
  const versions = await versionsIn(
    loggedVersions(db)
      .where('events.initiative_id', '=', initiativeId)
      .where('events.record_id', '=', recordId)
      .where('events.version', 'in', [from, to]),
  );
  const before = versions.find(({ record }) => record.version === from);
  const after = versions.find(({ record }) => record.version === to);
  if (!before || !after) throw new Error(`${initiativeId}/${recordId} lacks version ${from} or ${to}`);
  const names = await namesIn(db, [before.record, after.record]);
  const changes = changesBetween(before.record, after.record);
  return {
    from: originOf(before),
    to: originOf(after),
    changes: changes.map((change) => revealedChange(change, names)),
  };
}

/** The event that made a version. */
function originOf({ leaf, position }: { leaf: string; position: number }) {
  const { version, eventId, type, recordedAt, recordedBy, reason, sources, note, correlationId } =
    eventOf(leaf);
  return { version, position, eventId, type, recordedAt, recordedBy, reason, sources, note, correlationId };
}

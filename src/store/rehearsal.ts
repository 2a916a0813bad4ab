import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import type { Facts, RecordRef } from '../ledger/facts.ts';
import type { Version } from '../ledger/record.ts';
import { refKey } from '../ledger/world.ts';
import { Edge } from '../tlog/edge.ts';
import { migrate } from './migrate.ts';
import type { Database } from './schema.ts';
import { sqliteFacts } from './sqlite-facts.ts';
import { sqliteWrite } from './sqlite-write.ts';
import type { GroupTransaction, Store } from './store.ts';

/** Where positions of a rehearsal begin, so that none is one of the log. */
const positionsFrom = 2 ** 40;

/** What a group sees of the end of the log. */
export type Seen = Pick<GroupTransaction, 'head' | 'facts'>;

/**
 * A store that begins as this one and keeps what is recorded in a temporary file, which SQLite removes when it is
 * closed, however that comes about: so events can be tried out in any number. The log itself may grow meanwhile. see: shows a
 * group the log as it is then; nothing has to be locked.
 */
export async function openRehearsal(
  store: Store,
  see: <T>(work: (seen: Seen) => Promise<T>) => Promise<T>,
): Promise<Store> {
  const handle = new Sqlite('');
  handle.pragma('synchronous = OFF');
  const builder = new Kysely<Database>({ dialect: new SqliteDialect({ database: handle }) });
  await migrate(builder);
  const own = sqliteFacts(handle, builder);
  const write = sqliteWrite(handle, builder);
  const erased = new Set<string>();
  let position = positionsFrom;
  return {
    ...store,
    group: (work) =>
      see(({ head, facts }) =>
        work({
          head: { ...head, position },
          // The tree is not tried out.
          edge: new Edge(0, []),
          facts: layered(own, facts, erased),
          write(batch) {
            write({ ...batch, tiles: [] });
            position += batch.changes.length;
            for (const { event } of batch.changes)
              for (const commitment of event.erased?.commitments ?? []) erased.add(commitment);
          },
        }),
      ),
    close: () => builder.destroy(),
  };
}

/** The facts of the log with those of the rehearsal over them. */
function layered(own: Facts, log: Facts, erased: ReadonlySet<string>): Facts {
  const refOf = ({ record: { initiativeId, recordId } }: Version): RecordRef => ({ initiativeId, recordId });
  const keyOf = ({ initiativeId, recordId }: RecordRef): string => refKey(initiativeId, recordId);
  const keysOf = (versions: Version[]): Set<string> => new Set(versions.map((one) => keyOf(refOf(one))));
  const facts: Facts = {
    // Besides those below, only warnings and kept answers ask for facts, and an import gives neither.
    ...log,
    async versions(refs) {
      const found = await own.versions(refs);
      const known = keysOf(found);
      return [...found, ...(await log.versions(refs.filter((ref) => !known.has(keyOf(ref)))))];
    },
    async events(eventIds) {
      const found = await own.events(eventIds);
      const known = new Set(found.map(({ eventId }) => eventId));
      return [...found, ...(await log.events(eventIds.filter((eventId) => !known.has(eventId))))];
    },
    // Of two numbers the higher one counts.
    lastNumbers: async (asked) => [...(await own.lastNumbers(asked)), ...(await log.lastNumbers(asked))],
    async milestonesAt(query) {
      const logged = await log.milestonesAt(query);
      const changed = keysOf(await own.versions(logged.map(refOf)));
      const unchanged = logged.filter((version) => !changed.has(keyOf(refOf(version))));
      // Where some of what was loaded has changed, what the limit cut off may take its place.
      if (unchanged.length < query.limit && logged.length === query.limit)
        return (await facts.milestonesAt({ ...query, limit: query.limit * 4 })).slice(0, query.limit);
      return [...unchanged, ...(await own.milestonesAt(query))]
        .sort((a, b) => a.made - b.made)
        .slice(0, query.limit);
    },
    async names(commitments) {
      const known = commitments.filter((commitment) => !erased.has(commitment));
      return new Map([...(await log.names(known)), ...(await own.names(known))]);
    },
  };
  return facts;
}

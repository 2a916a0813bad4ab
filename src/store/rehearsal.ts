import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import type { Database } from '../db/schema.ts';
import type { Facts, RecordRef } from '../ledger/facts.ts';
import { refKey } from '../ledger/touched.ts';
import { type Asking, answeredAtOnce } from '../shapes/asking.ts';
import type { Version } from '../shapes/record.ts';
import { Edge } from '../tlog/edge.ts';
import { factsIn } from './facts.ts';
import { migrate } from './migrate.ts';
import { answerOf, sqlite } from './sqlite/statements.ts';
import { sqliteWrite } from './sqlite/write.ts';
import { foreseesNothing, type GroupTransaction, type Store } from './store.ts';

/** Where positions of a rehearsal begin, so that none is one of the log. */
const positionsFrom = 2 ** 40;

/** What a group sees of the end of the log. */
export type Seen = Pick<GroupTransaction, 'head' | 'facts' | 'answered'>;

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
  const answer = answerOf(handle);
  const write = sqliteWrite(handle);
  const erased = new Set<string>();
  let position = positionsFrom;
  return {
    ...store,
    group: (work, foresee = foreseesNothing) =>
      see(async ({ head, facts: logged, answered }) => {
        const facts = layered((asking) => answeredAtOnce(asking, answer), logged, erased);
        const transaction: GroupTransaction = {
          head: { ...head, position },
          // The tree is not tried out.
          edge: new Edge(0, []),
          facts,
          answered,
          async write(batch) {
            write({ ...batch, tiles: [] });
            position += batch.changes.length;
            for (const { event } of batch.changes)
              for (const commitment of event.erased?.commitments ?? []) erased.add(commitment);
          },
        };
        return work(transaction, await answered(foresee(facts)));
      }),
    close: () => builder.destroy(),
  };
}

const own = factsIn(sqlite);

/** The facts of the log with those of the rehearsal over them. now: asks the rehearsal. */
function layered(now: <T>(asking: Asking<T>) => T, log: Facts, erased: ReadonlySet<string>): Facts {
  const refOf = ({ record: { initiativeId, recordId } }: Version): RecordRef => ({ initiativeId, recordId });
  const keyOf = ({ initiativeId, recordId }: RecordRef): string => refKey(initiativeId, recordId);
  const keysOf = (versions: Version[]): Set<string> => new Set(versions.map((one) => keyOf(refOf(one))));
  const facts: Facts = {
    // Besides those below, only kept answers and warnings that an import leaves out ask for facts.
    ...log,
    *versions(refs) {
      const found = now(own.versions(refs));
      const known = keysOf(found);
      return [...found, ...(yield* log.versions(refs.filter((ref) => !known.has(keyOf(ref)))))];
    },
    *events(eventIds) {
      const found = now(own.events(eventIds));
      const known = new Set(found.map(({ eventId }) => eventId));
      return [...found, ...(yield* log.events(eventIds.filter((eventId) => !known.has(eventId))))];
    },
    // Of two numbers the higher one counts.
    *lastNumbers(asked) {
      return [...now(own.lastNumbers(asked)), ...(yield* log.lastNumbers(asked))];
    },
    *milestonesAt(query) {
      const logged = yield* log.milestonesAt(query);
      const changed = keysOf(now(own.versions(logged.map(refOf))));
      const unchanged = logged.filter((version) => !changed.has(keyOf(refOf(version))));
      // Where some of what was loaded has changed, what the limit cut off may take its place.
      const { limit } = query;
      if (unchanged.length < limit && logged.length === limit)
        return (yield* facts.milestonesAt({ ...query, limit: limit * 4 })).slice(0, limit);
      const all = [...unchanged, ...now(own.milestonesAt(query))];
      return all.sort((a, b) => a.made - b.made).slice(0, limit);
    },
    *changedSince(initiativeId, position) {
      return [
        ...now(own.changedSince(initiativeId, 0)),
        ...(yield* log.changedSince(initiativeId, position)),
      ];
    },
    *correlationIds(initiativeId, recordIds) {
      const found = now(own.correlationIds(initiativeId, recordIds));
      return [...found, ...(yield* log.correlationIds(initiativeId, recordIds))];
    },
    *sameTitle(titleKeys, limit) {
      const logged = yield* log.sameTitle(titleKeys, limit);
      const changed = keysOf(now(own.versions(logged.map(refOf))));
      const unchanged = logged.filter((version) => !changed.has(keyOf(refOf(version))));
      return [...unchanged, ...now(own.sameTitle(titleKeys, limit))];
    },
    *externalIds(asked) {
      const logged = yield* log.externalIds(asked);
      const changed = keysOf(now(own.versions(logged)));
      return [...logged.filter((one) => !changed.has(keyOf(one))), ...now(own.externalIds(asked))];
    },
    *names(commitments) {
      const known = commitments.filter((commitment) => !erased.has(commitment));
      return [...(yield* log.names(known)), ...now(own.names(known))];
    },
  };
  return facts;
}

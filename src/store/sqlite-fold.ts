import type Sqlite from 'better-sqlite3';
import { evolve } from '../ledger/evolve.ts';
import type { Version } from '../ledger/record.ts';
import { eventOf, type StoredEvent } from '../ledger/stored-event.ts';
import { recordRowOf } from '../views/record-row.ts';
import { BrokenLeaf, checked } from './restore-leaves.ts';
import { versionOf } from './rows.ts';
import type { EventRow, RecordRow } from './schema.ts';
import { compiledOnce } from './sqlite-statements.ts';

export interface Folded {
  event: StoredEvent;
  before: RecordRow | undefined;
  after: RecordRow;
}

interface Made {
  version: Version;
  row: RecordRow;
}

type Leaf = Pick<EventRow, 'position' | 'initiative_id' | 'record_id' | 'version' | 'leaf'>;

/**
 * Folds leaves into rows of `records`, in constant memory: what comes before an event is read from the rows made here
 * before, in the table that they are written to. Throws BrokenLeaf.
 */
export class LeafFold {
  /** Folded up to here. */
  position: number;
  readonly #leaves: Sqlite.Statement<[number, number, number], Leaf>;
  readonly #made: Sqlite.Statement<[string, string, number], RecordRow & { state_text: string }>;
  /** By record, what may not be in the table yet. */
  readonly #unwritten = new Map<string, Made>();

  constructor(handle: Sqlite.Database, table: string, position = 0) {
    this.position = position;
    this.#leaves = handle.prepare(
      `select position, initiative_id, record_id, version, leaf from events
        where position > ? and position <= ? order by position limit ?`,
    );
    this.#made = handle.prepare(
      compiledOnce(
        `select made.*, coalesce(made.state, events.leaf) as state_text
          from events join ${table} as made on made.position = events.position
          where events.initiative_id = ? and events.record_id = ? and events.version = ?`,
      ),
    );
  }

  /** The next ones up to a position that the log has. written: the table has the rows up to this position. */
  next(to: number, limit: number, written: number): Folded[] {
    for (const [key, { row }] of this.#unwritten) {
      if (row.position > written) break;
      this.#unwritten.delete(key);
    }
    const folded = this.#leaves.all(this.position, to, limit).map((leaf) => this.#fold(leaf));
    if (folded.length === 0 && this.position < to) throw new BrokenLeaf(this.position + 1, 'is missing');
    return folded;
  }

  #fold({ position, leaf, ...columns }: Leaf): Folded {
    if (position !== this.position + 1) throw new BrokenLeaf(this.position + 1, 'is missing');
    return checked(position, () => {
      const event = eventOf(leaf);
      const { initiativeId, recordId, version } = event;
      // From here on the unique index over the columns is one over the leaves.
      if (
        columns.initiative_id !== initiativeId ||
        columns.record_id !== recordId ||
        columns.version !== version
      )
        throw new Error(
          `it is of version ${version} of ${initiativeId}/${recordId}, its columns say otherwise`,
        );
      const key = `${initiativeId}/${recordId}`;
      const before = this.#unwritten.get(key) ?? this.#written(event);
      const made: Version = {
        record: evolve(before?.version.record, event),
        position,
        made: before?.version.made ?? position,
      };
      const row = recordRowOf({ before: before?.version, after: made });
      // Again, so that the order is that of positions.
      this.#unwritten.delete(key);
      this.#unwritten.set(key, { version: made, row });
      this.position = position;
      return { event, before: before?.row, after: row };
    });
  }

  #written({ initiativeId, recordId, version }: StoredEvent): Made | undefined {
    if (version === 1) return undefined;
    const row = this.#made.get(initiativeId, recordId, version - 1);
    return row && { version: versionOf({ ...row, state: row.state_text }), row };
  }
}

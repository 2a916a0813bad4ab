import { evolve } from '../ledger/evolve.ts';
import type { Version } from '../ledger/record.ts';
import { eventOf, type StoredEvent } from '../ledger/stored-event.ts';
import { recordRowOf } from '../views/record-row.ts';
import { type Asking, ask } from './asking.ts';
import { BrokenLeaf, checked } from './restore-leaves.ts';
import { versionOf } from './rows.ts';
import type { EventRow, RecordRow } from './schema.ts';

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
  readonly #table: string;
  /** By record, what may not be in the table yet. */
  readonly #unwritten = new Map<string, Made>();

  constructor(table: string, position = 0) {
    this.#table = table;
    this.position = position;
  }

  /** The next ones up to a position that the log has. written: the table has the rows up to this position. */
  *next(to: number, limit: number, written: number): Asking<Folded[]> {
    for (const [key, { row }] of this.#unwritten) {
      if (row.position > written) break;
      this.#unwritten.delete(key);
    }
    const leaves = yield* ask<Leaf>(
      `select position, initiative_id, record_id, version, leaf from events
        where position > $1 and position <= $2 order by position limit $3`,
      this.position,
      to,
      limit,
    );
    if (leaves.length === 0 && this.position < to) throw new BrokenLeaf(this.position + 1, 'is missing');
    const rows = yield* ask<RecordRow & { state_text: string }>(
      `select made.*, coalesce(made.state, before.leaf) as state_text from events as after
        join events as before on before.initiative_id = after.initiative_id
          and before.record_id = after.record_id and before.version = after.version - 1
        join ${this.#table} as made on made.position = before.position
        where after.position > $1 and after.position <= $2 and after.version > 1`,
      this.position,
      leaves.at(-1)?.position ?? this.position,
    );
    const made = new Map(
      rows.map(({ state_text: state, ...row }) => [
        versionKey(row.initiative_id, row.record_id, row.version),
        { version: versionOf({ ...row, state }), row },
      ]),
    );
    return leaves.map((leaf) => this.#fold(leaf, made));
  }

  #fold({ position, leaf, ...columns }: Leaf, written: Map<string, Made>): Folded {
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
      const before = this.#unwritten.get(key) ?? written.get(versionKey(initiativeId, recordId, version - 1));
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
}

const versionKey = (initiativeId: string, recordId: string, version: number): string =>
  `${initiativeId}/${recordId}/${version}`;

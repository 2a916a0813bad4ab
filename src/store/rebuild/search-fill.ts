import { recordOf, type VersionRow } from '../../db/rows.ts';
import type { Database } from '../../db/schema.ts';
import {
  emptySearch,
  type SearchedRow,
  type SearchState,
  searchedColumns,
  searchVersion,
  segmentOf,
  selectSearchState,
} from '../../projections/search-segment.ts';
import { type Asking, ask } from '../../shapes/asking.ts';
import { facetsOf, wordsOf } from '../../shapes/facets.ts';
import type { Dialect } from '../facts.ts';

/** Positions of a segment: those behind the last one are searched one by one. */
const segmentLength = 2_048;
/** Versions whose texts are written in one go, and rows that are written or removed: some milliseconds each. */
const textsAtOnce = 256;
const rowsAtOnce = 1_000;

/** The index was emptied meanwhile. */
export class Emptied extends Error {}

/**
 * Fills the search index behind the log, in steps that each write one transaction. It follows from the log alone, so a step that a
 * crash interrupts is done again. length: the positions of a segment.
 */
export class SearchFill {
  readonly #dialect: Dialect;
  readonly #length: number;
  #generation = 0;
  /** Written up to here. */
  position = 0;
  #segments = 0;

  constructor(dialect: Dialect, length = segmentLength) {
    this.#dialect = dialect;
    this.#length = length;
  }

  /** false: a later version fills it. */
  *begin(): Asking<boolean> {
    const state = yield* searchState();
    [this.#generation, this.position, this.#segments] = [state.generation, state.texts, state.segments];
    return state.version <= searchVersion;
  }

  /** The next work to be done in transactions of its own, up to the end of the log; undefined: none is left. */
  *next(end: number): Asking<Asking<void>[] | undefined> {
    const { version } = yield* searchState();
    if (version !== searchVersion) return [this.#empty()];
    if (this.position - this.#segments >= this.#length) return yield* this.#segment();
    if (this.position >= end) return undefined;
    const texts = yield* this.#texts(end);
    return texts && [texts];
  }

  /** Removes some of what another version filled, or what somebody wants to be filled anew; in the end it is of this version. */
  *#empty(): Asking<void> {
    for (const [table, key] of emptied) {
      const removed = yield* ask(
        `delete from ${table} where (${key}) in (select ${key} from ${table} limit ${rowsAtOnce}) returning 1`,
      );
      if (removed.length > 0) return;
    }
    yield* ask(
      `insert into search_index values (1, $1, 1)
        on conflict (id) do update set version = excluded.version, generation = search_index.generation + 1`,
      searchVersion,
    );
    yield* this.begin();
  }

  /** undefined: the read model is being made anew, and lacks them. */
  *#texts(end: number): Asking<Asking<void> | undefined> {
    const rows = yield* ask<VersionRow>(
      `select records.position, made, records.initiative_id, records.record_id, records.kind, records.version, standing,
          coalesce(records.state, leaf) as state
        from records join events on events.position = records.position
        where records.position > $1 and records.position <= $2 order by records.position`,
      this.position,
      Math.min(end, this.position + textsAtOnce),
    );
    const last = rows.at(-1);
    return (
      last &&
      this.#write('search_texts', rows.map(textsOf), () => {
        this.position = last.position;
      })
    );
  }

  /** The row of the segment comes last: until then nobody reads the others. */
  *#segment(): Asking<Asking<void>[]> {
    const { row, postings } = segmentOf(yield* searchedRows(this.#segments, this.#segments + this.#length));
    const pieces = Array.from({ length: Math.ceil(postings.length / rowsAtOnce) }, (_, i) =>
      this.#write('search_postings', postings.slice(i * rowsAtOnce, (i + 1) * rowsAtOnce)),
    );
    return [
      ...pieces,
      this.#write('search_segments', [row], () => {
        this.#segments = row.last;
      }),
    ];
  }

  *#write(table: keyof Database, rows: readonly object[], written: () => void = () => {}): Asking<void> {
    const [state] = yield* ask<{ generation: number }>('select generation from search_index');
    if (state?.generation !== this.#generation) throw new Emptied();
    yield [...this.#dialect.insert(table, rows, 'on conflict do nothing')];
    written();
  }
}

const emptied = [
  ['search_segments', 'last'],
  ['search_texts', 'position'],
  ['search_postings', 'last, token'],
] as const;

/** Has the index filled anew: from then on nobody reads it, and whoever fills it empties it first. */
export const refillSearch = 'update search_index set version = 0, generation = generation + 1';

export function* searchState(): Asking<SearchState> {
  const [state] = yield* ask<SearchState>(selectSearchState);
  return state ?? emptySearch;
}

/** The texts of a version. */
export function textsOf(row: VersionRow): Database['search_texts'] {
  const record = recordOf(row);
  return { position: row.position, facets: facetsOf(record), words: wordsOf(record) };
}

/** What a segment over the positions behind one, up to another, is made of. */
export const searchedRows = (after: number, to: number): Asking<SearchedRow[]> =>
  ask<SearchedRow>(
    `select ${searchedColumns.map((column) => `records.${column}`).join()}, search_texts.facets, search_texts.words, leaf
      from records join search_texts on search_texts.position = records.position
        join events on events.position = records.position
      where records.position > $1 and records.position <= $2 order by records.position`,
    after,
    to,
  );

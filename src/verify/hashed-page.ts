import { leafHashOf } from '../tlog/merkle.ts';
import { read, type TableReader } from './reader.ts';
import type { LeafRow } from './start.ts';

/** The positions after one, up to another. */
export interface Range {
  after: number;
  to: number;
}

export interface HashedPage {
  /** Of the events that are there, in order. */
  positions: number[];
  leafHashes: Uint8Array[];
}

/** A page of which only hashes are wanted. It stands alone, so that a thread that does nothing else begins at once. */
export const hashedPage = async (reader: TableReader, range: Range): Promise<HashedPage> =>
  hashed(await rowsIn(reader, range, 'position, leaf'));

export const rowsIn = <R extends LeafRow>(
  reader: TableReader,
  { after, to }: Range,
  columns: string,
): Promise<R[]> =>
  read<R>(
    reader,
    `select ${columns} from events where position > $1 and position <= $2 order by position`,
    after,
    to,
  );

export const hashed = (rows: readonly LeafRow[]): HashedPage => ({
  positions: rows.map(({ position }) => position),
  leafHashes: rows.map(({ leaf }) => leafHashOf(leaf)),
});

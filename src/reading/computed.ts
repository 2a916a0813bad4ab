import { hash } from 'node:crypto';
import type { Visible } from '../access/visible.ts';
import type { Basis } from '../store/receipt.ts';
import { type At, asOfJson } from '../views/at.ts';

/** What is asked of the ledger: whatever a message to a thread can hold. */
export interface Asked {
  at: At;
  visible: Visible;
}

/** What was computed, in the bytes in which it is sent. */
export interface Computed {
  type: string;
  /** All of it, or how it begins. A text is an object without its moment and basis, which whoever sends it adds. */
  body: string | Uint8Array;
  /** Weak, over everything but moment and basis; absent where more follows. */
  etag?: string;
  /** With count=true: the number of items on this page and those after it. */
  total?: number;
  /** The cursor of the next page. */
  next?: string;
  /** How it goes on: each piece is computed when it is asked for. */
  rest?: AsyncIterableIterator<Uint8Array, void>;
}

export const json = 'application/json; charset=utf-8';

/** A weak ETag, because the bytes of the answer contain the basis, which moves with every event of the log. */
export const etagOf = (text: string): string => `W/"${hash('sha256', text, 'base64url').slice(0, 27)}"`;

export const basisJson = ({ treeSize, rootHash }: Basis): { treeSize: number; rootHash: string } => ({
  treeSize,
  rootHash: rootHash.toHex(),
});

/** The JSON of an object with its moment and basis. */
export function withProvenance(text: string, at: At): string {
  const provenance = `"asOf":${JSON.stringify(asOfJson(at))},"basis":${JSON.stringify(basisJson(at.basis))}}`;
  return text === '{}' ? `{${provenance}` : `${text.slice(0, -1)},${provenance}`;
}

/** A text as a whole, which has its own ETag. */
export const wholeText = (type: string, text: string): Computed => ({
  type,
  body: Buffer.from(text),
  etag: etagOf(text),
});

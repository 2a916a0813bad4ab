/** What verification finds, named for what it is; the names never change. */
export const findingNames = {
  'leaf-changed': 'a leaf is not the one that the tree was made of',
  'leaves-swapped': 'two leaves have each the hash that the place of the other needs',
  'positions-missing': 'events were taken out of the log',
  'log-shorter': 'something says that there were more events than there are',
  'head-differs': 'the end of the log is not where or what its row says',
  'tile-differs': 'a tile of the tree has other hashes than those of the leaves, which are right',
  'tree-differs': 'the log is not the one that a signed checkpoint was made of',
  'checkpoint-differs': 'a checkpoint does not say what its row says, or is of another log',
  'checkpoint-missing': 'a checkpoint is gone that was signed, as a later one or the signer knows',
  'signature-wrong': 'a checkpoint is not signed by a key that may sign it',
  'not-signed': 'the key that is trusted did not sign the whole log',
  'key-differs': 'a key, or the time in which it signs, is not what it was',
  'not-canonical': 'a leaf is not canonical JSON',
  'event-invalid': 'a leaf is not an event that could follow from those before it',
  'column-differs': 'a column beside a leaf says something else than the leaf',
  'version-order': 'the versions of a record do not follow each other',
  'clock-order': 'a time in the log goes back',
  'opening-wrong': 'the name of a person does not belong to its commitment, or to the log',
  'opening-missing': 'the name of a person is gone, and no event erased it',
  'erasure-undone': 'what an erasure destroyed is there again',
  'fingerprint-wrong': 'a fingerprint is none, or belongs to an event that was never posted',
  'record-differs': 'a version of a record is not what its events make of it',
  'record-missing': 'a version of a record is missing',
  'record-extra': 'a version of a record belongs to no event',
  'number-differs': 'the last number used in ids is not the one in the log',
  'snapshot-differs': 'kept counts are not those that the events come to',
  'search-differs': 'the search index is not what the events make of it',
  'kept-answer-differs': 'a kept answer stands for other events than it can',
  'ledger-differs': 'the row that names the log, or that of a read model, is not what it must be',
  'schema-differs': 'the tables, or what guards them, are not as the migrations make them',
  'index-differs': 'the database itself finds that its rows, indexes or pages do not fit together',
} as const;

export type FindingName = keyof typeof findingNames;

export interface Finding {
  /** In the log, where it concerns one. */
  position?: number;
  what: FindingName;
  detail: string;
}

/** Findings that are kept; of further ones only the number is known. */
export const findingsKeptMax = 1_000;

export class Findings {
  readonly kept: Finding[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(what: FindingName, detail: string, position?: number): void {
    this.#count += 1;
    if (this.kept.length < findingsKeptMax)
      this.kept.push({ ...(position === undefined ? {} : { position }), what, detail });
  }

  /** Adds those of a page, in their order; count: of them all. */
  addAll(kept: readonly Finding[], count: number): void {
    this.#count += count;
    this.kept.push(...kept.slice(0, findingsKeptMax - this.kept.length));
  }

  /** The positions in a range at which something beside the leaf contradicts it. */
  contradicted(from: number, to: number): number[] {
    const positions = this.kept.flatMap(({ position, what }) =>
      contradictions.has(what) && position !== undefined && position >= from && position <= to
        ? [position]
        : [],
    );
    return [...new Set(positions)].sort((a, b) => a - b);
  }
}

const contradictions = new Set<FindingName>([
  'not-canonical',
  'event-invalid',
  'column-differs',
  'record-differs',
  'version-order',
  'clock-order',
]);

/** What was found, without details, which may name somebody. */
export function firstOf([first]: readonly Finding[], count: number): string {
  const at = first?.position === undefined ? '' : ` at position ${first.position}`;
  const others = count > 1 ? `, and ${count - 1} more` : '';
  return first ? `${findingNames[first.what]}${at} (${first.what})${others}` : `${count} findings`;
}

/** A detail as a sentence. */
export const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

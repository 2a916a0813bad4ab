import type { LineError, ProblemCode } from '../errors.ts';
import { segmentsOf } from '../shapes/merge-patch.ts';

/** The faults of one kind in one column: how many, and the first of them. */
export interface FaultGroup {
  code: ProblemCode;
  /** Its header in the table, else what it is called; empty: the row as a whole. */
  column: string;
  count: number;
  examples: Pick<LineError, 'line' | 'value' | 'detail'>[];
}

const examplesMax = 3;
/** A file in which everything is wrong has no more kinds of faults than columns and codes together make. */
const groupsMax = 1_000;

/** The faults of a file by their kind, in the order in which they were met first. */
export class Faults {
  readonly #groups = new Map<string, FaultGroup>();

  add({ code, pointer, line, value, detail, column = columnOf(pointer) }: LineError): void {
    this.#merge({
      code,
      column,
      count: 1,
      examples: [{ line, ...(value !== undefined && { value }), detail }],
    });
  }

  addAll(groups: readonly FaultGroup[]): void {
    for (const group of groups) this.#merge(group);
  }

  list(): FaultGroup[] {
    return [...this.#groups.values()];
  }

  #merge({ code, column, count, examples }: FaultGroup): void {
    const key = `${code} ${column}`;
    const known = this.#groups.get(key);
    if (known) {
      known.count += count;
      known.examples.push(...examples.slice(0, examplesMax - known.examples.length));
    } else if (this.#groups.size < groupsMax)
      this.#groups.set(key, { code, column, count, examples: examples.slice(0, examplesMax) });
  }
}

/** The column of a table that a pointer into an event leads to. */
export function columnOf(pointer: string): string {
  const all = segmentsOf(pointer);
  const segments = all[0] === 'changes' ? all.slice(1) : all;
  // A table has the members of one source.
  if (segments[0] === 'sources') return ['source', ...segments.slice(2)].join('.');
  const entry = segments.findIndex((segment) => /^[0-9]+$/.test(segment));
  return (entry === -1 ? segments : segments.slice(0, entry)).join('.');
}

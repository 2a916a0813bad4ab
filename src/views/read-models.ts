import type { ReadModel } from '../store/store.ts';

/**
 * The read models. The version of one is raised with any change of what its tables hold for the same log: at the next
 * start they are then rebuilt. `records`: one row a version of a record, made by record-row.ts. `counts`: snapshots of
 * what tally.ts counts.
 */
export const readModels: readonly ReadModel[] = [
  { name: 'records', version: 10, tables: ['records', 'record_numbers'] },
  { name: 'counts', version: 3, tables: ['count_snapshots'] },
];

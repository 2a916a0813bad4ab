import type { Query } from '../../shapes/asking.ts';
import type { Run } from './run.ts';

/** Which tables the read models are: after a swap it is another text. */
export const tablesInUse = `concat_ws(' ', 'records'::regclass::oid, 'record_numbers'::regclass::oid,
  'count_snapshots'::regclass::oid)`;

/** Columns that say which tables the read models are, and what versions of the code wrote them. */
export const writtenColumns = `
  (select json_object_agg(view, version order by view) from view_versions)::text as versions,
  ${tablesInUse} as tables`;

export interface WrittenRow {
  versions: string;
  tables: string;
}

/** The same, with what the clock of the server says meanwhile, in milliseconds. */
export const lookAtWritten: Query = {
  text: `select ${writtenColumns}, (extract(epoch from clock_timestamp()) * 1000)::bigint as now`,
  values: [],
};

/** What an instance has seen of the read models, which another one may swap. */
export class Written {
  /** How often others took their place since the start. */
  swaps = -1;
  versions: ReadonlyMap<string, number> = new Map();
  tables = '';
  #versions = '';

  saw({ versions, tables }: WrittenRow): void {
    if (tables !== this.tables) this.swaps += 1;
    // Of names and numbers, as the column says.
    if (versions !== this.#versions)
      this.versions = new Map(Object.entries(JSON.parse(versions) as Record<string, number>));
    [this.tables, this.#versions] = [tables, versions];
  }

  async look(run: Run): Promise<void> {
    const [row] = await run<WrittenRow>(`select ${writtenColumns}`);
    if (!row) throw new Error('a statement without a table gave no row');
    this.saw(row);
  }
}

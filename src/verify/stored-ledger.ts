import { openAsBlob } from 'node:fs';
import type { Database } from '../db/schema.ts';
import { type Asking, answered } from '../shapes/asking.ts';
import { fileOf, isPostgres } from '../store/open-store.ts';
import { realFile } from '../store/real-file.ts';
import { turn } from '../turns.ts';
import { openPostgresReader } from './postgres-reader.ts';
import { CannotVerify, type Reader, read } from './reader.ts';
import { schemaDifferences } from './schema.ts';
import { openSqliteReader } from './sqlite-reader.ts';
import { type Start, startOf } from './start.ts';

/** Rows that one statement reads: each is a read transaction of its own, so that no writer's log grows for long. */
const pageRows = 1_000;

/** Before every position, also one that no ledger has. */
export const beforeAll = Number.MIN_SAFE_INTEGER;

/** Opens the database of a ledger to read it, and closes it after its use. Throws CannotVerify where it can't be read. */
export async function withStoredLedger<T>(
  url: string,
  use: (ledger: StoredLedger) => Promise<T>,
): Promise<T> {
  await using reader = await (isPostgres(url) ? openPostgresReader(url) : openSqliteReader(fileOf(url)));
  await requireForm(reader);
  return await use(new StoredLedger(reader, false));
}

/**
 * Does the same with a bundle, which may come from a stranger. Compares its schema before it reads anything else, because a view in
 * the place of a table would run what its maker wrote. Throws SchemaDiffers.
 */
export async function withBundle<T>(file: string, use: (ledger: StoredLedger) => Promise<T>): Promise<T> {
  await requireNoLines(file);
  await using reader = await openSqliteReader(realFile(file), true);
  const { present, made } = await reader.objects();
  const differences = schemaDifferences(present, made);
  const migrations = 'Table kysely_migration';
  // A bundle of another version is refused as such. This table is safe to read if it is as the migrations made it.
  if (differences.length === 0 || present.get(migrations) === made.get(migrations))
    await requireForm(reader, true);
  if (differences.length > 0) throw new SchemaDiffers(file, differences);
  return await use(new StoredLedger(reader, true));
}

/** A bundle whose tables, or what guards them, are not as the migrations make them. */
export class SchemaDiffers extends CannotVerify {
  readonly differences: string[];

  constructor(file: string, differences: string[]) {
    super(`${file} is no bundle of this version: ${differences[0]}`);
    this.differences = differences;
  }
}

/** Earlier versions wrote bundles in another form. */
async function requireNoLines(file: string): Promise<void> {
  const expected = '{"bundle":"milestone-ledger/1"';
  const begin = async (): Promise<string> => (await openAsBlob(file)).slice(0, expected.length).text();
  // Whoever opens what can't be read hears why.
  if ((await begin().catch(() => '')) !== expected) return;
  throw new CannotVerify(
    `${file} is a bundle of an earlier version, in lines of JSON, which this version does not read. Export it again.`,
  );
}

async function requireForm(reader: Reader, isBundle = false): Promise<void> {
  const { name, tables, migrations } = reader;
  const namesIn = async (query: string): Promise<string[]> =>
    (await read<{ name: string }>(reader, query)).map((row) => row.name);
  const present = await namesIn(tables);
  if (!present.includes('kysely_migration') || !present.includes('events'))
    throw new CannotVerify(`${name} is not a ledger.`);
  const names = await namesIn('select name from kysely_migration order by name');
  const other = (what: string): never => {
    throw new CannotVerify(`${name} is of another version: ${what}.`);
  };
  const unknown = names.find((one, i) => !migrations.includes(one) || names.indexOf(one) !== i);
  if (unknown !== undefined) other(`it has the migration ${unknown}, which this one does not know`);
  const missing = migrations.find((one) => !names.includes(one));
  const wayOut = isBundle ? 'that version reads it' : 'start the service, or run migrate';
  if (missing !== undefined) other(`it lacks the migration ${missing}; ${wayOut}`);
}

/** A ledger as it is stored: nothing about its content is taken for granted but the tables and columns. */
export class StoredLedger {
  readonly reader: Reader;
  readonly #isBundle: boolean;

  constructor(reader: Reader, isBundle: boolean) {
    this.reader = reader;
    this.#isBundle = isBundle;
  }

  /** What is there at one moment. */
  async start(): Promise<Start> {
    await this.read('begin');
    const start = await startOf(this.reader, this.#isBundle);
    await this.read('rollback');
    return start;
  }

  /** The result of work whose queries both engines understand. */
  answered<T>(work: Asking<T>): Promise<T> {
    return answered(work, this.reader.rows);
  }

  /** The rows of one such query. */
  read<R extends object>(text: string, ...values: unknown[]): Promise<R[]> {
    return read(this.reader, text, ...values);
  }

  /**
   * The rows of a query, in the order of a column, a page after the other; others have their turns in between. Its first value is
   * what that column comes after.
   */
  async *pages<R extends object>(by: keyof R, text: string, ...values: unknown[]): AsyncGenerator<R[]> {
    let [after, ...others] = values;
    for (let isLast = false; !isLast; ) {
      const rows = await this.read<R>(`${text} order by ${String(by)} limit ${pageRows}`, after, ...others);
      if (rows.length > 0) yield rows;
      isLast = rows.length < pageRows;
      after = rows.at(-1)?.[by];
      await turn();
    }
  }

  /** All checkpoints with sizes after one, up to another. */
  checkpoints(after: number, to: number): AsyncGenerator<Database['checkpoints'][]> {
    return this.pages('size', 'select * from checkpoints where size > $1 and size <= $2', after, to);
  }

  openingsOf(commitments: string[]): Promise<Database['openings'][]> {
    const { asked, list } = this.reader.dialect;
    return this.read(
      `select openings.* from ${asked} cross join openings where commitment = asked.value ->> 0`,
      list(commitments.map((commitment) => [commitment])),
    );
  }

  async snapshotAt(scope: string, position: number): Promise<Database['count_snapshots'] | undefined> {
    const [row] = await this.read<Database['count_snapshots']>(
      'select * from count_snapshots where initiative_id = $1 and position = $2',
      scope,
      position,
    );
    return row;
  }
}

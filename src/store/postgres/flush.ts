import type pg from 'pg';
import type { Query } from '../../shapes/asking.ts';

/** What came of a statement. The type of its rows is what it selects. */
export interface Answer {
  rows: object[];
  /** Such as COMMIT. */
  command: string;
}

/** A client that knows the columns of what is prepared on its connection, by the text of the statement. */
export interface PreparingClient extends pg.ClientBase {
  readonly prepared: Map<string, Column[]>;
}

export interface Column {
  name: string;
  parse: (text: string) => unknown;
}

/**
 * Sends statements in one go and waits for the answers to all of them: one round trip, however many they are. PostgreSQL executes
 * them in order, each as the ones before left the tables. Where one fails, none behind it is executed, and its error is thrown.
 * Each stays prepared on the connection.
 */
export function flush(
  client: PreparingClient,
  queries: readonly Query[],
  timeoutMs?: number,
): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const done = (error: unknown, answers: Answer[]): void => (error ? reject(error) : resolve(answers));
    client.query(new Flush(client, queries, done, timeoutMs));
  });
}

/** What pg says to a query that runs, as far as it is said here (pg's own Query, and pg-cursor). */
interface Running extends pg.Submittable {
  handleRowDescription(message: { fields: pg.FieldDef[] }): void;
  handleDataRow(message: { fields: (string | null)[] }): void;
  handleCommandComplete(message: { text: string }): void;
  handleReadyForQuery(): void;
  handleError(error: unknown): void;
}

class Flush implements Running {
  readonly #client: PreparingClient;
  readonly #queries: readonly Query[];
  readonly #answers: Answer[] = [];
  #rows: object[] = [];
  #columns: Column[] | undefined;
  // pg calls it after so many milliseconds, and then puts its own in its place.
  readonly query_timeout: number | undefined;
  callback: (error: unknown, answers: Answer[]) => void;

  constructor(
    client: PreparingClient,
    queries: readonly Query[],
    callback: (error: unknown, answers: Answer[]) => void,
    timeoutMs: number | undefined,
  ) {
    this.#client = client;
    this.#queries = queries;
    this.callback = callback;
    this.query_timeout = timeoutMs;
  }

  submit(connection: pg.Connection): void {
    const { stream } = connection;
    stream.cork();
    for (const { text, values } of this.#queries) {
      const [name, isPrepared] = [nameOf(text), this.#client.prepared.has(text)];
      if (!isPrepared) {
        // It may be there from a flush that failed.
        connection.close({ type: 'S', name }, true);
        connection.parse({ name, text, types: [] }, true);
      }
      connection.bind({ statement: name, values: values.map(encoded) }, true);
      if (!isPrepared) connection.describe({ type: 'P' }, true);
      connection.execute(null, true);
    }
    connection.sync();
    stream.uncork();
  }

  /** The statement that is answered next. */
  get #query(): Query {
    const query = this.#queries[this.#answers.length];
    if (!query) throw new Error('the database answered more than it was asked');
    return query;
  }

  handleRowDescription({ fields }: { fields: pg.FieldDef[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      // Of text, as that is what was asked for.
      parse: this.#client.getTypeParser(dataTypeID, 'text') as (text: string) => unknown,
    }));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#columns ??= this.#client.prepared.get(this.#query.text) ?? [];
    const row: Record<string, unknown> = {};
    for (const [i, { name, parse }] of this.#columns.entries()) {
      const text = fields[i] ?? null;
      row[name] = text === null ? null : parse(text);
    }
    this.#rows.push(row);
  }

  handleCommandComplete({ text: command }: { text: string }): void {
    const { prepared } = this.#client;
    if (!prepared.has(this.#query.text)) prepared.set(this.#query.text, this.#columns ?? []);
    this.#answers.push({ rows: this.#rows, command });
    this.#rows = [];
    this.#columns = undefined;
  }

  handleReadyForQuery(): void {
    this.callback(undefined, this.#answers);
  }

  handleError(error: unknown): void {
    // Its plan may be at fault.
    const failed = this.#queries[this.#answers.length];
    if (failed) this.#client.prepared.delete(failed.text);
    this.callback(error, []);
  }
}

const names = new Map<string, string>();

/** The name under which a statement is prepared: a number, and its first words for those who look at the server. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `${names.size} ${/^\W*(\w+\W+){0,2}\w+/.exec(text)?.[0]}`.slice(0, nameBytesMax);
  names.set(text, name);
  return name;
}

/** PostgreSQL cuts off what is longer. */
const nameBytesMax = 63;

/** A value as PostgreSQL reads it: bytes as they are, all else as text. */
function encoded(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Array.isArray(value) ? `{${value.map(quoted).join()}}` : String(value);
}

const quoted = (value: unknown): string => `"${String(value).replaceAll(/["\\]/g, '\\$&')}"`;

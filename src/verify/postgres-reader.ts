import { linesOf } from '../store/leaf-lines.ts';
import { connectionsTo, nameOfDatabase, reasonOf } from '../store/postgres-connection.ts';
import { CannotVerify, type Reader, type Value } from './reader.ts';

/** A PostgreSQL database, also on a standby, through a connection of its own. Throws CannotVerify. */
export async function openPostgresReader(url: string): Promise<Reader> {
  const name = nameOfDatabase(url);
  const cannotRead = (error: unknown): never => {
    throw new CannotVerify(`${name} can't be read: ${reasonOf(error)}.`);
  };
  const connections = connectionsTo(url);
  const client = await connections.newClient('without time-outs');
  await client.connect().catch(cannotRead);
  const read = async <R extends object>(sql: string, values: Value[] = []): Promise<R[]> => {
    const { rows } = await client.query(sql, values).catch(cannotRead);
    return rows;
  };
  const leafLines = async (after: number, to: number): Promise<Uint8Array | undefined> => {
    const rows = await read<{ leaf: string }>(
      'select leaf from events where position > $1 and position <= $2 order by position',
      [after, to],
    );
    return rows.length === to - after ? linesOf(rows.map(({ leaf }) => leaf)) : undefined;
  };
  await read('set default_transaction_read_only = on');
  return {
    name,
    read,
    leafLines,
    async tables() {
      const rows = await read<{ tablename: string }>(
        'select tablename from pg_tables where schemaname = any (current_schemas(false))',
      );
      return rows.map(({ tablename }) => tablename);
    },
    async atOneMoment(work) {
      await read('begin isolation level repeatable read');
      try {
        return await work();
      } finally {
        await read('rollback');
      }
    },
    close: () => client.end(),
  };
}

import { answered, type Query } from '../shapes/asking.ts';
import { postgresLeafLines } from '../store/leaf-lines.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { postgresMigrations } from '../store/migrate.ts';
import { connectionsTo, reasonOf } from '../store/postgres/connection.ts';
import { postgres } from '../store/postgres/run.ts';
import { nameOfDatabase } from '../store/postgres/url.ts';
import {
  type ObjectRow,
  objectsMadeOfPostgres,
  objectsOfPostgres,
  objectsStatement,
} from './postgres-objects.ts';
import { CannotVerify, type Reader, read } from './reader.ts';

/** A PostgreSQL database, also on a standby, through a connection of its own. Throws CannotVerify. */
export async function openPostgresReader(url: string): Promise<Reader> {
  const name = nameOfDatabase(url);
  const cannotRead = (error: unknown): never => {
    // Whose message is a sentence.
    if (error instanceof StoreUnavailable) throw new CannotVerify(error.message);
    throw new CannotVerify(`${name} can't be read: ${reasonOf(error)}.`);
  };
  const connect = async () => connectionsTo(url).newClient('without time-outs');
  const client = await connect().catch(cannotRead);
  const rows = async ({ text, values }: Query): Promise<object[]> =>
    (await client.query(text, values).catch(cannotRead)).rows;
  const reader: Reader = {
    name,
    place: { url },
    dialect: postgres,
    tables: 'select tablename as name from pg_tables where schemaname = any (current_schemas(false))',
    migrations: Object.keys(postgresMigrations),
    rows,
    leafLines: (after, to) => answered(postgresLeafLines(after, to), rows),
    objects: async () => ({
      present: objectsOfPostgres(await read<ObjectRow>(reader, objectsStatement)),
      made: objectsMadeOfPostgres,
    }),
    // Of pages and indexes only an extension that few have would tell.
    async faultsOf(table) {
      if (table !== 'idempotency_keys') return [];
      // In this order, as somebody may be recording.
      const [kept] = await read<{ max: number | null }>(
        reader,
        'select max(id) as max from idempotency_keys',
      );
      const [next] = await read<{ last: number | null }>(
        reader,
        `select case when has_sequence_privilege(sequence, 'select')
            then coalesce(pg_sequence_last_value(sequence::regclass), 0) end as last
          from pg_get_serial_sequence('idempotency_keys', 'id') as sequence`,
      );
      const [max, last] = [kept?.max ?? 0, next?.last ?? null];
      return last !== null && max > last
        ? [`the next id comes after ${last}, and there is one of ${max}`]
        : [];
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
  await read(reader, 'set session characteristics as transaction isolation level repeatable read, read only');
  return reader;
}

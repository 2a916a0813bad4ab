import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fastify } from 'fastify';
import pg from 'pg';

/*
 * A peer under measurement, in a process of its own and in the folder where it was installed: `server.js PEER URL CONNECTIONS`. The
 * route takes what the ledger's takes, checks nothing, and answers when PostgreSQL has committed.
 */

const [peer, connectionString, connections] = process.argv.slice(2);

const peers = {
  /** A record is a stream, and so is a batch: what it appends at once has one stream. */
  async emmett() {
    const { getPostgreSQLEventStore } = await import('@event-driven-io/emmett-postgresql');
    const pool = new pg.Pool({ connectionString, max: Number(connections) });
    const store = getPostgreSQLEventStore(connectionString, { connectionOptions: { pool } });
    return async (events) => {
      const { lastEventGlobalPosition } = await store.appendToStream(
        `record-${randomUUID()}`,
        events.map(({ type, ...data }) => ({ type, data })),
        { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' },
      );
      return Number(lastEventGlobalPosition);
    };
  },

  /** Each event has a stream of its own; a batch is one statement, which calls its function for each. */
  async 'message-db'() {
    await installMessageDb();
    const options = '-c search_path=message_store,public';
    const pool = new pg.Pool({ connectionString, options, max: Number(connections) });
    const text = `select max(write_message(id, 'record-' || id, event->>'type', event - 'type', null, -1)) as position
      from (select gen_random_uuid()::text as id, event from unnest($1::jsonb[]) as event) as written`;
    return async (events) => {
      const values = [events.map((event) => JSON.stringify(event))];
      const { rows } = await pool.query({ name: 'write', text, values });
      return Number(rows[0].position);
    };
  },
};

/** As its install.sh does with psql. */
async function installMessageDb() {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const at = dirname(createRequire(import.meta.url).resolve('@eventide/message-db/package.json'));
  const names = (folder, ...files) => files.map((file) => `${folder}/${file}`);
  for (const file of [
    'roles/message-store',
    'schema/message-store',
    'extensions/pgcrypto',
    'tables/messages',
    'types/message',
    ...names(
      'functions',
      'message-store-version',
      'hash-64',
      'acquire-lock',
      'category',
      'is-category',
      'id',
    ),
    ...names('functions', 'cardinal-id', 'stream-version', 'write-message'),
    ...names('indexes', 'messages-id', 'messages-stream', 'messages-category'),
  ]) {
    const statements = readFileSync(join(at, 'database', `${file}.sql`), 'utf8');
    await client.query(`set search_path = message_store, public; ${statements}`);
  }
  await client.end();
}

const append = await peers[peer]();
const app = fastify({ bodyLimit: 16 * 1024 * 1024 });
app.post('/v1/initiatives/:initiativeId/events', async (request, reply) => {
  const { events = [request.body] } = request.body;
  reply.code(201);
  return { position: await append(events) };
});
await app.listen({ host: '127.0.0.1', port: 0 });

let usage = performance.eventLoopUtilization();
process.on('SIGINT', () => {});
process.on('message', () => {
  const busy = performance.eventLoopUtilization(usage).utilization;
  usage = performance.eventLoopUtilization();
  process.send({ busy });
});
process.once('disconnect', () => process.exit());
process.send({ port: app.server.address().port });

import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Refusal } from '../../errors.ts';
import { closed } from '../../shapes/fields.ts';
import { tileWidth } from '../../tlog/edge.ts';
import { FormatError } from '../../tlog/format.ts';
import { encodeEntryBundle, parseTilePath, type TileName } from '../../tlog/tiles.ts';
import { eventsAt } from '../../views/event-log.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { isForAll } from '../plugins/headers.ts';
import { answerOf } from '../plugins/openapi.ts';

/** The log as tiles and bundles of entries (C2SP tlog-tiles), for monitors and witnesses that exist. */
export function tileRoutes(app: App, { store }: Ledger): void {
  const send = async (
    path: string,
    kind: 'hashes' | 'entries',
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const name = nameOf(path);
    // However the path was written: what a route needs is that of its kind.
    if ((name.level === 'entries') !== (kind === 'entries')) throw notFound('There is no such tile.');
    const { position } = await store.head();
    // What is written behind the head may not be on disk yet, and what was given once must stay.
    const bytes = lastLeafOf(name) > position ? undefined : await bytesOf(name);
    if (!bytes) throw notFound('The log has not that many leaves.');
    const forWhom = isForAll(reply.request) ? 'public' : 'private';
    return reply
      .headers({ 'cache-control': `${forWhom}, max-age=31536000, immutable` })
      .type('application/octet-stream')
      .send(Buffer.from(bytes));
  };

  async function bytesOf({ level, index, width }: TileName): Promise<Uint8Array | undefined> {
    if (level !== 'entries') return store.tile(level, index, width);
    const first = index * tileWidth + 1;
    const events = await eventsAt(
      store.db,
      Array.from({ length: width }, (_, i) => first + i),
    );
    return encodeEntryBundle(events.map(({ leaf }) => Buffer.from(leaf)));
  }

  const index = Type.String({
    maxLength: 20,
    description:
      'Three digits. An index of 1,000 or more is written in several parts (x001/234). A partial tile ends in .p/ and its width (001.p/45).',
  });
  const schema = {
    tags: ['log'],
    querystring: Type.Object({}, closed),
    response: {
      200: answerOf('The tile', {
        'application/octet-stream': Type.String({ contentEncoding: 'binary' }),
      }),
    },
  };
  const hashes = { access: 'principal' } as const;
  const entries = { access: 'audit' } as const;

  app.get(
    '/tile/:level/:index',
    {
      config: hashes,
      schema: {
        ...schema,
        operationId: 'getTile',
        summary: 'A tile of the tree',
        description: 'C2SP tlog-tiles: 256 hashes of 32 bytes each. An answer never changes.',
        params: Type.Object(
          {
            level: Type.String({ maxLength: 7, description: 'The level of the tile, beginning with 0.' }),
            index,
          },
          closed,
        ),
      },
    },
    (request, reply) => send(`${request.params.level}/${request.params.index}`, 'hashes', reply),
  );
  app.get(
    '/tile/entries/:index',
    {
      config: entries,
      schema: {
        ...schema,
        operationId: 'getEntries',
        summary: 'A bundle of entries',
        description:
          'C2SP tlog-tiles: 256 leaves, each after its length in two bytes. An answer never changes.',
        params: Type.Object({ index }, closed),
      },
    },
    (request, reply) => send(`entries/${request.params.index}`, 'entries', reply),
  );
  // OpenAPI has no word for a path of any number of parts.
  const rest = { hide: true, params: Type.Object({ '*': Type.String() }) };
  app.get('/tile/*', { config: hashes, schema: rest }, (request, reply) =>
    send(request.params['*'], 'hashes', reply),
  );
  app.get('/tile/entries/*', { config: entries, schema: rest }, (request, reply) =>
    send(`entries/${request.params['*']}`, 'entries', reply),
  );
}

/** The position of the last leaf that a tile says something of. */
const lastLeafOf = ({ level, index, width }: TileName): number =>
  (index * tileWidth + width) * tileWidth ** (level === 'entries' ? 0 : level);

function nameOf(path: string): TileName {
  try {
    return parseTilePath(`tile/${path}`);
  } catch (error) {
    if (error instanceof FormatError) throw notFound(`${error.message}.`);
    throw error;
  }
}

const notFound = (detail: string): Refusal => new Refusal('not-found', detail);

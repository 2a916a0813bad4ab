import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { closed } from '../../../events/fields.ts';
import { Refusal } from '../../errors.ts';
import type { Ledger } from '../../ledger-app.ts';
import { tileWidth } from '../../tlog/edge.ts';
import { FormatError } from '../../tlog/format.ts';
import { encodeEntryBundle, parseTilePath, type TileName } from '../../tlog/tiles.ts';
import { eventsAt } from '../../views/event-log.ts';
import type { App } from '../instance.ts';
import { problemResponses } from '../openapi.ts';

/** The log as tiles and bundles of entries (C2SP tlog-tiles), for monitors and witnesses that exist. */
export function tileRoutes(app: App, { store }: Ledger): void {
  const send = async (path: string, reply: FastifyReply): Promise<FastifyReply> => {
    const name = nameOf(path);
    const bytes =
      name.level === 'entries' ? await bundle(name) : await store.tile(name.level, name.index, name.width);
    if (!bytes) throw notFound('The log has not that many leaves.');
    return reply
      .headers({ 'cache-control': 'public, max-age=31536000, immutable' })
      .type('application/octet-stream')
      .send(Buffer.from(bytes));
  };

  async function bundle({ index, width }: TileName): Promise<Uint8Array | undefined> {
    const { position } = await store.head();
    const first = index * tileWidth + 1;
    if (first + width - 1 > position) return undefined;
    const events = await eventsAt(
      store.db,
      Array.from({ length: width }, (_, i) => first + i),
    );
    return encodeEntryBundle(events.map(({ leaf }) => Buffer.from(leaf)));
  }

  app.get(
    '/tile/:level/:index',
    {
      schema: {
        operationId: 'getTile',
        summary: 'A tile of the tree, or a bundle of entries',
        description:
          'C2SP tlog-tiles: 256 hashes of 32 bytes each, or as many leaves, each behind its length in two bytes. An index from 1,000 on is written in several parts (/tile/0/x001/234), and what is not full yet ends in .p/ and how many it has (/tile/0/001.p/45). What was given once never changes.',
        tags: ['log'],
        params: Type.Object(
          {
            level: Type.String({
              maxLength: 7,
              description: 'The level of the tile from 0 on, or "entries" for leaves.',
            }),
            index: Type.String({ maxLength: 20, description: 'Three digits.' }),
          },
          closed,
        ),
        querystring: Type.Object({}, closed),
        response: {
          200: {
            description: 'The tile',
            content: { 'application/octet-stream': { schema: Type.String({ contentEncoding: 'binary' }) } },
          },
          ...problemResponses,
        },
      },
    },
    (request, reply) => send(`${request.params.level}/${request.params.index}`, reply),
  );
  // OpenAPI has no word for a path of any number of parts.
  app.get(
    '/tile/*',
    { schema: { hide: true, params: Type.Object({ '*': Type.String() }) } },
    (request, reply) => send(request.params['*'], reply),
  );
}

function nameOf(path: string): TileName {
  try {
    return parseTilePath(`tile/${path}`);
  } catch (error) {
    if (error instanceof FormatError) throw notFound(`${error.message}.`);
    throw error;
  }
}

const notFound = (detail: string): Refusal => new Refusal('not-found', detail);

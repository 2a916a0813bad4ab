import { Type } from 'typebox';
import { closed } from '../../../events/fields.ts';
import { Refusal } from '../../errors.ts';
import type { Ledger } from '../../ledger-app.ts';
import { FormatError } from '../../tlog/format.ts';
import { encodeEntryBundle, parseTilePath, type TileName } from '../../tlog/tiles.ts';
import { eventsAt } from '../../views/event-log.ts';
import type { App } from '../instance.ts';
import { problemResponses } from '../openapi.ts';

/** The log as tiles and bundles of entries (C2SP tlog-tiles), for monitors and witnesses that exist. */
export function tileRoutes(app: App, { store }: Ledger): void {
  app.get(
    '/tile/*',
    {
      schema: {
        operationId: 'getTile',
        summary: 'A tile of the tree, or a bundle of entries',
        description:
          'C2SP tlog-tiles: /tile/{level}/{index…} holds up to 256 hashes of 32 bytes, /tile/entries/{index…} as many leaves, each behind its length in two bytes. Partial ones end in .p/{width}. They never change.',
        tags: ['log'],
        params: Type.Object({ '*': Type.String({ description: 'Level or "entries", and index.' }) }, closed),
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
    async (request, reply) => {
      const name = nameOf(request.params['*']);
      const bytes =
        name.level === 'entries' ? await bundle(name) : await store.tile(name.level, name.index, name.width);
      if (!bytes) throw notFound('The log has not that many leaves.');
      return reply
        .headers({ 'cache-control': 'public, max-age=31536000, immutable' })
        .type('application/octet-stream')
        .send(Buffer.from(bytes));
    },
  );

  async function bundle({ index, width }: TileName): Promise<Uint8Array | undefined> {
    const { position } = await store.head();
    const first = index * 256 + 1;
    if (first + width - 1 > position) return undefined;
    const events = await eventsAt(
      store.db,
      Array.from({ length: width }, (_, i) => first + i),
    );
    return encodeEntryBundle(events.map(({ leaf }) => Buffer.from(leaf)));
  }
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

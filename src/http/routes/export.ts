import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { Visible } from '../../access/visible.ts';
import { initiativeKnownAt } from '../../answers/known.ts';
import { moment, positionParameter } from '../../answers/parameters.ts';
import { object, Slug } from '../../shapes/fields.ts';
import { linesOf } from '../../store/leaf-lines.ts';
import { turn } from '../../turns.ts';
import { badQuery, resolveAt } from '../../views/at.ts';
import { type EventFilters, type LoggedLeaf, listEvents } from '../../views/event-log.ts';
import type { Page, PositionRange } from '../../views/slices.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf } from '../plugins/openapi.ts';
import { basisHeaders } from '../wire/payload.ts';
import { ndjson, sendStreamed } from '../wire/streamed.ts';
import { basisOfTable } from './answers.ts';

/** What is read and sent at once: as many leaves as are likely to fit. */
const pageBytes = 512 * 1024;
const pageLeavesMax = 128;

const description = `The log up to the position where it ends when the request arrives (or up to asOf), as NDJSON: each line is a leaf, byte for byte as it was hashed. Names of persons are not in it. The headers name the tree that all the leaves up to there make; with after, the earlier ones are left out, so that a copy can be brought up to date.

The answer is complete if it ends as HTTP says it must (its last chunk); an interrupted one is cut off, and can be taken up again with after.`;

/** The log for others to keep: GET /v1/export. */
export function exportRoute(app: App, { store }: Ledger): void {
  app.get(
    '/v1/export',
    {
      config: { access: 'export', long: true },
      schema: {
        operationId: 'exportLog',
        summary: 'The log as a file',
        description,
        tags: ['log'],
        querystring: object({
          ...moment,
          after: positionParameter('Only leaves after this position.'),
          initiativeId: Type.Optional(Slug),
        }),
        response: { 200: answerOf('The leaves, one a line', { [ndjson]: Type.String() }, basisOfTable) },
      },
    },
    async (request, reply) => {
      const { after = 0, initiativeId } = request.query;
      const at = await resolveAt(store, request.query);
      if (after > at.position)
        throw badQuery('/query/after', `is after the end of the export, which is ${at.position}`);
      if (initiativeId !== undefined)
        await initiativeKnownAt(store, request.caller.visible, initiativeId, at.position);
      reply.headers({
        ...basisHeaders(at),
        'content-disposition': 'attachment; filename="ledger.ndjson"',
      });
      const range = { from: after, to: at.position };
      return sendStreamed(request, reply, ndjson, () =>
        Readable.from(pagesOf(range, request.caller.visible, initiativeId)),
      );
    },
  );

  /** Page by page, each by one short query, so that neither memory nor a read transaction waits for the reader. */
  async function* pagesOf(
    range: PositionRange,
    visible: Visible,
    initiativeId?: string,
  ): AsyncGenerator<Uint8Array> {
    const pages = initiativeId === undefined ? allOf(range) : ofInitiative(range, { initiativeId, visible });
    for await (const lines of pages) {
      if (lines.length > 0) yield lines;
      await turn();
    }
  }

  async function* allOf({ from, to }: PositionRange): AsyncGenerator<Uint8Array> {
    for (let leaves = 16; from < to; ) {
      const end = Math.min(from + leaves, to);
      const lines = await store.leafLines(from, end);
      // An export with a gap would look whole.
      if (!lines) throw new Error(`the log lacks leaves after position ${from}`);
      yield lines;
      leaves = Math.ceil(Math.min(((end - from) * pageBytes) / lines.length, leaves * 2, pageLeavesMax));
      from = end;
    }
  }

  async function* ofInitiative(range: PositionRange, filters: EventFilters): AsyncGenerator<Uint8Array> {
    const size = { limit: pageLeavesMax, bytesMax: pageBytes };
    for (let after: number | undefined = range.from; after !== undefined; ) {
      const asked = { db: store.db, filters, range, order: 'asc' } as const;
      const page: Page<LoggedLeaf> = await listEvents(asked, after, size);
      if (page.items.length > 0) yield linesOf(page.items.map(({ leaf }) => leaf));
      after = page.next === undefined ? undefined : Number(page.next);
    }
  }
}

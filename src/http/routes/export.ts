import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Slug } from '../../../events/fields.ts';
import type { Ledger } from '../../ledger-app.ts';
import { linesOf } from '../../store/leaf-lines.ts';
import { badQuery, resolveAt } from '../../views/at.ts';
import { readOn } from '../../views/event-log.ts';
import type { PositionRange } from '../../views/slices.ts';
import { basisHeaders } from '../answers.ts';
import type { App } from '../instance.ts';
import { problemResponses } from '../openapi.ts';
import { moment, queryOf } from '../queries.ts';
import { ndjson, sendStreamed, turn } from '../streamed.ts';
import { basisOfTable } from './reading.ts';

const pageLeaves = 500;
const nothing = new Uint8Array();

const description = `The log up to the position where it ends when the request arrives (or up to asOf), as NDJSON: each line is a leaf, byte for byte as it was hashed. Names of persons are not in it. The headers name the tree that all the leaves up to there make; with after, the earlier ones are left out, so that a copy can be brought up to date.

The answer is complete if it ends as HTTP says it must (its last chunk); an interrupted one is cut off, and can be taken up again with after.`;

/** The log for others to keep: GET /v1/export. */
export function exportRoute(app: App, { store }: Ledger): void {
  app.get(
    '/v1/export',
    {
      schema: {
        operationId: 'exportLog',
        summary: 'The log as a file',
        description,
        tags: ['log'],
        querystring: queryOf({
          ...moment,
          after: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: Number.MAX_SAFE_INTEGER,
              description: 'Only leaves after this position.',
            }),
          ),
          initiativeId: Type.Optional(Slug),
        }),
        response: {
          200: {
            description: 'The leaves, one a line',
            headers: basisOfTable,
            content: { [ndjson]: { schema: Type.String() } },
          },
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const { after = 0, initiativeId } = request.query;
      const at = await resolveAt(store, request.query);
      if (after > at.position)
        throw badQuery('/query/after', `is after the end of the export, which is ${at.position}`);
      reply.headers({
        ...basisHeaders(at),
        'content-disposition': 'attachment; filename="ledger.ndjson"',
      });
      const range = { from: after, to: at.position };
      return sendStreamed(request, reply, ndjson, () => Readable.from(pagesOf(range, initiativeId)));
    },
  );

  /** Page by page, each by one short query, so that neither memory nor a read transaction waits for the reader. */
  async function* pagesOf({ from, to }: PositionRange, initiativeId?: string): AsyncGenerator<Uint8Array> {
    while (from < to) {
      const page = await pageOf({ from, to }, initiativeId);
      from = page.position;
      if (page.lines.length > 0) yield page.lines;
      await turn();
    }
  }

  async function pageOf({ from, to }: PositionRange, initiativeId: string | undefined) {
    if (initiativeId !== undefined) {
      const { events, position } = await readOn(store.db, { initiativeId }, { from, to }, pageLeaves);
      return { lines: events.length > 0 ? linesOf(events.map(({ leaf }) => leaf)) : nothing, position };
    }
    const position = Math.min(from + pageLeaves, to);
    const lines = await store.leafLines(from, position);
    // An export with a gap would look whole.
    if (!lines) throw new Error(`the log lacks leaves after position ${from}`);
    return { lines, position };
  }
}

import { Type } from 'typebox';
import { initiativeKnownAt } from '../../answers/known.ts';
import { moment, positionParameter } from '../../answers/parameters.ts';
import { ndjson } from '../../reading/list.ts';
import type { Reading } from '../../reading/tasks.ts';
import { object, Slug } from '../../shapes/fields.ts';
import { badQuery, resolveAt } from '../../views/at.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf } from '../plugins/openapi.ts';
import { goneOf } from '../wire/gone.ts';
import { basisHeaders, sendComputed } from '../wire/payload.ts';
import { basisOfTable } from './answers.ts';

const description = `The log up to the position where it ends when the request arrives (or up to asOf), as NDJSON: each line is a leaf, byte for byte as it was hashed. Names of persons are not in it. The headers name the tree that all the leaves up to there make; with after, the earlier ones are left out, so that a copy can be brought up to date. With Accept-Encoding it is sent compressed (zstd, gzip).

The answer is complete if it ends as HTTP says it must (its last chunk); an interrupted one is cut off, and can be taken up again with after.`;

/** The log for others to keep: GET /v1/export. */
export function exportRoute(app: App, { store }: Ledger, reading: Reading): void {
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
      const asked = { at, visible: request.caller.visible, parameters: request.query };
      return sendComputed(request, reply, await reading.compute('export', asked, goneOf(reply)));
    },
  );
}

import { PassThrough } from 'node:stream';
import { Type } from 'typebox';
import { RebuildLine } from '../../answers/schemas.ts';
import { Refusal } from '../../errors.ts';
import { ndjson } from '../../reading/list.ts';
import { object, ref } from '../../shapes/fields.ts';
import { BrokenLeaf } from '../../store/broken-leaf.ts';
import { readModels } from '../../views/read-models.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf } from '../plugins/openapi.ts';

const names = readModels.map(({ name }) => name);

/** For the operator: POST /v1/rebuild. */
export function rebuildRoute(app: App, { upkeep }: Ledger): void {
  app.post(
    '/v1/rebuild',
    {
      config: { access: 'administer' },
      schema: {
        operationId: 'rebuild',
        summary: 'Rebuild read models from the log',
        description:
          'Rebuilds beside reading and recording, compares each read model with the present one, and swaps it in if they differ. The answer has a line of JSON now and then with the progress, and a last line with the outcome. Breaking off the request ends the rebuild.',
        tags: ['operations'],
        querystring: object({
          view: Type.Optional(
            Type.Array(Type.Enum(names), {
              minItems: 1,
              description: 'The read models to rebuild; all by default.',
            }),
          ),
        }),
        response: { 200: answerOf('The progress and the outcome', { [ndjson]: ref(RebuildLine) }) },
      },
    },
    async (request, reply) => {
      // What a later version wrote stays, unless the command is run.
      await upkeep.outdated();
      upkeep.check();
      const lines = new PassThrough();
      const brokenOff = new AbortController();
      lines.once('close', () => brokenOff.abort());
      const begun = Promise.withResolvers<void>();
      const say = (line: object): void => {
        begun.resolve();
        lines.write(`${JSON.stringify(line)}\n`);
      };
      void upkeep
        .run(request.query.view ?? names, say, brokenOff.signal)
        .then(
          (views) => say({ outcome: 'done', views }),
          (error) => {
            // Refused before it began, it has a status of its own.
            if (error instanceof Refusal) begun.reject(error);
            const detail = reasonOf(error);
            if (detail === undefined && !brokenOff.signal.aborted)
              request.log.error({ err: error }, 'rebuild failed, which is a bug');
            const position = error instanceof BrokenLeaf ? { position: error.position } : {};
            say({ outcome: 'stopped', ...position, detail: detail ?? 'The log of the service says why.' });
          },
        )
        .then(() => lines.end());
      await begun.promise;
      return reply.type(ndjson).send(lines);
    },
  );
}

const reasonOf = (error: unknown): string | undefined =>
  error instanceof BrokenLeaf || error instanceof Refusal ? error.message : undefined;

import { PassThrough } from 'node:stream';
import { Type } from 'typebox';
import { ref } from '../../../events/fields.ts';
import { Refusal } from '../../errors.ts';
import type { Ledger } from '../../ledger-app.ts';
import { BrokenLeaf } from '../../store/restore-leaves.ts';
import { readModels } from '../../views/read-models.ts';
import type { App } from '../instance.ts';
import { problemResponses } from '../openapi.ts';
import { queryOf } from '../queries.ts';
import { RebuildLine } from '../schemas.ts';

const names = readModels.map(({ name }) => name);

/** For the operator: POST /v1/rebuild. */
export function rebuildRoute(app: App, { rebuilds }: Ledger): void {
  app.post(
    '/v1/rebuild',
    {
      schema: {
        operationId: 'rebuild',
        summary: 'Make read models anew from the log',
        description:
          'Beside reading and recording: compares each with the present one, and swaps it in where they differ. The answer is a line of JSON now and then that says how far it is, and a last one with the outcome. It ends when the request is broken off.',
        tags: ['operations'],
        querystring: queryOf({
          view: Type.Optional(
            Type.Array(Type.Enum(names), { minItems: 1, description: 'Which read models; all by default.' }),
          ),
        }),
        response: {
          200: {
            description: 'How far it is, and what came of it',
            content: { 'application/x-ndjson': { schema: ref(RebuildLine) } },
          },
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      // What a later version wrote stays, unless the command is run.
      await rebuilds.outdated();
      rebuilds.check();
      const lines = new PassThrough();
      const brokenOff = new AbortController();
      lines.once('close', () => brokenOff.abort());
      const begun = Promise.withResolvers<void>();
      const rebuilt = rebuilds.run(
        request.query.view ?? names,
        (progress) => {
          begun.resolve();
          lines.write(`${JSON.stringify(progress)}\n`);
        },
        brokenOff.signal,
      );
      void rebuilt
        .then(
          (views) => ({ outcome: 'done', views }),
          (error) => {
            // Refused before it began, it has a status of its own.
            if (error instanceof Refusal) begun.reject(error);
            const detail = reasonOf(error);
            if (detail === undefined && !brokenOff.signal.aborted)
              request.log.error({ err: error }, 'rebuild failed, which is a bug');
            const position = error instanceof BrokenLeaf ? { position: error.position } : {};
            return { outcome: 'stopped', ...position, detail: detail ?? 'The log of the server says why.' };
          },
        )
        .then((last) => {
          lines.end(`${JSON.stringify(last)}\n`);
          begun.resolve();
        });
      await begun.promise;
      return reply.type('application/x-ndjson').send(lines);
    },
  );
}

const reasonOf = (error: unknown): string | undefined =>
  error instanceof BrokenLeaf || error instanceof Refusal ? error.message : undefined;

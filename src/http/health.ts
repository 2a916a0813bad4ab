import { Type } from 'typebox';
import { Refusal } from '../errors.ts';
import type { App } from './instance.ts';
import { problemResponses } from './openapi.ts';

const Health = Type.Object({ status: Type.Literal('ok') }, { $id: 'Health', description: 'All is well.' });

/** For whoever watches the process. While the ledger closes, both answer 503, as everything does. */
export function serveHealth(app: App, ready: () => Promise<void> | void): void {
  app.addSchema(Health);
  const response = {
    200: { description: 'Yes', content: { 'application/json': { schema: Type.Ref('Health#') } } },
    ...problemResponses,
  };
  const common = { tags: ['operations'], response };

  // Asked every few seconds, so it is logged only if something is wrong.
  app.get(
    '/livez',
    {
      logLevel: 'warn',
      schema: {
        ...common,
        operationId: 'getLiveness',
        summary: 'Is the process alive?',
        description: 'Answers without looking at the database.',
      },
    },
    () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
        ...common,
        operationId: 'getReadiness',
        summary: 'Can the ledger be used?',
        description: 'Looks at all that reading and writing needs.',
      },
    },
    async (request) => {
      try {
        await ready();
      } catch (error) {
        // Says itself what is awaited.
        if (error instanceof Refusal && error.code === 'not-ready') throw error;
        request.log.warn({ err: error }, 'not ready');
        throw new Refusal('not-ready', 'The log of the server says why.');
      }
      return { status: 'ok' };
    },
  );
}

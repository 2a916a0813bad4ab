import { Type } from 'typebox';
import { object } from '../../shapes/fields.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { jsonAnswer } from '../plugins/openapi.ts';

/** When the last event was recorded. */
export function clockRoute(app: App, { store }: Ledger): void {
  app.get(
    '/v1/log/clock',
    {
      config: { access: 'principal' },
      schema: {
        operationId: 'getClock',
        summary: 'The time of the last event',
        description: 'When the last event was recorded, in milliseconds since 1970.',
        tags: ['log'],
        querystring: object({}),
        response: { 200: jsonAnswer('The time', object({ recordedAtMs: Type.Integer() })) },
      },
    },
    async () => ({ recordedAtMs: (await store.head()).recordedAt }),
  );
}

import { Type } from 'typebox';
import { Refusal } from '../../errors.ts';
import type { App } from '../app.ts';
import { jsonAnswer } from './openapi.ts';

export type Ready = () => Promise<readonly string[]> | readonly string[];

const Health = Type.Object(
  {
    status: Type.Literal('ok'),
    warnings: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Warnings for the operator of a ledger that is ready: for example, settings of the database server that may lose acknowledged events.',
      }),
    ),
  },
  { $id: 'Health', description: 'It is.' },
);

/** `/livez` and `/readyz`. While the ledger closes, both answer 503, like every path. */
export function serveHealth(app: App, ready: Ready): void {
  app.addSchema(Health);
  const common = { tags: ['operations'], response: { 200: jsonAnswer('Yes', Type.Ref('Health#')) } };
  /** The reason why the ledger was not ready at the last request. */
  let reason: string | undefined;

  // Monitors ask every few seconds, so only failures are logged.
  app.get(
    '/livez',
    {
      config: { access: 'nothing' },
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
      config: { access: 'nothing' },
      logLevel: 'warn',
      schema: {
        ...common,
        operationId: 'getReadiness',
        summary: 'Can the ledger be used?',
        description:
          'Checks everything that reading and writing need. It answers 503 while the next post would be refused, and 200 otherwise.',
      },
    },
    async () => {
      try {
        const warnings = await ready();
        if (reason !== undefined) app.log.info('ready again');
        reason = undefined;
        return { status: 'ok', ...(warnings.length > 0 && { warnings }) };
      } catch (error) {
        const refusal = error instanceof Refusal ? error : undefined;
        // Monitors ask every few seconds, so the reason is logged only when it changes.
        const now = refusal ? `${refusal.code}: ${refusal.message}` : String(error);
        const err = refusal ? refusal.cause : error;
        if (now !== reason) app.log.warn({ reason: now, ...(err !== undefined && { err }) }, 'not ready');
        reason = now;
        // The answer that a post would get, without the cause, which was logged.
        if (refusal) throw new Refusal(refusal.code, refusal.message, refusal.members);
        throw new Refusal('not-ready', 'The log of the service says why.');
      }
    },
  );
}

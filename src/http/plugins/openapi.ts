import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type TSchema, Type } from 'typebox';
import packageJson from '../../../package.json' with { type: 'json' };
import { problems } from '../../errors.ts';
import type { App } from '../app.ts';
import { declareAccess } from './access.ts';
import { pagePolicy } from './headers.ts';

const tags = [
  { name: 'events', description: 'Recording milestones, and reading the log of what was recorded.' },
  { name: 'initiatives', description: 'Initiatives, their counts and their meetings.' },
  { name: 'records', description: 'Single records with their history, and lists of them.' },
  { name: 'claims', description: 'Figures that publishers claim, compared with what is recorded.' },
  { name: 'log', description: 'Checkpoints and proofs: what an auditor needs to verify the log.' },
  { name: 'access', description: 'Who may do what, and since when.' },
  { name: 'operations', description: 'Requests for the operator, and descriptions of the API.' },
];

const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', description: 'The page that explains the code.' }),
    title: Type.String({ description: 'What the code means.' }),
    status: Type.Integer({ minimum: 400, maximum: 599, description: 'The HTTP status of the answer.' }),
    detail: Type.Optional(Type.String({ description: 'The fault of this request.' })),
    instance: Type.String({
      format: 'uri-reference',
      description: 'This occurrence: X-Request-Id as a URN.',
    }),
    code: Type.String({ enum: Object.keys(problems), description: 'Never renamed, never reused.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'RFC 6901: into the body, or /query/… or /headers/….' }),
          detail: Type.String(),
          line: Type.Optional(
            Type.Integer({
              description: 'With import-refused: the line of the file that the pointer points into.',
            }),
          ),
          code: Type.Optional(Type.String({ description: 'With import-refused: why the line was refused.' })),
          value: Type.Optional(
            Type.String({ description: 'With import-refused: the refused value, shortened.' }),
          ),
        }),
        { description: 'The parts of the request that are wrong.' },
      ),
    ),
    actualCount: Type.Optional(Type.Integer({ description: 'With count-differs: how many records match.' })),
    inTheWay: Type.Optional(
      Type.Object(
        { position: Type.Integer(), eventId: Type.String(), recordId: Type.String() },
        { description: 'With event-in-the-way: the later event.' },
      ),
    ),
    actualVersion: Type.Optional(
      Type.Integer({ description: 'With version-conflict: the version of the record.' }),
    ),
    knownSince: Type.Optional(
      Type.Integer({
        description:
          'The position since which it is known, if it was not known at the moment asked for but is now.',
      }),
    ),
  },
  { $id: 'Problem', description: 'Why the request failed (RFC 9457).' },
);

/** An answer as the document describes it: schemas of its body by media type, and of its headers. */
export const answerOf = (description: string, bodies: Record<string, TSchema>, headers?: object) => ({
  description,
  ...(headers && { headers }),
  content: Object.fromEntries(Object.entries(bodies).map(([type, schema]) => [type, { schema }])),
});

export const jsonAnswer = (description: string, schema: TSchema, headers?: object) =>
  answerOf(description, { 'application/json': schema }, headers);

const problem = (description: string) =>
  answerOf(description, { 'application/problem+json': Type.Ref('Problem#') });

/** The answers that every route may give. */
const problemAnswers = {
  '4xx': problem('The request was refused, and nothing was recorded.'),
  '5xx': problem('The ledger could not answer.'),
};

/** Swagger UI writes no style but this one, of a logo in its bar. */
const logoStyle = 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w=';
const docsPolicy = pagePolicy.replace("style-src 'self'", `style-src 'self' '${logoStyle}'`);

/**
 * Collects the schemas of the routes that are added after it, and serves them at /openapi.json and /docs. publicUrl: the address
 * by which others know the service.
 */
export async function describeApi(app: App, publicUrl: string | undefined): Promise<void> {
  app.addSchema(Problem);
  app.addHook('onRoute', ({ schema }) => {
    if (schema) schema.response = { ...(schema.response as object), ...problemAnswers };
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Milestone Ledger',
        version: packageJson.version,
        description: packageJson.description,
        license: { name: 'MIT', identifier: 'MIT' },
        contact: { name: 'The operator of this ledger' },
      },
      servers: [{ url: 'http://127.0.0.1:3000', description: 'A ledger with default settings' }],
      tags,
      security: [],
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, i) => String(schema['$id'] ?? `def-${i}`),
    },
  });
  await app.register(async (scope) => {
    declareAccess(scope, 'nothing');
    await scope.register(swaggerUi, {
      routePrefix: '/docs',
      indexPrefix: app.basePath,
      staticCSP: docsPolicy,
      theme: { title: 'Milestone Ledger' },
      // "Try it out" asks the server of the page, whatever its port.
      transformSpecification: (document) => ({ ...document, servers: [{ url: app.basePath || '/' }] }),
      transformSpecificationClone: false,
    });
  });

  let document: { url: string | undefined; text: string } | undefined;
  app.get(
    '/openapi.json',
    {
      config: { access: 'nothing' },
      schema: {
        operationId: 'getOpenApi',
        summary: 'This document',
        description: 'The API as an OpenAPI 3.1 document. The page /docs shows the same.',
        tags: ['operations'],
        response: {
          200: jsonAnswer('An OpenAPI 3.1 document', Type.Object({}, { additionalProperties: true })),
        },
      },
    },
    (_request, reply) => {
      // Without a socket: the document as it is published.
      const url = publicUrl ?? (app.server.listening ? app.listeningOrigin : undefined);
      if (!document || document.url !== url) {
        const servers = url === undefined ? {} : { servers: [{ url, description: 'This ledger' }] };
        document = { url, text: JSON.stringify({ ...app.swagger(), ...servers }) };
      }
      return reply.type('application/json').send(document.text);
    },
  );
}

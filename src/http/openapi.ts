import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { Type } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import { problems } from '../errors.ts';
import type { App } from './instance.ts';

const tags = [
  { name: 'events', description: 'Recording milestones, and reading the log of what was recorded.' },
  { name: 'initiatives', description: 'Initiatives, their counts and their meetings.' },
  { name: 'records', description: 'Single records with their history, and lists of them.' },
  { name: 'claims', description: 'Figures that publishers claim, compared with what is recorded.' },
  { name: 'log', description: 'Checkpoints and proofs: what an auditor needs to verify the log.' },
  { name: 'operations', description: 'For the operator, and what explains the API itself.' },
];

const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', description: 'The page that explains the code.' }),
    title: Type.String({ description: 'What the code means.' }),
    status: Type.Integer({ minimum: 400, maximum: 599, description: 'The HTTP status of the answer.' }),
    detail: Type.Optional(Type.String({ description: 'What is wrong with this very request.' })),
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
              description: 'With import-refused: the line of the file, which the pointer is into.',
            }),
          ),
          code: Type.Optional(Type.String({ description: 'With import-refused: why the line was refused.' })),
        }),
        { description: 'The parts of the request that are wrong.' },
      ),
    ),
    actualVersion: Type.Optional(
      Type.Integer({ description: 'With version-conflict: the version of the record.' }),
    ),
  },
  { $id: 'Problem', description: 'Why the request failed (RFC 9457).' },
);

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Type.Ref('Problem#') } },
});

/** Spread into the `response` of every route's schema. */
export const problemResponses = {
  '4xx': problem('The request was refused, and nothing was recorded.'),
  '5xx': problem('The ledger could not answer.'),
};

/** What swagger-ui needs: its own files, and styles that it sets as attributes. Nothing from elsewhere. */
const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Collects the schemas of the routes added after it, and serves them at /openapi.json and /docs. */
export async function describeApi(app: App): Promise<void> {
  app.addSchema(Problem);
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
    transformObject: (document) =>
      'openapiObject' in document ? withHeaders(withMappings(document.openapiObject)) : {},
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: docsPolicy,
    theme: { title: 'Milestone Ledger' },
    // "Try it out" asks the server that the page came from, whatever its port.
    transformSpecification: (document) => ({ ...document, servers: [{ url: '/' }] }),
    transformSpecificationClone: false,
  });

  let document: string | undefined;
  app.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'getOpenApi',
        summary: 'This document',
        description: 'The API as an OpenAPI 3.1 document. The page /docs shows the same.',
        tags: ['operations'],
        response: {
          200: {
            description: 'An OpenAPI 3.1 document',
            content: { 'application/json': { schema: Type.Object({}, { additionalProperties: true }) } },
          },
          ...problemResponses,
        },
      },
    },
    (_request, reply) => {
      document ??= JSON.stringify(app.swagger());
      return reply.type('application/json').send(document);
    },
  );
}

interface Schema {
  $ref?: string;
  oneOf?: Schema[];
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
  properties?: Record<string, { const?: unknown; enum?: unknown[] }>;
}

interface HeaderHolder {
  paths?: Record<
    string,
    Record<string, { responses?: Record<string, { headers?: Record<string, Header> }> }>
  >;
}
interface Header {
  schema?: Header;
}

/** Routes write headers as the document has them; the plugin takes each for the schema of its header. */
function withHeaders<T extends { paths?: object }>(document: T): T {
  const { paths = {} } = document as HeaderHolder;
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  for (const { headers = {} } of operations.flatMap(({ responses = {} }) => Object.values(responses))) {
    for (const [name, header] of Object.entries(headers)) {
      if (header.schema?.schema) headers[name] = { ...header, ...header.schema };
    }
  }
  return document;
}

/** Says for each value of a discriminator which schema it stands for, which Ajv reads from the schemas themselves. */
function withMappings<T extends { components?: { schemas?: object } }>(document: T): T {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  for (const { discriminator, oneOf } of Object.values(schemas)) {
    if (discriminator === undefined || oneOf === undefined) continue;
    discriminator.mapping = {};
    for (const { $ref = '' } of oneOf) {
      const tag = schemas[$ref.split('/').pop() ?? '']?.properties?.[discriminator.propertyName];
      for (const value of tag?.enum ?? [tag?.const]) discriminator.mapping[String(value)] = $ref;
    }
  }
  return document;
}

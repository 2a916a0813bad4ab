import { readFile } from 'node:fs/promises';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { test } from 'tap';
import { catalogue } from '../../events/catalogue.ts';
import { formats } from '../../src/ledger/shape.ts';
import { buildLedger } from '../helpers/ledger.ts';

// Read here, so that the tests below also speak of what is committed.
const committed = await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8').catch(
  () => '',
);

interface Operation {
  operationId?: string;
  responses: Record<string, { content?: Record<string, object> }>;
}
type Document = ReturnType<typeof JSON.parse> & { paths: Record<string, Record<string, Operation>> };

const operationsOf = ({ paths }: Document): [name: string, operation: Operation][] =>
  Object.entries(paths as Document['paths']).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );

test('openapi/openapi.json is what the application generates', async (t) => {
  const app = await buildLedger(t);
  const generated = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  t.ok(committed === generated, 'openapi/openapi.json is out of date: run `npm run openapi` and commit it');
  t.same((await app.inject('/openapi.json')).json(), JSON.parse(generated), 'the one served is the same');
});

async function redoclyFindings(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const findings = await lintFromString({ source, absoluteRef: '/openapi.json', config });
  return findings.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`);
}

async function spectralFindings(source: string): Promise<string[]> {
  const spectral = new spectralCore.Spectral();
  spectral.setRuleset({
    extends: [[spectralRulesets.oas, 'recommended']],
    rules: { 'oas3-parameter-description': 'warn' },
  } as Parameters<typeof spectral.setRuleset>[0]);
  const findings = await spectral.run(JSON.parse(source));
  return findings.map(({ code, message, path }) => `${code}: ${message} ${path.join('/')}`);
}

test('neither Redocly nor Spectral finds anything in the document, with no network', async (t) => {
  const { fetch } = globalThis;
  t.teardown(() => {
    globalThis.fetch = fetch;
  });
  globalThis.fetch = async () => t.fail('a linter went to the network') as never;
  t.same(await redoclyFindings(committed), []);
  t.same(await spectralFindings(committed), []);
});

test('both find what is wrong with a broken document', async (t) => {
  const broken: Document = JSON.parse(committed);
  const operation = broken.paths['/v1/summary'].get;
  delete operation.operationId;
  operation.tags = ['unheard-of'];
  operation.responses['200'].content['application/json'].schema = { $ref: '#/components/schemas/Nothing' };
  operation.parameters[0].extra = true;
  delete operation.parameters[1].description;
  const source = JSON.stringify(broken);
  const redocly = (await redoclyFindings(source)).join('\n');
  for (const rule of ['no-unresolved-refs', 'struct', 'operation-operationId']) t.match(redocly, rule);
  const spectral = (await spectralFindings(source)).join('\n');
  for (const rule of [
    'invalid-ref',
    'operation-tag-defined',
    'operation-operationId',
    'oas3-parameter-description',
  ]) {
    t.match(spectral, rule);
  }
});

/** What other programs rely on. */
const served = [
  'POST /v1/initiatives/{initiativeId}/events',
  'GET /v1/initiatives',
  'GET /v1/initiatives/{initiativeId}',
  'GET /v1/initiatives/{initiativeId}/summary',
  'GET /v1/initiatives/{initiativeId}/meetings',
  'GET /v1/initiatives/{initiativeId}/meetings/{recordId}',
  'GET /v1/initiatives/{initiativeId}/mous',
  'GET /v1/initiatives/{initiativeId}/projects',
  'GET /v1/initiatives/{initiativeId}/claims',
  'GET /v1/claims',
  'GET /v1/initiatives/{initiativeId}/records/{recordId}',
  'GET /v1/initiatives/{initiativeId}/records/{recordId}/history',
  'GET /v1/initiatives/{initiativeId}/records/{recordId}/diff',
  'GET /v1/initiatives/{initiativeId}/changes',
  'GET /v1/records',
  'GET /v1/summary',
  'GET /v1/events',
  'GET /v1/initiatives/{initiativeId}/events',
  'GET /v1/events/stream',
  'GET /v1/export',
  'GET /v1/events/{eventId}',
  'GET /v1/events/{eventId}/proof',
  'GET /v1/log/checkpoint',
  'GET /v1/log/keys',
  'GET /v1/log/proofs/inclusion',
  'GET /v1/log/proofs/consistency',
  'GET /checkpoint',
  'GET /tile/{level}/{index}',
  'GET /openapi.json',
  'GET /livez',
  'GET /readyz',
];

test('every path that others rely on is documented, and every operation says how it fails', (t) => {
  const operations = operationsOf(JSON.parse(committed));
  const names = operations.map(([name]) => name);
  t.same(
    served.filter((name) => !names.includes(name)),
    [],
  );
  for (const [name, { responses }] of operations) {
    const problems = Object.entries(responses).filter(
      ([, { content }]) => content?.['application/problem+json'],
    );
    t.ok(
      problems.some(([status]) => /^4/.test(status)),
      `${name}: 4xx`,
    );
    t.ok(
      problems.some(([status]) => /^5/.test(status)),
      `${name}: 5xx`,
    );
    for (const [status, { content }] of Object.entries(responses)) {
      if (Number(status[0]) >= 4) t.ok(content?.['application/problem+json'], `${name}: ${status}`);
    }
  }
  t.end();
});

test('every read model has its ETag and 304 documented, and every list its Link and its table', (t) => {
  for (const [name, { responses }] of operationsOf(JSON.parse(committed))) {
    // What proves the log is no read model: it has no basis, it is one. Who may do what is that of now. And what is streamed has no end to tag.
    if (
      !name.startsWith('GET /v1/') ||
      /\/(log\/|proof$|stream$|export$|datapackage\.zip$|access|me$|principals|tokens)/.test(name)
    )
      continue;
    const answer = responses['200'] as { headers: Record<string, { description: string }>; content: object };
    t.ok(responses['304'], name);
    t.ok(answer.headers['ETag']?.description, name);
    t.equal('text/csv' in answer.content, 'Link' in answer.headers, name);
  }
  t.end();
});

test('the examples of event types are the real ones, and valid by the document itself', (t) => {
  const document: Document = JSON.parse(committed);
  const ajv = new Ajv2020({ strict: false, formats });
  // CommonJS, whose types say that the function is one level deeper than it is for Node.
  (ajvFormats as unknown as typeof ajvFormats.default)(ajv, ['uuid', 'date-time', 'date']);
  ajv.addSchema({ ...document, $id: 'document' });
  const { mapping } = document.components.schemas.PostedEvent.discriminator;
  for (const { type, examples } of catalogue) {
    t.same(document.components.schemas[type].examples, examples, type);
    const valid = ajv.compile({ $ref: `document#/components/schemas/${type}` });
    t.equal(mapping[type], `#/components/schemas/${type}`);
    for (const example of examples) t.ok(valid(example), `${type}: ${ajv.errorsText(valid.errors)}`);
    t.notOk(valid({ ...examples[0], unheardOf: 1 }), `${type}: nothing that is unknown`);
  }
  t.end();
});

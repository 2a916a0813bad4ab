import { Parser } from '@asyncapi/parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { test } from 'tap';
import { catalogue } from '../../events/catalogue.ts';
import { formats } from '../../src/ledger/shape.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { openStreaming, StreamReader } from '../helpers/streaming.ts';

const origin = 'http://localhost:80';

function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, formats });
  // CommonJS, whose types say that the function is one level deeper than it is for Node.
  (ajvFormats as unknown as typeof ajvFormats.default)(ajv, ['uuid', 'date-time', 'date', 'uri']);
  return ajv;
}

test('each event type has a schema at its own address, which needs no other', async (t) => {
  const app = await buildLedger(t);
  const { items } = (await app.inject('/schemas')).json();
  t.same(
    items.map(({ type }: { type: string }) => type),
    catalogue.map(({ type }) => type),
  );
  for (const [i, { type, examples, schema: described }] of catalogue.entries()) {
    const url = `${origin}/schemas/${type}.json`;
    t.equal(items[i].schema, url);
    t.equal(items[i].description, (described as { description?: string }).description);
    const answer = await app.inject(url);
    t.equal(answer.statusCode, 200);
    t.match(answer.headers['content-type'], 'application/schema+json');
    const schema = answer.json();
    t.equal(schema.$id, url);
    t.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    // Of its own: a schema that another one brought would be found in the same place.
    const ajv = newAjv();
    t.ok(ajv.validateSchema(schema), ajv.errorsText());
    const isValid = ajv.compile(schema);
    for (const example of examples) t.ok(isValid(example), `${type}: ${ajv.errorsText(isValid.errors)}`);
    t.notOk(isValid({ ...examples[0], nothing: 1 }), `${type} with an unknown member`);
    t.notOk(isValid({ ...examples[0], sources: [{ publisher: 1 }] }), `${type} with a source that is none`);
    const headers = { 'if-none-match': String(answer.headers['etag']) };
    t.equal((await app.inject({ url, headers })).statusCode, 304);
  }
  for (const path of ['Nothing.json', 'PrincipalAdded.json', 'constructor.json', 'MoUSigned'])
    t.equal((await app.inject(`/schemas/${path}`)).statusCode, 404, path);
});

test('the stream is described by an AsyncAPI document, which what it sends fits', async (t) => {
  const { app, port, post } = await openStreaming(t);
  const document = (await app.inject('/asyncapi.json')).json();
  const { fetch } = globalThis;
  t.teardown(() => {
    globalThis.fetch = fetch;
  });
  globalThis.fetch = async () => t.fail('the parser went to the network') as never;
  const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
  globalThis.fetch = fetch;
  t.same(
    diagnostics
      // What is recommended, and needs an operator whom nobody knows here.
      .filter(
        ({ code }) =>
          !/^asyncapi-(info-contact|info-contact-properties|id|tags|latest-version)/.test(String(code)),
      )
      .map(({ code, message, path }) => `${code}: ${message} ${path.join('/')}`),
    [],
  );
  t.same(
    parsed
      ?.operations()
      .all()
      .map((operation) => [operation.action(), operation.channels().all()[0]?.address()]),
    [['send', '/v1/events/stream']],
  );
  const openapi = app.swagger() as unknown as {
    paths: Record<string, { get: { parameters: { name: string; in: string }[] } }>;
  };
  const asked = openapi.paths['/v1/events/stream']?.get.parameters.filter(
    ({ in: place }) => place === 'query',
  );
  t.same(
    Object.keys(document.operations.sendEvents.bindings.http.query.properties).sort(),
    asked?.map(({ name }) => name).sort(),
  );

  await post([{ type: 'MeetingHeld', occurredOn: '2023', data: { coChairs: [{ name: 'Tan Ah Kow' }] } }]);
  const ajv = newAjv();
  ajv.addSchema({ ...document, $id: 'document' });
  for (const [query, name] of [
    ['', 'event'],
    ['?format=cloudevents', 'cloudEvent'],
  ] as const) {
    const reader = await StreamReader.open(t, port, query);
    await reader.until(({ events }) => events.length === 2);
    const isValid = ajv.compile({ $ref: `document#/components/messages/${name}/payload` });
    for (const { data } of reader.events) t.ok(isValid(data), `${name}: ${ajv.errorsText(isValid.errors)}`);
    t.notOk(isValid({}), name);
  }
});

import { Ajv } from 'ajv';
import { test } from 'tap';
import { catalogue } from '../../events/catalogue.ts';
import { Defaults } from '../../src/shapes/posted.ts';
import { sharedSchemas } from '../../src/shapes/record-data.ts';
import { buildLedger } from '../helpers/ledger.ts';

/*
 * The service takes a schema for one, and compiles it at its first use. Here each is checked against the schema of schemas; tests of the
 * routes compile them.
 */

const ajv = new Ajv();

test('the schemas of events are schemas', (t) => {
  for (const schema of [...sharedSchemas, Defaults, ...catalogue.map(({ schema }) => schema)])
    t.ok(ajv.validateSchema(schema), JSON.stringify(schema).slice(0, 80));
  t.end();
});

interface Operation {
  operationId: string;
  parameters?: { name: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
}

test('the schemas of routes are schemas', async (t) => {
  const app = await buildLedger(t);
  const { paths, components } = (await app.inject('/openapi.json')).json();
  const operations = Object.values<Record<string, Operation>>(paths).flatMap((path) => Object.values(path));
  t.ok(operations.length > 20);
  for (const { operationId, parameters = [], requestBody } of operations) {
    for (const { name, schema } of parameters) t.ok(ajv.validateSchema(schema), `${operationId} ${name}`);
    for (const { schema } of Object.values(requestBody?.content ?? {}))
      t.ok(ajv.validateSchema(schema), `${operationId} body`);
  }
  for (const [name, schema] of Object.entries<object>(components.schemas))
    t.ok(ajv.validateSchema(schema), name);
});

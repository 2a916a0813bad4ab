import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { documentFile, headOf, schemaFile } from './generate/schema-file.ts';

test('the types of the client are made from the OpenAPI document as it is', (t) => {
  const head = headOf(readFileSync(documentFile));
  t.equal(readFileSync(schemaFile, 'utf8').slice(0, head.length), head, 'run npm run client-types');
  t.end();
});

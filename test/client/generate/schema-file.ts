import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
export const documentFile = pathOf('openapi/openapi.json');
export const schemaFile = pathOf('src/client/schema.ts');

/** The first lines of the generated file. They name the document that it was made from. */
export const headOf = (document: Uint8Array): string =>
  `// Made by npm run client-types from openapi/openapi.json,
// whose SHA-256 is ${createHash('sha256').update(document).digest('hex')}.

`;

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documentFile, headOf, schemaFile } from './schema-file.ts';

/*
 * Writes src/client/schema.ts from the OpenAPI document. openapi-typescript and the TypeScript that it runs on are installed in the
 * cache by their own lock file.
 */

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const directory = here('../../../node_modules/.cache/client-types');
const installed = join(directory, 'node_modules/.package-lock.json');
const lock = here('package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  mkdirSync(directory, { recursive: true });
  for (const file of [here('package.json'), lock]) cpSync(file, join(directory, basename(file)));
  execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: directory, stdio: 'inherit' });
}
const made = execFileSync(join(directory, 'node_modules/.bin/openapi-typescript'), [documentFile], {
  cwd: directory,
  encoding: 'utf8',
  maxBuffer: 2 ** 24,
});
writeFileSync(schemaFile, headOf(readFileSync(documentFile)) + made.slice(made.indexOf('export interface')));

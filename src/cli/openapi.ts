import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { buildApp } from '../app.ts';
import { readConfig } from '../config.ts';

export function openapiCommand(program: Command): void {
  program
    .command('openapi')
    .description('write the OpenAPI document')
    .option('--out <file>', 'the file to write, instead of standard output')
    .action(({ out }: { out?: string }) => writeDocument(out));
}

/** The document depends on the routes only: neither the environment nor a store has a say in it. */
async function writeDocument(out: string | undefined): Promise<void> {
  const app = await buildApp({ config: readConfig({}), log: false, routes: () => {}, ready: () => {} });
  const document = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  if (out === undefined) process.stdout.write(document);
  else await writeFile(out, document);
}

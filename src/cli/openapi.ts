import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openLedgerApp } from '../app.ts';
import { readConfig } from '../config.ts';

export function openapiCommand(program: Command): void {
  program
    .command('openapi')
    .description('write the OpenAPI document')
    .option('--out <file>', 'the file to write, instead of standard output')
    .action(({ out }: { out?: string }) => writeDocument(out));
}

/** The document depends on the routes only, not on the environment or on a ledger of the user's. */
async function writeDocument(out: string | undefined): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'milestone-ledger-'));
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: `file:${join(directory, 'ledger.db')}`, SIGNER_DIR: '' }),
    false,
  );
  const document = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  await rm(directory, { recursive: true });
  if (out === undefined) process.stdout.write(document);
  else await writeFile(out, document);
}

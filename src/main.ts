import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { backupCommand } from './cli/backup.ts';
import { restoreCommand } from './cli/bundle.ts';
import { continueCommand } from './cli/continue.ts';
import { copyCommand } from './cli/copy.ts';
import { demoCommand } from './cli/demo.ts';
import { exportCommand } from './cli/export.ts';
import { importCommand } from './cli/import.ts';
import { migrateCommand } from './cli/migrate.ts';
import { openapiCommand } from './cli/openapi.ts';
import { endWith } from './cli/outcome.ts';
import { rebuildCommand } from './cli/rebuild.ts';
import { rotateKeyCommand } from './cli/rotate-key.ts';
import { serveCommand } from './cli/serve.ts';
import { verifyCommand } from './cli/verify.ts';

const program = new Command('milestone-ledger')
  .description(packageJson.description)
  .version(packageJson.version)
  .showHelpAfterError()
  // Thrown instead of ending the process with 1, which would mean "the answer is no".
  .exitOverride();

// A reader of the output that has had enough, such as `head`, ends the program, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

serveCommand(program);
migrateCommand(program);
importCommand(program);
demoCommand(program);
rotateKeyCommand(program);
continueCommand(program);
openapiCommand(program);
verifyCommand(program);
rebuildCommand(program);
exportCommand(program);
backupCommand(program);
restoreCommand(program);
copyCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}

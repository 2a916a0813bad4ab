import { Command } from 'commander';
import './heap.ts';
import packageJson from '../package.json' with { type: 'json' };
import { endWith } from './cli/outcome.ts';

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

/** In the order of the help. A command loads what it needs itself; to load all of them takes longer than most work. */
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  serve: async () => (await import('./cli/serve.ts')).serveCommand,
  migrate: async () => (await import('./cli/migrate.ts')).migrateCommand,
  import: async () => (await import('./cli/import.ts')).importCommand,
  demo: async () => (await import('./cli/demo.ts')).demoCommand,
  'rotate-key': async () => (await import('./cli/rotate-key.ts')).rotateKeyCommand,
  continue: async () => (await import('./cli/continue.ts')).continueCommand,
  openapi: async () => (await import('./cli/openapi.ts')).openapiCommand,
  verify: async () => (await import('./cli/verify.ts')).verifyCommand,
  rebuild: async () => (await import('./cli/rebuild.ts')).rebuildCommand,
  export: async () => (await import('./cli/export.ts')).exportCommand,
  backup: async () => (await import('./cli/backup.ts')).backupCommand,
  restore: async () => (await import('./cli/bundle.ts')).restoreCommand,
  copy: async () => (await import('./cli/copy.ts')).copyCommand,
};

// Help, and what is no command, need all of them.
const named = process.argv[2] ?? '';
const isOne = Object.hasOwn(commands, named);
for (const [name, load] of Object.entries(commands)) if (!isOne || name === named) (await load())(program);

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}

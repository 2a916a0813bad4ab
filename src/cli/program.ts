import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { endWith } from './outcome.ts';

/** In the order of the help. A command loads what it needs itself; to load all of them takes longer than most work. */
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  serve: async () => (await import('./serve.ts')).serveCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  import: async () => (await import('./import.ts')).importCommand,
  map: async () => (await import('./map.ts')).mapCommand,
  sync: async () => (await import('./sync.ts')).syncCommand,
  post: async () => (await import('./post.ts')).postCommand,
  show: async () => (await import('./show.ts')).showCommand,
  watch: async () => (await import('./watch.ts')).watchCommand,
  demo: async () => (await import('./demo.ts')).demoCommand,
  'rotate-key': async () => (await import('./rotate-key.ts')).rotateKeyCommand,
  continue: async () => (await import('./continue.ts')).continueCommand,
  token: async () => (await import('./token.ts')).tokenCommand,
  openapi: async () => (await import('./openapi.ts')).openapiCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  rebuild: async () => (await import('./rebuild.ts')).rebuildCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  copy: async () => (await import('./copy.ts')).copyCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
};

/** Runs the command that the arguments name. What it says goes to stdout and stderr; the exit code says how it ended. */
export async function runProgram(args: string[]): Promise<void> {
  const program = new Command('milestone-ledger')
    .description(packageJson.description)
    .version(packageJson.version)
    .showHelpAfterError()
    // Thrown instead of ending the process with 1, which would mean "the answer is no".
    .exitOverride();
  // Help, completion, and what is no command need all of them.
  const named = args[0] ?? '';
  const isOne = Object.hasOwn(commands, named) && named !== 'completion';
  for (const [name, load] of Object.entries(commands)) if (!isOne || name === named) (await load())(program);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    endWith(error);
  }
}

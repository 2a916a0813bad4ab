import './heap.ts';
import { runProgram } from './cli/program.ts';
import { endsAtHangUp } from './cli/terminal.ts';

// A reader of the output that has had enough, such as `head`, ends the program, and that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

if (!endsAtHangUp) process.on('SIGHUP', () => {});

await runProgram(process.argv.slice(2));

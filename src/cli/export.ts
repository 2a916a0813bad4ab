import { pipeline } from 'node:stream/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { CannotVerify } from '../verify/reader.ts';
import { type StoredLedger, withStoredLedger } from '../verify/stored-ledger.ts';
import { CouldNotRun } from './outcome.ts';
import { type Progress, progressOn } from './progress.ts';
import { requireNew, writeWhole } from './whole-file.ts';

interface Options {
  out?: string;
  after: number;
  bundle?: string;
}

export function exportCommand(program: Command): void {
  program
    .command('export')
    .description(
      'write the log, one leaf a line (NDJSON), also beside a running service; with --bundle the whole ledger as a file that verifies offline',
    )
    .option('--out <file>', 'the file to write, instead of standard output')
    .option('--after <position>', 'only leaves after this position', position, 0)
    .addOption(
      new Option('--bundle <file>', 'the bundle to write (the service must be stopped)').conflicts([
        'out',
        'after',
      ]),
    )
    .addHelpText('after', environmentHelp())
    .action(async ({ bundle, ...options }: Options) => {
      if (bundle === undefined) return exportLog(readConfig(), options);
      // It asks the application, which takes longer to load than all of the above.
      const { exportBundle } = await import('./bundle.ts');
      return exportBundle(readConfig(), bundle);
    });
}

/** What was recorded by the start; reads beside a running service. What it says goes where the leaves don't. */
async function exportLog({ DATABASE_URL }: Config, { out, after }: Options): Promise<void> {
  if (out !== undefined) requireNew(out);
  const said = out === undefined ? process.stderr : process.stdout;
  try {
    await withStoredLedger(DATABASE_URL, async (ledger) => {
      const { head } = await ledger.start();
      if (head === undefined) throw new CouldNotRun('The row that says where the log ends is missing.');
      const size = head.position;
      if (after > size)
        throw new CouldNotRun(`--after ${after} is after the end of the log, which is ${size}.`);
      const progress = progressOn(said);
      try {
        const lines = linesOf(ledger, { after, size }, progress);
        await (out === undefined ? pipeline(lines, process.stdout) : writeWhole(out, lines));
      } finally {
        progress.stop();
      }
      said.write(
        `${size - after} events up to position ${size}, root hash ${head.root_hash.toString('hex')}\n`,
      );
    });
  } catch (error) {
    throw error instanceof CannotVerify ? new CouldNotRun(error.message) : error;
  }
}

/** Leaves that are written together: each page is a read of its own, so that no writer's log grows for long. */
const pageLeaves = 500;

/** The leaves one a line. An export with a gap would look whole, so there is none. */
async function* linesOf(
  ledger: StoredLedger,
  { after, size }: { after: number; size: number },
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  for (let last = after; last < size; ) {
    const to = Math.min(last + pageLeaves, size);
    const lines = await ledger.leafLines(last, to);
    if (!lines)
      throw new CouldNotRun(
        `The log lacks one or more of the positions ${last + 1} to ${to}: verify says which.`,
      );
    yield lines;
    last = to;
    progress.update(last - after, size - after);
  }
}

function position(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a position: a whole number.');
  return Number(text);
}

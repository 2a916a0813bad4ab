import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { exportBundle } from '../copy/copy-ledger.ts';
import { sent } from '../http/wire/sent.ts';
import { Signer } from '../signer/signer.ts';
import { SignerDirectory } from '../signer/signer-directory.ts';
import { StoreLocked } from '../store/lock-file.ts';
import { openStore } from '../store/open-store.ts';
import { endOf } from '../verify/start.ts';
import { type StoredLedger, withStoredLedger } from '../verify/stored-ledger.ts';
import { reportCopied } from './copy.ts';
import { CouldNotRun } from './outcome.ts';
import { type Progress, progressOn } from './progress.ts';
import { makeWhole, requireNew, writeWhole } from './whole-file.ts';

interface Options {
  out?: string;
  after: number;
  bundle?: string;
}

export function exportCommand(program: Command): void {
  program
    .command('export')
    .description(
      'write the log, one leaf a line (NDJSON); the service may run; with --bundle, the whole ledger as a file that verifies offline',
    )
    .option('--out <file>', 'the file to write, instead of standard output')
    .option('--after <position>', 'only leaves after this position', position, 0)
    .addOption(
      new Option(
        '--bundle <file>',
        'the bundle to write: the ledger without secrets and kept answers',
      ).conflicts(['out', 'after']),
    )
    .addHelpText('after', environmentHelp())
    .action(async ({ bundle, ...options }: Options) => {
      if (bundle === undefined) return exportLog(readConfig(), options);
      return writeBundle(readConfig(), bundle);
    });
}

/** Writes the leaves that are recorded when it starts. Its own lines go to standard error if the leaves go to standard output. */
async function exportLog({ DATABASE_URL }: Config, { out, after }: Options): Promise<void> {
  if (out !== undefined) requireNew(out);
  const said = out === undefined ? process.stderr : process.stdout;
  await withStoredLedger(DATABASE_URL, async (ledger) => {
    const { position: size, root_hash } = endOf(await ledger.start());
    if (after > size)
      throw new CouldNotRun(`--after ${after} is after the end of the log, which is ${size}.`);
    const progress = progressOn(said);
    const lines = sent(linesOf(ledger, { after, size }, progress));
    const writing = out === undefined ? pipeline(lines, process.stdout) : writeWhole(out, lines);
    await writing.finally(progress.stop);
    said.write(`${size - after} events up to position ${size}, root hash ${root_hash.toHex()}\n`);
  });
}

/** Leaves that are read together. Each page is a read transaction of its own, so the -wal can be checkpointed in between. */
const pageLeaves = 500;

/** The leaves one a line. Throws at a gap, because an export with a gap would look whole. */
async function* linesOf(
  ledger: StoredLedger,
  { after, size }: { after: number; size: number },
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  for (let last = after; last < size; ) {
    const to = Math.min(last + pageLeaves, size);
    const lines = await ledger.reader.leafLines(last, to);
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

/** All of it, or no file; signed up to its end, where this instance signs. */
async function writeBundle(config: Config, file: string): Promise<void> {
  requireNew(file);
  const fork = await withStoredLedger(config.DATABASE_URL, async (ledger) => {
    const { head } = await ledger.start();
    return head?.forked_size ?? undefined;
  });
  if (fork !== undefined)
    throw new CouldNotRun(
      `The log does not extend a checkpoint of ${fork} events that was signed (history-fork), so no bundle of it would verify. Restore newer data, or go on under a new name (the command continue).`,
    );
  if (config.SIGNER_DIR !== '') await sign(config);
  const progress = progressOn(process.stdout);
  const copied = await makeWhole(
    file,
    (part) => exportBundle(config.DATABASE_URL, part, progress.update),
    ({ difference }) => difference === undefined,
  ).finally(progress.stop);
  const wayOut = 'verify says more, and rebuild repairs it. There is no bundle.';
  reportCopied(copied, { done: 'exported', from: 'the ledger', wayOut });
}

/** Has the log signed up to its end: here, or by the service that has it open. Throws Refusal `history-fork`. */
async function sign({ DATABASE_URL, LOG_ORIGIN, SIGNER_DIR }: Config): Promise<void> {
  try {
    await using store = await openStore(DATABASE_URL, { origin: LOG_ORIGIN });
    using directory = new SignerDirectory(SIGNER_DIR);
    const signer = await Signer.open(store, directory, Date.now, () => {});
    signer.check();
    await signer.sign();
  } catch (error) {
    if (!(error instanceof StoreLocked)) throw error;
    await wait(signedWithinMs);
  }
}

/** A service signs what is recorded after about a second. */
const signedWithinMs = 2_000;

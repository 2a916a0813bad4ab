import type { Command } from 'commander';
import type { App } from '../app.ts';
import { BrokenBundle, headerOf } from '../bundle/bundle.ts';
import { restoreBundle } from '../bundle/restore-bundle.ts';
import { type BundleReport, type Service, verifyBundle } from '../bundle/verify-bundle.ts';
import { bundleOf } from '../bundle/write-bundle.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { buildLedgerApp, openLedgerApp } from '../ledger-app.ts';
import { Signer } from '../signer/signer.ts';
import { SignerDirectory } from '../signer/signer-directory.ts';
import { StoreUnavailable } from '../store/lock-file.ts';
import { openStore } from '../store/open-store.ts';
import { Rebuilds } from '../store/rebuilds.ts';
import { BrokenLeaf } from '../store/restore-leaves.ts';
import type { Store } from '../store/store.ts';
import { FormatError } from '../tlog/format.ts';
import { parseVerifierKey } from '../tlog/note-key.ts';
import { readModels } from '../views/read-models.ts';
import { CouldNotRun } from './outcome.ts';
import { progressOn } from './progress.ts';
import { requireNew, writeWhole } from './whole-file.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

export function restoreCommand(program: Command): void {
  program
    .command('restore')
    .description('make an empty ledger into the one that a bundle holds, leaf for leaf')
    .requiredOption('--bundle <file>', 'a bundle, as export writes it')
    .addHelpText('after', environmentHelp())
    .action(({ bundle }: { bundle: string }) => restore(readConfig(), bundle));
}

/** Signs the log where this instance can, so that the bundle is covered, and writes it: all of it, or no file. */
export async function exportBundle(config: Config, file: string): Promise<void> {
  requireNew(file);
  await couldRun(async () => {
    const store = await openStore(config.DATABASE_URL, { origin: config.LOG_ORIGIN });
    // The answers in a bundle are those of this version.
    await new Rebuilds(store, readModels).bringUpToDate();
    if (config.SIGNER_DIR !== '') await signNow(store, config.SIGNER_DIR);
    const app = await buildLedgerApp(store, { ...config, SIGNER_DIR: '' }, false);
    try {
      const { position: size } = await store.head();
      const lines = bundleOf(store, size, askOf(app));
      await writeWhole(file, textOf(lines));
      say(`${file}: ${size} events of ${store.origin}`);
    } finally {
      await app.close();
    }
  });
}

async function* textOf(lines: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

async function signNow(store: Store, directory: string): Promise<void> {
  const signer = await Signer.open(store, new SignerDirectory(directory), Date.now, () => {});
  try {
    await signer.sign();
  } finally {
    await signer.close();
  }
}

async function restore({ DATABASE_URL }: Config, file: string): Promise<void> {
  await couldRun(async () => {
    const header = await headerOf(file);
    const store = await openStore(DATABASE_URL, { origin: header.origin });
    try {
      const progress = progressOn(process.stdout);
      await restoreBundle(file, header, store, (position) => progress.update(position, header.size)).finally(
        progress.stop,
      );
    } finally {
      await store.close();
    }
    say(`restored ${header.size} events of ${header.origin}, root hash ${header.rootHash}`);
  });
}

/** `verify --bundle`: exit code 0 where nothing is found, 1 where something is. */
export async function verifyBundleFile(
  file: string,
  vkey: string,
  checkpoint: string | undefined,
): Promise<void> {
  await couldRun(async () => {
    const progress = progressOn(process.stdout);
    const report = await verifyBundle(
      file,
      parseVerifierKey(vkey),
      checkpoint,
      serve,
      progress.update,
    ).finally(progress.stop);
    for (const { position, what, detail } of report.findings) {
      say(`${position === undefined ? '' : `position ${position}: `}${what}: ${detail}`);
    }
    say(closingLine(report));
    if (report.findings.length > 0) process.exitCode = 1;
  });
}

const closingLine = ({ origin, size, rootHash, checkpoints, answers, findings }: BundleReport): string =>
  `${size} events of ${origin}, root hash ${rootHash}, ${checkpoints} checkpoints, ${answers} answers: ${
    findings.length === 0
      ? 'nothing wrong'
      : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`
  }`;

const serve: Service = async (file, use) => {
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: `file:${file}`, SIGNER_DIR: '', ALLOW_CLOCK_JUMP: 'true' }),
    false,
  );
  try {
    await use(askOf(app));
  } finally {
    await app.close();
  }
};

const askOf =
  (app: App) =>
  async (path: string): Promise<string> => {
    const answer = await app.inject(path);
    return answer.statusCode === 200 ? answer.body : `${answer.statusCode}`;
  };

/** What is wrong with files and places outside the program ends it with a line, not with a stack. */
async function couldRun(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const known = [StoreUnavailable, BrokenBundle, BrokenLeaf, FormatError].some(
      (kind) => error instanceof kind,
    );
    throw known ? new CouldNotRun((error as Error).message) : error;
  }
}

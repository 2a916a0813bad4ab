import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import Sqlite from 'better-sqlite3';
import type { Command } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { Refusal } from '../errors.ts';
import { StoreLocked, StoreUnavailable } from '../store/lock-file.ts';
import { fileOf, isPostgres, openStore } from '../store/open-store.ts';
import { Rebuilds } from '../store/rebuilds.ts';
import { BrokenLeaf } from '../store/restore-leaves.ts';
import type { RebuildProgress, Rebuilt } from '../store/store.ts';
import { readModels } from '../views/read-models.ts';
import { CouldNotRun } from './outcome.ts';
import { progressOn } from './progress.ts';

const all = readModels.map(({ name }) => name);

export function rebuildCommand(program: Command): void {
  program
    .command('rebuild')
    .description(
      'make read models anew from the log, say where they differ, and put them in use; also beside the running service',
    )
    .argument('[names...]', `which of them (default: all): ${all.join(', ')}`)
    .addHelpText('after', environmentHelp())
    .action((names: string[]) => rebuild(readConfig(), names));
}

type Told = (progress: RebuildProgress) => void;
type Outcome =
  | { outcome: 'done'; views: Rebuilt[] }
  | { outcome: 'stopped'; position?: number; detail: string };

/** Exit code 0: the read models are what the log makes them, now or before; 1: an event can not be folded. */
async function rebuild(config: Config, named: string[]): Promise<void> {
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new CouldNotRun(`There is no read model ${unknown}. There are: ${all.join(', ')}.`);
  const names = named.length === 0 ? all : named;
  const progress = progressOn(process.stdout);
  let outcome: Outcome;
  try {
    outcome = await rebuildAnywhere(config, names, ({ events, of }) => progress.update(events, of));
  } finally {
    progress.stop();
  }
  if (outcome.outcome === 'done') for (const view of outcome.views) report(view);
  else if (outcome.position === undefined) throw new CouldNotRun(outcome.detail);
  else {
    say(`position ${outcome.position}: ${outcome.detail}. The read models stay as they are.`);
    process.exitCode = 1;
  }
}

/** Here, or where the service has the file of the ledger open, there. */
async function rebuildAnywhere(config: Config, names: string[], told: Told): Promise<Outcome> {
  const url = config.DATABASE_URL;
  if (!isPostgres(url) && !existsSync(fileOf(url)))
    throw new CouldNotRun(`There is no ledger at ${fileOf(url)}.`);
  try {
    const store = await openStore(url, { origin: config.LOG_ORIGIN });
    try {
      return { outcome: 'done', views: await new Rebuilds(store, readModels, true).run(names, told) };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof BrokenLeaf)
      return { outcome: 'stopped', position: error.position, detail: error.message };
    if (error instanceof StoreLocked) return rebuildInService(fileOf(url), config, names, told);
    if (error instanceof StoreUnavailable || error instanceof Refusal) throw new CouldNotRun(error.message);
    throw error;
  }
}

async function rebuildInService(
  file: string,
  { HOST, PORT }: Config,
  names: string[],
  told: Told,
): Promise<Outcome> {
  const url = `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;
  // HOST and PORT may lead to the service of another ledger.
  const { origin } = (await (await ask(`${url}/v1/log/keys`, 'GET')).json()) as { origin: string };
  if (origin !== originOf(file))
    throw new CouldNotRun(`The service at ${url} serves another log, ${origin}. Set HOST and PORT.`);
  const query = names.map((name) => `view=${name}`).join('&');
  const { body } = await ask(`${url}/v1/rebuild?${query}`, 'POST');
  let last: RebuildProgress | Outcome | undefined;
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(body ?? new ReadableStream()) })) {
      // A line as RebuildLine describes it.
      last = JSON.parse(line) as RebuildProgress | Outcome;
      if ('events' in last) told(last);
    }
  } catch {
    // Broken off: the last line is missing then.
  }
  if (last && 'outcome' in last) return last;
  throw new CouldNotRun('The service ended before the rebuild did. The read models stay as they are.');
}

async function ask(url: string, method: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { method });
  } catch {
    throw new CouldNotRun(
      `Another process has the ledger open, and no service answers at ${new URL(url).origin}. Set HOST and PORT as for the service, or stop what has it open.`,
    );
  }
  if (response.ok) return response;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new CouldNotRun(detail ?? `${method} ${url} was answered with ${response.status}.`);
}

function originOf(file: string): string | undefined {
  const handle = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    return handle.prepare<[], string>('select origin from ledger').pluck().get();
  } finally {
    handle.close();
  }
}

function report({ view, swapped, differences, first }: Rebuilt): void {
  for (const { table, position, detail } of first)
    say(`${position === undefined ? '' : `position ${position}: `}${table}: ${detail}`);
  if (differences !== undefined && differences > first.length)
    say(`… and ${differences - first.length} more`);
  const rows = differences === 1 ? '1 row differs' : `${differences} rows differ`;
  const found = differences === undefined ? 'written by another version' : rows;
  say(`${view}: ${swapped ? `${found}; the one made anew is in use now` : 'is what the log makes it'}`);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import Sqlite from 'better-sqlite3';
import type { Command } from 'commander';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { lineOf } from '../projections/differences.ts';
import { BrokenLeaf } from '../store/broken-leaf.ts';
import { StoreLocked } from '../store/lock-file.ts';
import { fileOf, isPostgres, openStore } from '../store/open-store.ts';
import { Upkeep } from '../store/rebuild/upkeep.ts';
import type { RebuildProgress, Rebuilt } from '../store/store.ts';
import { readModels } from '../views/read-models.ts';
import { CouldNotRun, say } from './outcome.ts';
import { progressOn } from './progress.ts';
import { ask, NoAnswer, namedService, problemOf, type Service, serviceOf, urlOption } from './service.ts';

const all = readModels.map(({ name }) => name);

export function rebuildCommand(program: Command): void {
  program
    .command('rebuild')
    .description(
      'rebuild the read models from the log, say where they differ, and put them in use; the service may run',
    )
    .argument('[names...]', `the read models to rebuild (default: all): ${all.join(', ')}`)
    .addOption(urlOption())
    .addHelpText('after', environmentHelp())
    .action((names: string[], { url }: { url?: string }) => rebuild(readConfig(), names, url));
}

type Told = (progress: RebuildProgress) => void;
type Outcome =
  | { outcome: 'done'; views: Rebuilt[] }
  | { outcome: 'stopped'; position?: number; detail: string };

/** Exit code 0: the read models are what the log makes them, now or already before; 1: an event can't be folded. */
async function rebuild(config: Config, named: string[], url?: string): Promise<void> {
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new CouldNotRun(`There is no read model ${unknown}. There are: ${all.join(', ')}.`);
  const names = named.length === 0 ? all : named;
  const progress = progressOn(process.stdout);
  const told: Told = ({ events, of }) => progress.update(events, of);
  const service = namedService(config, url);
  const rebuilding = service ? rebuildIn(service, names, told) : rebuildHere(config, names, told);
  const outcome = await rebuilding.finally(progress.stop);
  if (outcome.outcome === 'done') for (const view of outcome.views) report(view);
  else if (outcome.position === undefined) throw new CouldNotRun(outcome.detail);
  else {
    say(`position ${outcome.position}: ${outcome.detail}. The read models stay as they are.`);
    process.exitCode = 1;
  }
}

/** In this process, or in the service if it has the file of the ledger open. */
async function rebuildHere(config: Config, names: string[], told: Told): Promise<Outcome> {
  const url = config.DATABASE_URL;
  if (!isPostgres(url) && !existsSync(fileOf(url)))
    throw new CouldNotRun(`There is no ledger at ${fileOf(url)}.`);
  try {
    await using store = await openStore(url, { origin: config.LOG_ORIGIN });
    return { outcome: 'done', views: await new Upkeep(store, readModels, true).run(names, told) };
  } catch (error) {
    if (error instanceof BrokenLeaf)
      return { outcome: 'stopped', position: error.position, detail: error.message };
    if (error instanceof StoreLocked) return rebuildBeside(fileOf(url), config, names, told);
    throw error;
  }
}

/** In the service that has the file open. */
async function rebuildBeside(file: string, config: Config, names: string[], told: Told): Promise<Outcome> {
  const service = serviceOf(config);
  try {
    // HOST and PORT may lead to the service of another ledger.
    const { origin } = (await (await answerOf(service, 'GET', '/v1/log/keys')).json()) as { origin: string };
    if (origin !== originOf(file))
      throw new CouldNotRun(
        `The service at ${service.url} serves another log, ${origin}. Set HOST and PORT, or give --url.`,
      );
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new CouldNotRun(
      `Another process has the ledger open, and no service answers at ${service.url}. Give --url, or stop that process.`,
    );
  }
  return rebuildIn(service, names, told);
}

async function rebuildIn(service: Service, names: string[], told: Told): Promise<Outcome> {
  const query = names.map((name) => `view=${name}`).join('&');
  const { body } = await answerOf(service, 'POST', `/v1/rebuild?${query}`);
  let last: RebuildProgress | Outcome | undefined;
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(body ?? new ReadableStream()) })) {
      // A line as RebuildLine describes it.
      last = JSON.parse(line) as RebuildProgress | Outcome;
      if ('events' in last) told(last);
    }
  } catch {
    // The service broke off, so the last line is missing.
  }
  if (last && 'outcome' in last) return last;
  throw new CouldNotRun(
    'The service broke off: it ended, or the token did. The read models stay as they are.',
  );
}

async function answerOf(service: Service, method: string, path: string): Promise<Response> {
  const answer = await ask(service, method, path);
  if (answer.ok) return answer;
  const { detail } = await problemOf(answer);
  throw new CouldNotRun(detail ?? `${method} ${path} was answered with ${answer.status}.`);
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
  for (const difference of first) say(lineOf(difference));
  if (differences !== undefined && differences > first.length)
    say(`… and ${differences - first.length} more`);
  const rows = differences === 1 ? '1 row differs' : `${differences} rows differ`;
  const found = differences === undefined ? 'another version wrote it' : rows;
  say(`${view}: ${swapped ? `${found}; the rebuilt one is in use now` : 'is what the log makes it'}`);
}

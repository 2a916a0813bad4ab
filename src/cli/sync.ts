import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import { openLedger } from '../app.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { Refusal } from '../errors.ts';
import { mappingOf } from '../import/mapping.ts';
import type { SyncReport } from '../import/sync/report.ts';
import { syncList } from '../import/sync/sync.ts';
import { shapeOf } from '../ledger/shape.ts';
import { type Reason, reasonCodes, Source } from '../shapes/fields.ts';
import {
  addFileOptions,
  couldNotRun,
  type FileOptions,
  type GivenFile,
  givenFile,
  sendFile,
  sourceOf,
} from './given-file.ts';
import { CouldNotRun, say } from './outcome.ts';
import { sayErrors, sayWarnings } from './report-lines.ts';
import { namedService, urlOption } from './service.ts';

interface Options extends FileOptions {
  key: string[];
  reason: string;
  reasonCode: Reason['code'];
  publisher?: string;
  source?: string;
  missing: 'keep' | 'retract';
  expect?: string;
  yes?: boolean;
}

/** The root hash in hex. */
type Report = Omit<SyncReport, 'basis'> & { basis: { treeSize: number; rootHash: string } };

/** Items of a preview that are shown. */
const shown = 50;

const examples = `
Examples:
  milestone-ledger sync list.csv --initiative sci --key ID --mapping mapping.json --reason "The list of May" \\
    --publisher "Foreign Ministry" --source https://ministry.example/list.csv
  milestone-ledger sync list.csv --initiative sci --key ID --mapping mapping.json --reason "The list of May" --expect HASH
`;

export function syncCommand(program: Command): void {
  addFileOptions(program.command('sync'))
    .description(
      'keep records in step with a list: shows what is new, changed, gone and refused, and records it once that is agreed to; stop the service first, or use it with --url and LEDGER_TOKEN; 0: done, 1: rows were refused, or something has changed since the preview',
    )
    .argument('<file>', 'the list')
    .requiredOption(
      '--key <column>',
      'what tells the rows apart: a column, externalId, or recordId; repeated, they are the key together',
      (name: string, before: string[] = []) => [...before, name],
    )
    .requiredOption('--reason <text>', 'why records are changed')
    .addOption(
      new Option('--reason-code <code>', 'the code of the reason')
        .choices(reasonCodes.filter((code) => code !== 'duplicate'))
        .default('publisher-changed'),
    )
    .option('--publisher <name>', 'who publishes the list')
    .option('--source <url>', 'where it is published; or the whole source as JSON')
    .addOption(
      new Option('--missing <what>', 'what is done about records that the list has no more')
        .choices(['keep', 'retract'])
        .default('keep'),
    )
    .option('--expect <hash>', 'record exactly what a preview with this hash said')
    .option('--yes', 'record what the preview says without asking')
    .option('--json', 'print the report as a line of JSON')
    .addOption(urlOption())
    .addHelpText('after', examples + environmentHelp())
    .action((file: string, options: Options) => sync(readConfig(), file, options));
}

async function sync(config: Config, file: string, options: Options): Promise<void> {
  if (file === '-')
    throw new CouldNotRun('A list is read twice, so it can not come from standard input: name a file.');
  try {
    const given = givenFile(file, options);
    const run = (expect: string | undefined): Promise<Report> => synced(config, given, options, expect);
    let report = await run(options.expect);
    let isPreview = options.expect === undefined;
    const hasEvents = report.events > 0;
    if (isPreview && hasEvents && options.yes) [report, isPreview] = [await run(report.hash), false];
    if (options.json) say(JSON.stringify(report));
    else {
      tell(report, isPreview);
      if (isPreview && hasEvents) {
        if (await agreed(report)) tell(await run(report.hash), false);
        else
          say(
            `Nothing is recorded. To record exactly this, give the same options and --expect ${report.hash}`,
          );
      }
    }
    if (report.refused > 0) process.exitCode = 1;
  } catch (error) {
    const isChanged =
      error instanceof Refusal
        ? error.code === 'plan-changed'
        : /^plan-changed:/.test(`${(error as Error).message}`);
    if (!isChanged) throw couldNotRun(error, config);
    say((error as Error).message);
    process.exitCode = 1;
  }
}

async function agreed({ events }: Report): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`Record these ${events} events? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function synced(
  config: Config,
  given: GivenFile,
  options: Options,
  expect: string | undefined,
): Promise<Report> {
  const service = namedService(config, options.url);
  return service
    ? await sendFile(service, pathOf(given, options, expect), given, options)
    : await syncedHere(config, given, options, expect);
}

/** In the ledger of this machine, which nobody else has open. */
async function syncedHere(
  config: Config,
  { file, format, mapping }: GivenFile,
  { initiative, key, reason, reasonCode, missing, ...options }: Options,
  expect: string | undefined,
): Promise<Report> {
  const fileMapping = mapping === undefined ? undefined : mappingOf(mapping);
  const ledger = await openLedger(config, false);
  try {
    await ledger.upkeep.bringUpToDate();
    const { basis, ...report } = await syncList(ledger, sourceOf(file), {
      format,
      initiativeId: initiative,
      mapping: fileMapping,
      key,
      reason: { code: reasonCode, text: reason },
      sources: sourcesIn(options),
      missing,
      expect,
      limit: shown,
      after: 0,
      principal: 'operator',
      authority: 'operator',
      alone: true,
    });
    return { ...report, basis: { ...basis, rootHash: basis.rootHash.toHex() } };
  } finally {
    await ledger.close();
  }
}

function pathOf({ mapping }: GivenFile, options: Options, expect: string | undefined): string {
  const { initiative, key, reason, reasonCode, missing } = options;
  const [source] = sourcesIn(options);
  const query = new URLSearchParams([
    ...key.map((name) => ['key', name]),
    ...Object.entries({ reason, reasonCode, missing, limit: String(shown) }),
    ...(source ? [['source', JSON.stringify(source)]] : []),
    ...(mapping === undefined ? [] : [['mapping', mapping]]),
    ...(expect === undefined ? [] : [['expect', expect]]),
  ]);
  return `/v1/initiatives/${initiative}/sync?${query}`;
}

const sourceFault = shapeOf(Source);

function sourcesIn({ publisher, source }: Pick<Options, 'publisher' | 'source'>): Source[] {
  if (publisher === undefined && source === undefined) return [];
  const isJson = source?.startsWith('{') ?? false;
  if (isJson && publisher !== undefined)
    throw new CouldNotRun('--publisher stands in the JSON of --source already.');
  let given: unknown;
  try {
    given = isJson ? JSON.parse(source ?? '') : { publisher, ...(source !== undefined && { url: source }) };
  } catch (error) {
    throw new CouldNotRun(`--source is no JSON: ${(error as Error).message}`);
  }
  const fault = sourceFault(given);
  if (fault) throw new CouldNotRun(`The source is not one: ${fault.pointer.slice(1)} ${fault.detail}.`);
  return [given as Source]; // Just checked.
}

function tell(report: Report, isPreview: boolean): void {
  const { items, next, warnings, errors, faults, refused, events, recorded, alreadyRecorded, basis } = report;
  if (isPreview) {
    for (const { action, key, recordId, changes } of items) {
      say(`${action} ${key}${recordId === undefined ? '' : ` (${recordId})`}`);
      if (action === 'changed') for (const change of changes) say(`  ${changed(change)}`);
    }
    if (next !== undefined) say(`… and ${report.new + report.changed + report.gone - items.length} more`);
  }
  sayWarnings(warnings);
  sayErrors(errors, faults, refused);
  const { new: made, changed: corrected, gone, unchanged } = report;
  say(`${made} new, ${corrected} changed, ${gone} gone, ${unchanged} unchanged, ${refused} refused`);
  if (isPreview) say(events === 0 ? 'There is nothing to record.' : `${events} events would be recorded`);
  else
    say(
      `${recorded} events recorded, ${alreadyRecorded} already recorded; size ${basis.treeSize}, root hash ${basis.rootHash}`,
    );
}

const changed = ({ path, from, to }: Report['items'][number]['changes'][number]): string =>
  `${path}: ${from === undefined ? 'nothing' : JSON.stringify(from)} -> ${to === undefined ? 'nothing' : JSON.stringify(to)}`;

import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { openLedger } from '../app.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { type LineError, Refusal } from '../errors.ts';
import { reportCsv } from '../http/wire/report-csv.ts';
import { isSheet } from '../import/formats.ts';
import { type ImportReport, importLines } from '../import/import-lines.ts';
import { mappingOf } from '../import/mapping.ts';
import {
  addFileOptions,
  couldNotRun,
  type FileOptions,
  type GivenFile,
  givenFile,
  progressStreamOf,
  sendFile,
  sourceOf,
} from './given-file.ts';
import { progressOn } from './progress.ts';
import { sayErrors, sayWarnings } from './report-lines.ts';
import { namedService, type Service, urlOption } from './service.ts';

interface Options extends FileOptions {
  dryRun?: boolean;
  atomic?: boolean;
  importId?: string;
  report?: string;
}

/** The root hash in hex. */
type Report = Omit<ImportReport, 'basis' | 'shown'> & { basis: { treeSize: number; rootHash: string } };

const examples = `
Examples:
  milestone-ledger import --initiative sci demo/shenzhen.ndjson --dry-run
  milestone-ledger import --initiative sci list.csv --mapping mapping.json --url https://ledger.example.org
`;

export function importCommand(program: Command): void {
  addFileOptions(program.command('import'))
    .description(
      'record the events of a file, one a line; stop the service first, or import through it with --url and LEDGER_TOKEN; 0: all are recorded, 1: lines failed',
    )
    .argument('<file>', 'the file; - reads standard input')
    .option('--dry-run', 'say what would happen and record nothing')
    .option('--atomic', 'all lines or none; at most 10,000 events')
    .option(
      '--import-id <label>',
      'a label of the file; equal lines of files with different labels are different events',
    )
    .option('--report <file>', 'write the faults as a table (CSV): row, column, value, fault, advice')
    .option('--json', 'print the report as a line of JSON')
    .addOption(urlOption())
    .addHelpText('after', examples + environmentHelp())
    .action((file: string, options: Options) => importFile(readConfig(), file, options));
}

async function importFile(config: Config, file: string, options: Options): Promise<void> {
  try {
    const given = givenFile(file, options);
    const service = namedService(config, options.url);
    const report = service
      ? await importThrough(service, given, options)
      : await importHere(config, given, options);
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else say(report, options);
    writeReport(report.errors, options);
    if (report.failed > 0) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'import-refused')) throw couldNotRun(error, config);
    const errors = (error.members.errors ?? []) as LineError[]; // Such a refusal has the errors of lines.
    sayErrors(errors);
    writeReport(errors, options);
    process.stdout.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function writeReport(errors: readonly LineError[], { report }: Options): void {
  if (report !== undefined) writeFileSync(report, reportCsv(errors));
}

/** Records in the ledger of this machine, which nobody else has open. */
async function importHere(
  config: Config,
  { file, size, format, mapping }: GivenFile,
  options: Options,
): Promise<Report> {
  const progress = progressOn(progressStreamOf(options), { unit: 'lines' });
  const { initiative, importId, atomic = false, dryRun = false } = options;
  const fileMapping = mapping === undefined ? undefined : mappingOf(mapping);
  const isUnknown = size === 0 || isSheet(format);
  const ledger = await openLedger(config, false);
  try {
    // Nobody searches before the service starts, which fills the search index then: meanwhile it would take a core from the import.
    await ledger.search.stop();
    await ledger.upkeep.bringUpToDate();
    const {
      basis,
      shown: _,
      ...report
    } = await importLines(
      ledger,
      sourceOf(file),
      {
        format,
        initiativeId: initiative,
        importId,
        mapping: fileMapping,
        principal: 'operator',
        authority: 'operator',
        atomic,
        dryRun,
        alone: true,
      },
      // The number of lines is estimated from the bytes until the end of the file. All bytes of a spreadsheet come before its first row.
      (lines, done) =>
        progress.update(lines, isUnknown || done === 0 ? undefined : Math.round((lines * size) / done)),
    );
    return { ...report, basis: { ...basis, rootHash: basis.rootHash.toHex() } };
  } finally {
    progress.stop();
    await ledger.close();
  }
}

function importThrough(service: Service, given: GivenFile, options: Options): Promise<Report> {
  const { initiative, importId, atomic = false, dryRun = false } = options;
  const query = new URLSearchParams({
    ...(dryRun && { dryRun: 'true' }),
    ...(atomic && { atomic: 'true' }),
    ...(importId !== undefined && { importId }),
    ...(given.mapping !== undefined && { mapping: given.mapping }),
  });
  return sendFile(service, `/v1/initiatives/${initiative}/import?${query}`, given, options);
}

function say(
  { lines, recorded, alreadyRecorded, failed, events, warnings, faults, errors, basis }: Report,
  { dryRun = false }: Options,
): void {
  sayWarnings(warnings);
  sayErrors(errors, faults, failed);
  const would = dryRun ? 'would be recorded' : 'recorded';
  const made = events === recorded ? '' : ` (${events} events)`;
  process.stdout.write(
    `${lines} lines: ${recorded} ${would}${made}, ${alreadyRecorded} already recorded, ${failed} failed; size ${basis.treeSize}, root hash ${basis.rootHash}\n`,
  );
}

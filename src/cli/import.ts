import { createReadStream, readFileSync, statSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type OpenLedger, openLedger } from '../app.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { Refusal } from '../errors.ts';
import { alonePieceBytes, type ImportReport, importLines } from '../import/import-lines.ts';
import { mappingOf } from '../import/mapping.ts';
import { StoreLocked } from '../store/lock-file.ts';
import { CouldNotRun, withCause } from './outcome.ts';
import { progressOn } from './progress.ts';
import { serviceUrl } from './service-url.ts';

interface Options {
  initiative: string;
  dryRun?: boolean;
  atomic?: boolean;
  importId?: string;
  mapping?: string;
  format?: 'ndjson' | 'csv';
}

export function importCommand(program: Command): void {
  program
    .command('import')
    .description(
      'record the events of a file, one a line; stop the service first; 0: all are recorded, 1: lines failed',
    )
    .argument('<file>', 'the file; - reads standard input')
    .requiredOption('--initiative <id>', 'the initiative that the events belong to', slug)
    .option('--dry-run', 'say what would happen and record nothing')
    .option('--atomic', 'all lines or none; at most 10,000 events')
    .option(
      '--import-id <label>',
      'a label of the file; equal lines of files with different labels are different events',
    )
    .option('--mapping <file>', 'how to read the columns of a table (JSON, see docs/import.md)')
    .addOption(
      new Option(
        '--format <format>',
        'csv is the default for a name that ends in .csv, and with --mapping',
      ).choices(['ndjson', 'csv']),
    )
    .addHelpText('after', environmentHelp())
    .action((file: string, options: Options) => importFile(readConfig(), file, options));
}

function slug(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('It has lower-case letters, digits and hyphens only.');
}

async function importFile(config: Config, file: string, options: Options): Promise<void> {
  const csv = options.mapping !== undefined || /\.csv$/i.test(file);
  const { format = csv ? 'csv' : 'ndjson', dryRun = false, atomic = false } = options;
  if (format === 'ndjson' && options.mapping !== undefined)
    throw new CouldNotRun('--mapping is for tables: leave it out, or give --format csv.');
  const progress = progressOn(process.stdout, { unit: 'lines' });
  let ledger: OpenLedger | undefined;
  try {
    const size = file === '-' ? 0 : sizeOf(file);
    const mapping =
      options.mapping === undefined ? undefined : mappingOf(readFileSync(options.mapping, 'utf8'));
    ledger = await openLedger(config, false);
    await ledger.upkeep.bringUpToDate();
    const source = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: alonePieceBytes });
    const report = await importLines(
      ledger,
      source,
      {
        format,
        initiativeId: options.initiative,
        importId: options.importId,
        mapping,
        principal: 'operator',
        authority: 'operator',
        atomic,
        dryRun,
        alone: true,
      },
      // The number of lines is estimated from the bytes until the end of the file.
      (lines, done) =>
        progress.update(lines, size === 0 || done === 0 ? undefined : Math.round((lines * size) / done)),
    );
    progress.stop();
    say(report, dryRun);
    if (report.failed > 0) process.exitCode = 1;
  } catch (error) {
    progress.stop();
    if (error instanceof Refusal && error.code === 'import-refused') {
      for (const part of error.members.errors ?? []) sayError(part);
      process.stdout.write(`${error.message}\n`);
      process.exitCode = 1;
    } else throw couldNotRun(error, config, file, format, options);
  } finally {
    await ledger?.close();
  }
}

function say(
  { lines, recorded, alreadyRecorded, failed, errors, basis }: ImportReport,
  dryRun: boolean,
): void {
  for (const error of errors) sayError(error);
  const told = new Set(errors.map(({ line }) => line)).size;
  if (failed > told) process.stdout.write(`… and ${failed - told} more lines\n`);
  const would = dryRun ? 'would be recorded' : 'recorded';
  const root = Buffer.from(basis.rootHash).toString('hex');
  process.stdout.write(
    `${lines} lines: ${recorded} ${would}, ${alreadyRecorded} already recorded, ${failed} failed; size ${basis.treeSize}, root hash ${root}\n`,
  );
}

function sayError(error: object): void {
  const { line, code, pointer, detail, value } = error as ImportReport['errors'][number]; // A report has only these.
  const is = value === undefined ? '' : `, is ${JSON.stringify(value)}`;
  process.stdout.write(`line ${line}: ${code}: ${pointer}${pointer && ' '}${detail}${is}\n`);
}

function couldNotRun(
  error: unknown,
  config: Config,
  file: string,
  format: 'ndjson' | 'csv',
  { initiative, dryRun, atomic, importId, mapping }: Options,
): unknown {
  if (error instanceof StoreLocked) {
    const query = [
      ...(dryRun ? ['dryRun=true'] : []),
      ...(atomic ? ['atomic=true'] : []),
      ...(importId === undefined ? [] : [`importId=${encodeURIComponent(importId)}`]),
    ].join('&');
    const url = `${serviceUrl(config)}/v1/initiatives/${initiative}/import${query && `?${query}`}`;
    const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson';
    const mapped = mapping === undefined ? '' : ` --url-query mapping@${quoted(mapping)}`;
    return new CouldNotRun(
      `${error.message}. If it is the service, import through it:\n  curl -T ${quoted(file)} -X POST -H 'Content-Type: ${type}'${mapped} ${quoted(url)}`,
    );
  }
  if (error instanceof Refusal) return new CouldNotRun(`${error.code}: ${withCause(error)}`);
  if (error instanceof Error && 'code' in error && 'syscall' in error) return new CouldNotRun(error.message);
  return error;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function sizeOf(file: string): number {
  const stat = statSync(file);
  if (stat.isDirectory()) throw new CouldNotRun(`${file} is a directory.`);
  return stat.size;
}

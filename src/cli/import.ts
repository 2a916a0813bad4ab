import { createReadStream, readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { openLedger } from '../app.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { type LineError, Refusal } from '../errors.ts';
import { alonePieceBytes, type ImportReport, importLines } from '../import/import-lines.ts';
import { mappingOf } from '../import/mapping.ts';
import { StoreLocked } from '../store/lock-file.ts';
import { CouldNotRun, withCause } from './outcome.ts';
import { progressOn } from './progress.ts';
import { ask, namedService, noAnswer, problemOf, type Service, serviceOf, urlOption } from './service.ts';

interface Options {
  initiative: string;
  dryRun?: boolean;
  atomic?: boolean;
  importId?: string;
  mapping?: string;
  format?: Format;
  json?: boolean;
  url?: string;
}
type Format = 'ndjson' | 'csv';

/** What is imported, and how. */
interface Work {
  file: string;
  /** Bytes; 0: nobody knows. */
  size: number;
  format: Format;
  /** The text of the mapping. */
  mapping: string | undefined;
  options: Options;
}

/** The root hash in hex. */
type Report = Omit<ImportReport, 'basis'> & { basis: { treeSize: number; rootHash: string } };

const examples = `
Examples:
  milestone-ledger import --initiative sci demo/shenzhen.ndjson --dry-run
  milestone-ledger import --initiative sci list.csv --mapping mapping.json --url https://ledger.example.org
`;

export function importCommand(program: Command): void {
  program
    .command('import')
    .description(
      'record the events of a file, one a line; stop the service first, or import through it with --url and LEDGER_TOKEN; 0: all are recorded, 1: lines failed',
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
    .option('--json', 'print the report as a line of JSON')
    .addOption(urlOption())
    .addHelpText('after', examples + environmentHelp())
    .action((file: string, options: Options) => importFile(readConfig(), file, options));
}

function slug(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('It has lower-case letters, digits and hyphens only.');
}

async function importFile(config: Config, file: string, options: Options): Promise<void> {
  const csv = options.mapping !== undefined || /\.csv$/i.test(file);
  const { format = csv ? 'csv' : 'ndjson', dryRun = false } = options;
  if (format === 'ndjson' && options.mapping !== undefined)
    throw new CouldNotRun('--mapping is for tables: leave it out, or give --format csv.');
  try {
    const size = file === '-' ? 0 : sizeOf(file);
    const mapping = options.mapping === undefined ? undefined : readFileSync(options.mapping, 'utf8');
    const work = { file, size, format, mapping, options };
    const service = namedService(config, options.url);
    const report = service ? await importThrough(service, work) : await importHere(config, work);
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else say(report, dryRun);
    if (report.failed > 0) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'import-refused')) throw couldNotRun(error, config);
    for (const part of error.members.errors ?? []) sayError(part);
    process.stdout.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

const sourceOf = (file: string): Readable =>
  file === '-' ? process.stdin : createReadStream(file, { highWaterMark: alonePieceBytes });

/** Records in the ledger of this machine, which nobody else has open. */
async function importHere(config: Config, { file, size, format, mapping, options }: Work): Promise<Report> {
  const progress = progressOn(options.json ? process.stderr : process.stdout, { unit: 'lines' });
  const { initiative, importId, atomic = false, dryRun = false } = options;
  const fileMapping = mapping === undefined ? undefined : mappingOf(mapping);
  const ledger = await openLedger(config, false);
  try {
    await ledger.upkeep.bringUpToDate();
    const { basis, ...report } = await importLines(
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
      // The number of lines is estimated from the bytes until the end of the file.
      (lines, done) =>
        progress.update(lines, size === 0 || done === 0 ? undefined : Math.round((lines * size) / done)),
    );
    return { ...report, basis: { ...basis, rootHash: basis.rootHash.toHex() } };
  } finally {
    progress.stop();
    await ledger.close();
  }
}

/** Sends the file to a service, which records it while it arrives. */
async function importThrough(
  service: Service,
  { file, size, format, mapping, options }: Work,
): Promise<Report> {
  const { initiative, importId, atomic = false, dryRun = false } = options;
  const query = new URLSearchParams({
    ...(dryRun && { dryRun: 'true' }),
    ...(atomic && { atomic: 'true' }),
    ...(importId !== undefined && { importId }),
    ...(mapping !== undefined && { mapping }),
  });
  const progress = progressOn(options.json ? process.stderr : process.stdout, { unit: 'bytes' });
  // What is answered before all of it was sent is sent no further.
  const ended = new AbortController();
  const source = sourceOf(file);
  let unreadable: Error | undefined;
  source.once('error', (error) => {
    unreadable = error;
  });
  async function* sent(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of source) {
      yield chunk;
      bytes += chunk.length;
      progress.update(bytes, size === 0 ? undefined : size);
    }
  }
  try {
    const path = `/v1/initiatives/${initiative}/import?${query}`;
    const answer = await ask(service, 'POST', path, {
      headers: { 'content-type': format === 'csv' ? 'text/csv' : 'application/x-ndjson' },
      body: Readable.toWeb(Readable.from(sent(), { objectMode: false })),
      duplex: 'half',
      signal: ended.signal,
    });
    if (!answer.ok) throw await refusalIn(answer);
    const report = await answer.json().catch((error) => {
      throw noAnswer(service.url, error);
    });
    return report as Report;
  } catch (error) {
    throw unreadable ?? error;
  } finally {
    ended.abort();
    // Standard input may go on, and would keep the command from ending.
    source.destroy();
    progress.stop();
  }
}

/** What a command on the ledger's own machine would throw. */
async function refusalIn(answer: Response): Promise<Error> {
  const { code, detail, errors } = await problemOf(answer);
  const message = detail ?? `The import was answered with ${answer.status}.`;
  return code === 'import-refused'
    ? new Refusal(code, message, { errors: (errors ?? []) as LineError[] })
    : new CouldNotRun(code === undefined ? message : `${code}: ${message}`);
}

function say({ lines, recorded, alreadyRecorded, failed, errors, basis }: Report, dryRun: boolean): void {
  for (const error of errors) sayError(error);
  const told = new Set(errors.map(({ line }) => line)).size;
  if (failed > told) process.stdout.write(`… and ${failed - told} more lines\n`);
  const would = dryRun ? 'would be recorded' : 'recorded';
  process.stdout.write(
    `${lines} lines: ${recorded} ${would}, ${alreadyRecorded} already recorded, ${failed} failed; size ${basis.treeSize}, root hash ${basis.rootHash}\n`,
  );
}

function sayError(error: object): void {
  const { line, code, pointer, detail, value } = error as ImportReport['errors'][number]; // A report has only these.
  const is = value === undefined ? '' : `, is ${JSON.stringify(value)}`;
  process.stdout.write(`line ${line}: ${code}: ${pointer}${pointer && ' '}${detail}${is}\n`);
}

function couldNotRun(error: unknown, config: Config): unknown {
  if (error instanceof StoreLocked)
    return new CouldNotRun(
      `${error.message}. If it is the service, import through it: --url ${serviceOf(config).url}, with LEDGER_TOKEN where it has principals.`,
    );
  if (error instanceof Refusal) return new CouldNotRun(`${error.code}: ${withCause(error)}`);
  if (error instanceof Error && 'code' in error && 'syscall' in error) return new CouldNotRun(error.message);
  return error;
}

function sizeOf(file: string): number {
  const stat = statSync(file);
  if (stat.isDirectory()) throw new CouldNotRun(`${file} is a directory.`);
  return stat.size;
}

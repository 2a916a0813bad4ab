import { createReadStream, readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config.ts';
import { type LineError, Refusal } from '../errors.ts';
import { type Format, formatNames, formatOfName, mediaTypeOf } from '../import/formats.ts';
import { alonePieceBytes } from '../import/import-lines.ts';
import { StoreLocked } from '../store/lock-file.ts';
import { CouldNotRun, withCause } from './outcome.ts';
import { progressOn } from './progress.ts';
import { ask, noAnswer, problemOf, type Service, serviceOf } from './service.ts';

/** A file of events or a list, and how it is read. */
export interface GivenFile {
  file: string;
  /** Bytes; 0: nobody knows. */
  size: number;
  format: Format;
  /** The text of the mapping. */
  mapping: string | undefined;
}

/** The options that say how a file is read, and into which initiative it goes. */
export interface FileOptions {
  initiative: string;
  mapping?: string;
  format?: Format;
  json?: boolean;
  url?: string;
}

export const addFileOptions = (command: Command): Command =>
  command
    .requiredOption('--initiative <id>', 'the initiative that the events belong to', slug)
    .option('--mapping <file>', 'how to read the columns of a table (JSON, see docs/import.md)')
    .addOption(
      new Option(
        '--format <format>',
        'the default is what the suffix of the name says, csv with --mapping, else ndjson',
      ).choices(formatNames),
    );

function slug(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('It has lower-case letters, digits and hyphens only.');
}

export function givenFile(file: string, options: FileOptions): GivenFile {
  const usual = formatOfName(file) ?? (options.mapping === undefined ? 'ndjson' : 'csv');
  const { format = usual } = options;
  if (format === 'ndjson' && options.mapping !== undefined)
    throw new CouldNotRun('--mapping is for tables: leave it out, or give --format csv.');
  const mapping = options.mapping === undefined ? undefined : readFileSync(options.mapping, 'utf8');
  return { file, size: file === '-' ? 0 : sizeOf(file), format, mapping };
}

function sizeOf(file: string): number {
  const stat = statSync(file);
  if (stat.isDirectory()) throw new CouldNotRun(`${file} is a directory.`);
  return stat.size;
}

export const sourceOf = (file: string): Readable =>
  file === '-' ? process.stdin : createReadStream(file, { highWaterMark: alonePieceBytes });

/** Where the progress is shown: what is printed as JSON is to be nothing but that. */
export const progressStreamOf = ({ json }: FileOptions): NodeJS.WriteStream =>
  json ? process.stderr : process.stdout;

/** Sends the file to a service, which works on it while it arrives, and gives the report. */
export async function sendFile<R>(
  service: Service,
  path: string,
  { file, size, format }: GivenFile,
  options: FileOptions,
): Promise<R> {
  const progress = progressOn(progressStreamOf(options), { unit: 'bytes' });
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
    const answer = await ask(service, 'POST', path, {
      headers: { 'content-type': mediaTypeOf(format) },
      body: Readable.toWeb(Readable.from(sent(), { objectMode: false })),
      duplex: 'half',
      signal: ended.signal,
    });
    if (!answer.ok) throw await refusalIn(answer);
    const report = await answer.json().catch((error) => {
      throw noAnswer(service.url, error);
    });
    // What this path is answered with.
    return report as R;
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
  const message = detail ?? `The file was answered with ${answer.status}.`;
  return code === 'import-refused'
    ? new Refusal(code, message, { errors: (errors ?? []) as LineError[] })
    : new CouldNotRun(code === undefined ? message : `${code}: ${message}`);
}

/** The failure of a command that works on a file. */
export function couldNotRun(error: unknown, config: Config): unknown {
  if (error instanceof StoreLocked)
    return new CouldNotRun(
      `${error.message}. If it is the service, import through it: --url ${serviceOf(config).url}, with LEDGER_TOKEN where it has principals.`,
    );
  if (error instanceof Refusal) return new CouldNotRun(`${error.code}: ${withCause(error)}`);
  if (error instanceof Error && 'code' in error && 'syscall' in error) return new CouldNotRun(error.message);
  return error;
}

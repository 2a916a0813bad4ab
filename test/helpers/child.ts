import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Nothing of the environment of the tests but where compiled code is kept, which makes a start quicker. */
function bare(): Record<string, string> {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
}

export type Program = ChildProcess & { stdin: NodeJS.WritableStream } & Record<
    'stdout' | 'stderr',
    NodeJS.ReadableStream
  >;

/** The program with its arguments, and with the environment that is given. */
export const startProgram = (args: string[], env: Record<string, string>): Program =>
  // With three pipes, all three are there.
  spawn(process.execPath, [main, ...args], { env: { ...bare(), ...env } }) as Program;

/** The service with a database file. */
export const start = (file: string, env: Record<string, string> = {}): Program =>
  startProgram(['serve'], {
    PORT: '0',
    LOG_LEVEL: 'info',
    DATABASE_URL: `file:${file}`,
    SIGNER_DIR: `${file}-signer`,
    ...env,
  });

/** A test, or whatever else ends what was started for it. */
export interface Ending {
  teardown(end: () => unknown): void;
}

/** A service that listens, and its address. */
export async function serveChild(
  t: Ending,
  file: string,
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = start(file, env);
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const address = /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(JSON.parse(line).msg);
    if (!address?.[1]) continue;
    // A pipe that nobody reads would fill up and stop the server.
    child.stdout.resume();
    return { child, url: address[1] };
  }
  throw new Error(`the server ended before it listened: ${await text(child.stderr)}`);
}

/** How a command ended, and what it said. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs a command to its end in a process of its own, without a terminal. */
export async function runChild(
  args: string[],
  env: Record<string, string>,
  input: string | Buffer = '',
): Promise<Outcome> {
  const child = startProgram(args, env);
  // A command that refuses its arguments does not read it.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: code ?? -1, out, err };
}

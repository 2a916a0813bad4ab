import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runProgram } from '../../src/cli/program.ts';
import { type Outcome, runChild } from './child.ts';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command to its end, without a terminal, in this process: to start another one takes longer than most commands. It has streams
 * and an environment of its own, so commands run one after the other. `serve` has a process, as its log goes to the output of that.
 */
export function runCommand(
  args: string[],
  env: Record<string, string>,
  input: string | Buffer = '',
): Promise<Outcome> {
  if (args[0] === 'serve') return runChild(args, env, input);
  const done = last.then(() => runHere(args, env, input));
  last = done.catch(() => {});
  return done;
}

async function runHere(
  args: string[],
  env: Record<string, string>,
  input: string | Buffer,
): Promise<Outcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [text(stdout), text(stderr)];
  const replaced = Object.entries({
    stdin: Readable.from(input.length === 0 ? [] : [Buffer.from(input)]),
    stdout,
    stderr,
    env: { ...env },
  }).map(([name, value]) => {
    const before = Object.getOwnPropertyDescriptor(process, name);
    if (!before) throw new Error(`a process has no ${name}`);
    Object.defineProperty(process, name, { value, writable: true, configurable: true });
    return { name, before };
  });
  const { exitCode } = process;
  process.exitCode = undefined;
  let code: number;
  try {
    await runProgram(args);
  } finally {
    code = Number(process.exitCode ?? 0);
    process.exitCode = exitCode;
    for (const { name, before } of replaced) Object.defineProperty(process, name, before);
  }
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

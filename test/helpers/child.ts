import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The service, or another command, with a database file, and nothing of the environment of the tests. */
export const start = (
  file: string,
  env: Record<string, string> = {},
  command = 'serve',
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } =>
  spawn(process.execPath, [main, command], {
    env: {
      PORT: '0',
      LOG_LEVEL: 'info',
      DATABASE_URL: `file:${file}`,
      SIGNER_DIR: `${file}-signer`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** A service that listens, and its address. */
export async function serveChild(
  t: Test,
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

/** Runs a command on a database file, without a terminal. */
export function runCommand(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

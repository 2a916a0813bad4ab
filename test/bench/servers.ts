import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Order, Reply } from './server.ts';

export interface Server {
  port: number;
  ask: (order: Order) => Promise<Reply>;
  stop: () => Promise<void>;
}

const directories = new Set<string>();
const children = new Set<ChildProcess>();

/** However the run ends, short of being killed; and a child ends when it loses its parent. */
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

/** A directory that is gone when this process is. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-bench-'));
  directories.add(directory);
  return directory;
}

const root = join(import.meta.dirname, '../..');
/** What starts the program. */
export const programs = {
  package: join(root, 'bin/milestone-ledger.js'),
  checkout: join(root, 'bin/from-source.js'),
};

let isBuilt = false;

/** Makes what the package starts, once a run. */
export function buildPackage(): void {
  if (!isBuilt) execFileSync('npm', ['run', '-s', 'build'], { cwd: root, stdio: 'inherit' });
  isBuilt = true;
}

/** Starts a server in a process of its own. */
export const startServer = (engine: Engine, directory: string): Promise<Server> =>
  startProgram(join(import.meta.dirname, 'server.ts'), [engine, directory]);

/** Starts a program that tells its port, answers orders, and ends with its parent, as server.ts does. */
export async function startProgram(program: string, args: string[]): Promise<Server> {
  const child = fork(program, args);
  children.add(child);
  const ended = once(child, 'exit').then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  const reply = async (): Promise<Reply> => {
    const first = await Promise.race([once(child, 'message'), ended]);
    if (!Array.isArray(first)) throw new Error(`${program} ended with ${first}`);
    return first[0] as Reply;
  };
  const { port } = await reply();
  if (port === undefined) throw new Error(`${program} told no port`);
  return {
    port,
    ask(order) {
      const answer = reply();
      child.send(order);
      return answer;
    },
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}

/** Posts what a ledger begins with. */
export async function post(port: number, initiativeId: string, body: object, token?: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/initiatives/${initiativeId}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`posting was answered with ${response.status}: ${text}`);
}

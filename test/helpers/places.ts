import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const isRoot = process.getuid?.() === 0;
/** Another user than the one of the tests, where there can be one: it may do nothing here that all may not. */
export const nobody = 65534;
export const asOther = { skip: whyNotAsOther() };
const mounts = isRoot && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
export const withMount = { skip: mounts ? false : 'this user may not mount a file system' };

/** Why no program of this checkout can be run as another user, if it can't: such a user may have no way into it. */
function whyNotAsOther(): string | false {
  if (!isRoot) return 'only root can run a program as another user';
  const other = { uid: nobody, gid: nobody };
  if (spawnSync('test', ['-r', main], other).status !== 0) return `another user may not read ${main}`;
  return spawnSync(process.execPath, ['--version'], other).status === 0
    ? false
    : `another user may not run ${process.execPath}`;
}

/** A directory that all may look into. */
export function place(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-place-'));
  chmodSync(directory, 0o755);
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Run {
  env: Record<string, string>;
  args?: string[];
  /** A shell command before the program, which sees the same files. */
  before?: string;
  other?: boolean;
}

/** Runs the program in a place where it can't go on; gives the line that it ends with. */
export async function run({
  env,
  args = ['serve'],
  before,
  other = false,
}: Run): Promise<{ code: number; err: string }> {
  // Without what tap has each Node write into a directory of its own, which another user may not.
  const program = ['env', '-u', 'NODE_OPTIONS', process.execPath, main, ...args];
  const command =
    before === undefined ? program : ['unshare', '-m', 'sh', '-c', `${before} && exec "$0" "$@"`, ...program];
  const child = spawn(command[0] ?? '', command.slice(1), {
    env: { PATH: process.env['PATH'], PORT: '0', SIGNER_DIR: '', ...env },
    ...(other && { uid: nobody, gid: nobody }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (out.includes('listening')) child.kill();
  return { code: code ?? -1, err };
}

export const database = (path: string) => ({ DATABASE_URL: `file:${path}` });

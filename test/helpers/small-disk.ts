import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A file system of so many bytes in memory, which only root may make. */
export function smallDisk(t: Test, size: string): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-disk-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', directory], { stdio: 'ignore' });
  } catch {
    t.comment('not tried: a file system can not be mounted here');
    return undefined;
  }
  t.teardown(() => execFileSync('umount', ['-l', directory]));
  return directory;
}

/** Changes how it is mounted. */
export function remount(directory: string, options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, directory]);
}

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Test } from 'tap';

/** Has the syncs of files done by this, until the end of the test. */
export function syncingBy(t: Test, sync: () => Promise<void>): void {
  const { fdatasync } = fs;
  t.teardown(() => {
    fs.fdatasync = fdatasync;
    syncBuiltinESMExports();
  });
  const instead = (_fd: number, done: fs.NoParamCallback): void => void sync().then(() => done(null), done);
  fs.fdatasync = Object.assign(instead, { __promisify__: fdatasync.__promisify__ });
  syncBuiltinESMExports();
}

// Plain JavaScript that any Node runs under which npm runs. An old Node can't even parse what it loads.
import { spawn } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/** Runs a program in this process. If this Node is too old, runs this script under the Node that is installed with the packages. */
export async function run(entry) {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major >= 26) {
    keepCompiled();
    await import(entry.href);
    return;
  }
  const executable = installed();
  const child = spawn(executable, process.argv.slice(1), { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    for (const one of signals) process.removeAllListeners(one);
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 2);
  });
}

function installed() {
  const { platform, arch } = process;
  const os = platform === 'win32' ? 'win' : platform;
  const name = `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${os}-${arch}`;
  try {
    return module
      .createRequire(import.meta.url)
      .resolve(`${name}/bin/node${platform === 'win32' ? '.exe' : ''}`);
  } catch {
    console.error(
      `milestone-ledger: needs Node.js 26 or later, and this is ${process.version}. It comes with the packages, but ${name} is not installed: run npm ci --include=optional, or install Node.js 26 (https://nodejs.org) and put it first in PATH.`,
    );
    process.exit(2);
  }
}

/**
 * Keeps in a directory what Node has compiled, so that the next start is quicker: in that of the user who runs this, whatever HOME
 * says. What lies there is run, so nobody else may write to it. Where there can be no such directory, nothing is kept.
 */
export function keepCompiled(given) {
  try {
    const directory = given ?? join(userInfo().homedir, '.cache/milestone-ledger');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(directory);
    const isOwn = process.platform === 'win32' || (uid === process.getuid() && (mode & 0o022) === 0);
    if (isOwn) module.enableCompileCache(directory);
  } catch {
    // A user without a home, or a file system that is only read.
  }
}

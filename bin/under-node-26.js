// Plain JavaScript that any Node runs under which npm runs. An old Node can't even parse what it loads.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Runs a program in this process. If this Node is too old, runs it under the Node that is installed with the packages. */
export async function run(entry) {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major >= 26) {
    await import(entry.href);
    return;
  }
  const executable = installed();
  const child = spawn(executable, [fileURLToPath(entry), ...process.argv.slice(2)], { stdio: 'inherit' });
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
    return createRequire(import.meta.url).resolve(`${name}/bin/node${platform === 'win32' ? '.exe' : ''}`);
  } catch {
    console.error(
      `milestone-ledger: needs Node.js 26 or later, and this is ${process.version}. It comes with the packages, but ${name} is not installed: run npm ci --include=optional, or install Node.js 26 (https://nodejs.org) and put it first in PATH.`,
    );
    process.exit(2);
  }
}

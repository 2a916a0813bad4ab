#!/usr/bin/env node
// Plain JavaScript, as Node never strips types under node_modules, and old enough for any Node that npm runs on: an
// old one starts the program again under the runtime that was installed with this package.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const entry = new URL('../dist/src/main.js', import.meta.url);
const [major = 0] = process.versions.node.split('.').map(Number);
if (major >= 26) {
  await import(entry.href);
} else {
  const { platform, arch } = process;
  const os = platform === 'win32' ? 'win' : platform;
  const name = `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${os}-${arch}`;
  let executable;
  try {
    executable = createRequire(import.meta.url).resolve(
      `${name}/bin/node${platform === 'win32' ? '.exe' : ''}`,
    );
  } catch {
    console.error(
      `milestone-ledger: needs Node.js 26 (this is ${process.version}, and ${name} is not installed)`,
    );
    process.exit(2);
  }
  const child = spawn(executable, [fileURLToPath(entry), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 2)));
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import { freePort, listening } from './free-port.ts';

/** The program, which Debian has where only the PATH of an administrator leads; undefined: it is not on this machine. */
export const nginx = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((directory) => join(directory, 'nginx'))
  .find(isExecutable);

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts nginx with the block of a server, as it stands but for the port. Gives the port; ends with the test. */
export async function startNginx(t: Test, directory: string, block: string): Promise<number> {
  if (!nginx) throw new Error('nginx is not on this machine');
  // A port that is free now may be somebody's when nginx begins to listen.
  for (let tries = 0; tries < 5; tries++) {
    const port = await freePort();
    const child = spawn(nginx, ['-p', directory, '-c', writeConfig(directory, block, port), '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    const failed = text(child.stderr);
    const ended = once(child, 'exit').then(() => true);
    if (await Promise.race([ended, listening(port, () => child.exitCode !== null)])) {
      const message = await failed;
      if (message.includes('Address already in use')) continue;
      throw new Error(`nginx did not start: ${message}`);
    }
    t.teardown(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    return port;
  }
  throw new Error('nginx found no port');
}

function writeConfig(directory: string, block: string, port: number): string {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => {
    mkdirSync(join(directory, name), { recursive: true });
    return `${name}_temp_path ${join(directory, name)};`;
  });
  const file = join(directory, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${join(directory, 'nginx.pid')};
events {}
http {
${places.join('\n')}
${block.replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)}
}
`,
  );
  return file;
}

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import { freePort, listening } from './free-port.ts';

/** The program; undefined: it is not on this machine. */
export const caddy = spawnSync('caddy', ['version']).status === 0 ? 'caddy' : undefined;

/** Starts Caddy with the block of a site, as it stands but for its address. Gives the port; ends with the test. */
export async function startCaddy(t: Test, directory: string, block: string): Promise<number> {
  if (!caddy) throw new Error('Caddy is not on this machine');
  // A port that is free now may be somebody's when Caddy begins to listen.
  for (let tries = 0; tries < 5; tries++) {
    const port = await freePort();
    const file = join(directory, 'Caddyfile');
    const site = block.replace(/^\S+ \{/m, `:${port} {\n\tbind 127.0.0.1`);
    writeFileSync(file, `{\n\tadmin off\n}\n${site}`);
    const child = spawn(caddy, ['run', '--config', file, '--adapter', 'caddyfile'], {
      env: { PATH: process.env['PATH'], HOME: directory },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    const said = text(child.stderr);
    const ended = once(child, 'exit').then(() => true);
    if (await Promise.race([ended, listening(port, () => child.exitCode !== null)])) {
      const message = await said;
      if (message.includes('address already in use')) continue;
      throw new Error(`Caddy did not start: ${message}`);
    }
    t.teardown(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    return port;
  }
  throw new Error('Caddy found no port');
}

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';

/** What a Containerfile makes, as far as ours says it. */
export interface Image {
  from: string;
  steps: ({ run: string } | { copy: [from: string, to: string] })[];
  env: Record<string, string>;
  user: string;
  workdir: string;
  volumes: string[];
  health: string[];
  entrypoint: string[];
  cmd: string[];
}

/** Reads a Containerfile. Throws at an instruction that this does not know, so that none is left out. */
export function imageOf(text: string): Image {
  const image: Image = {
    from: '',
    steps: [],
    env: {},
    user: 'root',
    workdir: '/',
    volumes: [],
    health: [],
    entrypoint: [],
    cmd: [],
  };
  const list = (json: string): string[] => JSON.parse(json) as string[];
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  for (const line of lines) {
    const [, name, rest = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    if (line.trim() === '') continue;
    switch (name) {
      case 'FROM':
        image.from = rest;
        break;
      case 'RUN':
        image.steps.push({ run: rest });
        break;
      case 'COPY': {
        const [from = '', to = '', ...more] = rest.split(' ');
        if (more.length > 0 || from.startsWith('-')) throw new Error(`COPY ${rest}`);
        image.steps.push({ copy: [from, to] });
        break;
      }
      case 'ENV':
        for (const pair of rest.split(' ')) {
          const at = pair.indexOf('=');
          image.env[pair.slice(0, at)] = pair.slice(at + 1);
        }
        break;
      case 'USER':
        image.user = rest;
        break;
      case 'WORKDIR':
        image.workdir = rest;
        break;
      case 'VOLUME':
        image.volumes = list(rest);
        break;
      case 'HEALTHCHECK':
        image.health = list(/ CMD (\[.*\])$/.exec(rest)?.[1] ?? '');
        break;
      case 'ENTRYPOINT':
        image.entrypoint = list(rest);
        break;
      case 'CMD':
        image.cmd = list(rest);
        break;
      case 'EXPOSE':
        break;
      default:
        throw new Error(`It has an instruction that is not known here: ${line}`);
    }
  }
  return image;
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Does the steps of an image in a directory that holds its base: what RUN says in a chroot there, as root, with the names of the network
 * and the settings of apt that this machine has.
 */
export function build({ steps, env, workdir }: Image, root: string, context: string): void {
  for (const file of ['/etc/resolv.conf', ...globSync('/etc/apt/apt.conf.d/99*')])
    if (existsSync(file)) cpSync(file, join(root, file), { dereference: true });
  for (const step of steps) {
    if ('run' in step)
      execFileSync('chroot', [root, '/bin/sh', '-c', step.run], {
        env: { PATH: path, ...env },
        stdio: 'inherit',
      });
    else
      cpSync(join(context, step.copy[0]), join(root, step.copy[1]), {
        recursive: true,
        verbatimSymlinks: true,
      });
  }
  mkdirSync(join(root, workdir), { recursive: true });
}

/**
 * A program in the built root as a container has it: the user of the image, a root that can only be read, and a /tmp of its own; its
 * volumes can be written. The network is that of this machine. (tap would have Node load what it watches tests with.)
 */
export function start(
  t: Test,
  { env, user, workdir, volumes, entrypoint }: Image,
  root: string,
  args: string[],
  more: Record<string, string> = {},
  program = entrypoint,
) {
  const mounts = [
    // A bind of its own, as only that can be mounted anew without a right to write.
    `mount --bind '${root}' '${root}'`,
    ...volumes.map((volume) => `mount --bind '${root}${volume}' '${root}${volume}'`),
    `mount -t proc proc '${root}/proc'`,
    `mount -t tmpfs tmpfs '${root}/tmp'`,
    `mount -o remount,bind,ro '${root}'`,
  ].join(' && ');
  const inside = [
    'chroot',
    `--userspec=${user}:${user}`,
    root,
    '/bin/sh',
    '-c',
    `unset NODE_OPTIONS; cd '${workdir}' && exec "$@"`,
    'sh',
  ];
  const child = spawn(
    'unshare',
    ['-m', 'sh', '-c', `${mounts} && exec "$@"`, 'sh', ...inside, ...program, ...args],
    {
      env: { PATH: path, ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

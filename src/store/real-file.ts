import { lstatSync, readlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreUnavailable } from './lock-file.ts';

/** As many as the operating system follows. */
const linksMax = 40;

/**
 * The file that a path leads to through all symbolic links, whether or not it is there yet. What SQLite puts beside it, and
 * the lock, stand beside that file, so one file has them once whatever it is opened as.
 */
export function realFile(path: string): string {
  let links = 0;
  const follow = (path: string): string => {
    const parent = dirname(path);
    if (parent === path) return path;
    const real = join(follow(parent), basename(path));
    if (!isLink(real)) return real;
    links += 1;
    if (links > linksMax) throw new StoreUnavailable(`${path} is a symbolic link that leads to itself.`);
    return follow(resolve(dirname(real), readlinkSync(real)));
  };
  return follow(resolve(path));
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    // Below a file, or where nothing may be seen: whoever opens it hears why.
    return false;
  }
}

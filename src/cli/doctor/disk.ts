import { existsSync, type StatsFs, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { type Check, type Finding, ok, type Surroundings, warning, wrong } from './check.ts';
import { size } from './words.ts';

/** Below the first no import fits, below the second an operator has little time left. */
const bytesLeast = 64 * 2 ** 20;
const bytesEnough = 2 ** 30;
const filesLeast = 1_000;

/** Linux, statfs(2): file systems whose locks and syncs are those of another machine. */
const networks = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
]);

/** What a file system says of itself; the members are those of statfs(2). */
export type FileSystem = Pick<StatsFs, 'type' | 'bsize' | 'bavail' | 'files' | 'ffree'>;

/** Room where files grow: the data, the signer's state, and what is kept for a while. */
export const disk: Check<Surroundings> = {
  name: 'disk',
  look({ file, config: { SIGNER_DIR } }) {
    const places = [
      ...(file === undefined ? [] : [{ directory: dirname(file), needed: bytesOf(file), isData: true }]),
      ...(SIGNER_DIR === '' ? [] : [{ directory: SIGNER_DIR, needed: 0, isData: false }]),
      { directory: tmpdir(), needed: 0, isData: false },
    ].map((place) => ({ ...place, directory: thereAbove(place.directory) }));
    /** Each file system once, under its first place. */
    const seen = new Map<number, (typeof places)[number]>();
    for (const place of places) {
      const { dev } = statSync(place.directory);
      if (!seen.has(dev)) seen.set(dev, place);
    }
    return [...seen.values()].flatMap((place) => findingsOf(statfsSync(place.directory), place));
  },
};

/** What is to be said of the file system of a directory. needed: bytes that are there once and may be needed again. */
export function findingsOf(
  { type, bsize, bavail, files, ffree }: FileSystem,
  { directory, needed, isData }: { directory: string; needed: number; isData: boolean },
): Finding[] {
  const findings: Finding[] = [];
  const network = isData ? networks.get(type >>> 0) : undefined;
  if (network !== undefined)
    findings.push(
      wrong(
        `${directory} is on a file system of the network (${network}), whose locks and syncs protect no SQLite file. Put the data on a disk of this machine, or use PostgreSQL.`,
      ),
    );
  const free = bavail * bsize;
  const enough = Math.max(bytesEnough, needed);
  const room = `${size(free)} are free in ${directory}`;
  if (free < bytesLeast)
    findings.push(wrong(`${room}. Make room now: posts and imports are refused when the disk is full.`));
  else if (free < enough)
    findings.push(
      warning(
        `${room}. Make room: ${needed > bytesEnough ? 'a backup or a rebuild needs the size of the ledger again' : 'less than 1 GiB is soon used up'}.`,
      ),
    );
  // Some file systems make them as they need them, and count none.
  if (files > 0 && ffree < filesLeast)
    findings.push(
      wrong(`only ${ffree} more files fit in ${directory} (inodes). Delete files that nobody needs.`),
    );
  return findings.length > 0 ? findings : [ok(room)];
}

const bytesOf = (file: string): number =>
  ['', '-wal'].reduce(
    (sum, suffix) => sum + (statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

/** The directory, or the nearest one above it that is there. */
function thereAbove(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory
    ? directory
    : thereAbove(dirname(directory));
}

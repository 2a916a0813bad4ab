import { accessSync, constants, existsSync, type Stats, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { permissionFault, permissionWarnings } from '../../signer/signer-directory.ts';
import { obstacleAt } from '../../store/place.ts';
import { decided } from '../../store/sqlite/put-in-place.ts';
import { type Check, type Finding, ok, type Surroundings, warning, wrong } from './check.ts';

/** Says whose a place is where it is not this user's; undefined: it is, it is not there yet, or users are not known here. */
export function foreignOwner(path: string): string | undefined {
  const there = statSync(path, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  if (there === undefined || uid === undefined || there.uid === uid) return undefined;
  return `${path} belongs to uid ${there.uid}, and this is uid ${uid}`;
}

/** Whether the file of a ledger can be opened to read it, so that nothing is changed by that. */
export const mayBeOpened = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true &&
  foreignOwner(file) === undefined &&
  // SQLite would take back what was left.
  !existsSync(`${file}-journal`);

/** The file of a ledger in SQLite, what lies beside it, and the directory of both. */
export const data: Check<Surroundings> = {
  name: 'data',
  look({ file }) {
    if (file === undefined) return [];
    const obstacle = obstacleAt(file, 'a file to write');
    if (obstacle !== undefined) return [wrong(`DATABASE_URL: ${file} can't be used: ${obstacle}`)];
    const directory = dirname(file);
    const [there, above] = [statOf(file), statOf(directory)];
    if (there === undefined)
      return [
        warning(
          `there is no ledger at ${file} yet. The service makes one when it starts; if you have one, set DATABASE_URL to it.`,
        ),
      ];
    const foreign = foreignOwner(file);
    if (foreign !== undefined)
      return [
        wrong(
          `${foreign}. Run doctor as the user of the service: another user's files beside the ledger would be in its way. Nothing in it was looked at.`,
        ),
      ];
    const findings = leftBeside(file);
    if (there.nlink > 1)
      findings.push(
        wrong(
          `${file} has ${there.nlink} names (hard links), and the service does not start on it. Remove the others.`,
        ),
      );
    const mode = above?.mode ?? 0;
    const reachable = mode & 0o001;
    // In a directory such as /tmp others may make files, and replace none.
    if ((mode & 0o1002) === 0o0002 || (reachable && there.mode & 0o002))
      findings.push(
        wrong(`every user of this machine can replace ${file}. Forbid it: chmod 700 ${directory}`),
      );
    else if (reachable && there.mode & 0o004)
      findings.push(
        warning(
          `every user of this machine can read ${file}, with the names of persons in it. Forbid it: chmod 700 ${directory}`,
        ),
      );
    return findings.length > 0 ? findings : [ok(`${file} can be written, by this user alone`)];
  },
};

function leftBeside(file: string): Finding[] {
  const findings: Finding[] = [];
  if (existsSync(`${file}-journal`))
    findings.push(
      wrong(
        `${file}-journal is there, which another program left in the middle of a change. Stop what has the file open and keep a copy of both; the next start takes the change back. Then verify. Nothing in it was looked at.`,
      ),
    );
  if (existsSync(decided(file)))
    findings.push(
      warning(
        `${decided(file)} is there: restore was broken off when it had decided. The next start puts it in its place; what is there is moved aside.`,
      ),
    );
  if (existsSync(`${file}-wal.aside`))
    findings.push(
      wrong(
        `${file}-wal.aside is there: a service set it aside as it was stopped, because another ledger had been put in its place. It belongs to that ledger: where that has no -wal, rename it back before the next start.`,
      ),
    );
  return findings;
}

/** The directory of the signer: who else could sign with its keys, or replace its state. */
export const signerDirectory: Check<Surroundings> = {
  name: 'signer directory',
  look({ config: { SIGNER_DIR }, file }) {
    if (SIGNER_DIR === '') return [];
    const obstacle = obstacleAt(SIGNER_DIR, 'a directory');
    if (obstacle !== undefined) return [wrong(`SIGNER_DIR: ${SIGNER_DIR} can't be used: ${obstacle}`)];
    if (!existsSync(SIGNER_DIR)) return [ok(`${SIGNER_DIR} is made at the first start`)];
    const findings: Finding[] = [];
    const fault = permissionFault(SIGNER_DIR);
    if (fault !== undefined) findings.push(wrong(fault));
    for (const text of permissionWarnings(SIGNER_DIR))
      findings.push(/private keys/.test(text) ? wrong(text) : warning(text));
    const foreign = ['', 'keys.json', 'state.json'].flatMap(
      (name) => foreignOwner(join(SIGNER_DIR, name)) ?? [],
    );
    if (foreign[0] !== undefined)
      findings.push(
        wrong(`${foreign[0]}. Give it to the user of the service (chown), or run doctor as that user.`),
      );
    if (file !== undefined && isBelow(SIGNER_DIR, dirname(file)))
      findings.push(
        warning(
          `${SIGNER_DIR} lies in the directory of the data: whoever restores that directory restores both, and nothing shows that the data are older. Move it, and set SIGNER_DIR.`,
        ),
      );
    return findings.length > 0 ? findings : [ok(`${SIGNER_DIR} is this user's alone`)];
  },
};

/** Whether a directory is another one, or lies in it, whatever links lead there. */
function isBelow(path: string, directory: string): boolean {
  const above = statOf(directory);
  for (let place = path; ; place = dirname(place)) {
    const there = statOf(place);
    if (there && above && there.dev === above.dev && there.ino === above.ino) return true;
    if (dirname(place) === place) return false;
  }
}

/** Imports keep what they have read so far there, and commands copies of a ledger on a medium that can only be read. */
export const temporary: Check<unknown> = {
  name: 'temporary files',
  look() {
    const directory = tmpdir();
    try {
      accessSync(directory, constants.W_OK | constants.X_OK);
      return [ok(`${directory} can be written`)];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return [wrong(`${directory} can't be written (${code}), so nothing can be imported. Set TMPDIR.`)];
    }
  },
};

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

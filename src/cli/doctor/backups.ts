import { statSync } from 'node:fs';
import { StoreUnavailable } from '../../store/lock-file.ts';
import { obstacleAt } from '../../store/place.ts';
import { type BackupState, backupState } from '../../store/sqlite/backups.ts';
import { type Check, type Finding, ok, type Surroundings, warning, wrong } from './check.ts';
import { counted, duration } from './words.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The newest backup in BACKUP_DIR, how old it is, and whether it was verified. */
export const backup: Check<Surroundings> = {
  name: 'backup',
  async look({ file, config: { BACKUP_DIR, BACKUP_EVERY }, nowMs, isServed }) {
    // PostgreSQL has tools of its own, which keep no account here.
    if (file === undefined) return [];
    if (BACKUP_DIR === undefined)
      return [
        warning(
          'the service makes none. Set BACKUP_DIR to a directory on another disk: docs/operate.md, "Backup of SQLite".',
        ),
      ];
    const there = statSync(BACKUP_DIR, { throwIfNoEntry: false });
    if (there === undefined)
      return [
        wrong(
          `BACKUP_DIR: there is no directory ${BACKUP_DIR}, so no backup is made. Mount its disk, or make it: mkdir -m 700 ${BACKUP_DIR}`,
        ),
      ];
    const obstacle = obstacleAt(BACKUP_DIR, 'a directory');
    if (obstacle !== undefined) return [wrong(`BACKUP_DIR: ${BACKUP_DIR} can't be used: ${obstacle}`)];
    const findings: Finding[] = [];
    if (there.mode & 0o007)
      findings.push(
        warning(
          `every user of this machine can look into ${BACKUP_DIR}, where the names of persons are. Forbid it: chmod 700 ${BACKUP_DIR}`,
        ),
      );
    try {
      findings.push(
        ...ofState(await backupState(BACKUP_DIR), { nowMs, isServed, everyMs: BACKUP_EVERY * minuteMs }),
      );
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      findings.push(wrong(error.message));
    }
    return findings;
  },
};

function ofState(
  state: BackupState | undefined,
  { nowMs, isServed, everyMs }: { nowMs: number; isServed: boolean; everyMs: number },
): Finding[] {
  const newest = state?.backups.at(-1);
  const findings: Finding[] = [];
  if (state?.failure) {
    const { at, what } = state.failure;
    findings.push(wrong(`the last attempt made none (${at}): ${what}`));
  }
  if (newest === undefined) {
    if (findings.length === 0)
      findings.push(warning('none was made yet. The service makes one soon after its start.'));
    return findings;
  }
  const ageMs = nowMs - Date.parse(newest.madeAt);
  const text = `the newest, ${newest.file}, is ${duration(Math.max(0, ageMs))} old`;
  if (isServed && ageMs > 2 * everyMs + 10 * minuteMs)
    findings.push(
      wrong(
        `${text}, and one is due every ${duration(everyMs)}. Look for "backup" in the log of the service, and whether it was started with BACKUP_DIR.`,
      ),
    );
  const { wholeVerifiedAt } = state ?? {};
  const wholeMs = wholeVerifiedAt === undefined ? undefined : nowMs - Date.parse(wholeVerifiedAt);
  const firstMs = nowMs - Date.parse(state?.backups[0]?.madeAt ?? newest.madeAt);
  if (isServed && (wholeMs ?? firstMs) > 2 * dayMs)
    findings.push(
      warning(
        `no backup was verified whole for ${duration(wholeMs ?? firstMs)}. Run verify on the newest: DATABASE_URL=file:BACKUP SIGNER_DIR= milestone-ledger verify`,
      ),
    );
  if (findings.length > 0) return findings;
  const whole =
    wholeMs === undefined
      ? ''
      : `; the last one that was verified whole is ${duration(Math.max(0, wholeMs))} old`;
  return [
    ok(
      `${text}, has ${counted(newest.position, 'event')}, and was verified${newest.verified === 'whole' ? ' whole' : `, its hashes${whole}`}`,
    ),
  ];
}

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import {
  type Backup,
  type BackupState,
  backupName,
  backupState,
  outdated,
  stateFile,
} from '../../../src/store/sqlite/backups.ts';

const dayMs = 86_400_000;
const begin = Date.parse('2026-01-01T00:00:00.000Z');

const backupAt = (atMs: number, position = 1): Backup => ({
  file: backupName(atMs, position),
  madeAt: new Date(atMs).toISOString(),
  position,
  rootHash: 'ab'.repeat(32),
  verified: 'hashes',
});
const dayOf = ({ madeAt }: Backup): string => madeAt.slice(0, 10);

/** Backups in the order in which they were made; now and then the clock was set. */
const made = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: fc.nat(dayMs / 2) },
      fc.integer({ min: -400, max: 400 }).map((days) => days * dayMs),
    ),
    {
      maxLength: 120,
    },
  )
  .map((steps) => {
    let atMs = begin;
    return steps.map((step, i) => {
      atMs += step;
      return backupAt(atMs, i);
    });
  });

test('all backups of the last day are kept, and the last one of each of so many days', (t) => {
  fc.assert(
    fc.property(made, fc.integer({ min: 1, max: 40 }), (backups, keepDays) => {
      const old = new Set(outdated(backups, keepDays));
      const kept = backups.filter((backup) => !old.has(backup));
      const newest = backups.at(-1);
      if (!newest) return old.size === 0;
      const days = [...new Set(backups.toReversed().map(dayOf))];
      const lasts = days.slice(0, keepDays).map((day) => backups.findLast((one) => dayOf(one) === day));
      const isRecent = ({ madeAt }: Backup) =>
        Math.abs(Date.parse(newest.madeAt) - Date.parse(madeAt)) <= dayMs;
      // Each is kept for one of the two reasons, and for no other.
      return (
        kept.includes(newest) &&
        backups.every((one) => kept.includes(one) === (isRecent(one) || lasts.includes(one))) &&
        outdated(kept, keepDays).length === 0
      );
    }),
  );
  t.end();
});

test('a directory that is thinned after each backup has one of each day, and no more than that', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 30 }), (keepDays, hours) => {
      let kept: Backup[] = [];
      const all: Backup[] = [];
      for (let atMs = begin; atMs < begin + 15 * dayMs; atMs += hours * 3_600_000) {
        const backup = backupAt(atMs);
        all.push(backup);
        const old = new Set(outdated([...kept, backup], keepDays));
        kept = [...kept, backup].filter((one) => !old.has(one));
      }
      const days = [...new Set(all.map(dayOf))].slice(-keepDays);
      const lasts = days.map((day) => all.findLast((one) => dayOf(one) === day));
      return (
        lasts.every((last) => last && kept.includes(last)) &&
        kept.length <= keepDays + Math.ceil(24 / hours) + 1
      );
    }),
  );
  t.end();
});

test('while no new backup is made, none becomes outdated', (t) => {
  const backups = [begin, begin + dayMs, begin + 90 * dayMs].map((atMs) => backupAt(atMs));
  t.same(outdated(backups, 30), [], 'days without a backup do not count');
  t.same(outdated(backups, 2), [backups[0]]);
  t.same(outdated([], 30), []);
  t.end();
});

test('the state of a directory is what is there of what the service lists', async (t) => {
  const directory = t.testdir();
  const [one, other] = [backupAt(begin), backupAt(begin + dayMs, 2)];
  const keep = (state: unknown) => writeFileSync(join(directory, stateFile), JSON.stringify(state));
  t.equal(await backupState(directory), undefined);
  t.equal(await backupState(join(directory, 'absent')), undefined);
  const state: BackupState = {
    origin: 'log.example.org/a',
    backups: [one, other],
    wholeVerifiedAt: one.madeAt,
    failure: { at: other.madeAt, what: 'The disk is full.' },
  };
  keep(state);
  for (const { file } of [one, other]) writeFileSync(join(directory, file), '');
  t.same(await backupState(directory), state);
  rmSync(join(directory, other.file));
  mkdirSync(join(directory, other.file));
  t.same((await backupState(directory))?.backups, [one], 'one that is gone is not listed');
  // Whoever could write that could do anything there; the service still removes nothing elsewhere.
  keep({ ...state, backups: [{ ...one, file: '../outside' }, one] });
  t.same((await backupState(directory))?.backups, [one]);
  for (const damaged of ['', '{', '{}', '[]', 'null']) {
    writeFileSync(join(directory, stateFile), damaged);
    await t.rejects(backupState(directory), { message: /backups\.json is damaged\. Delete it/ }, damaged);
  }
});

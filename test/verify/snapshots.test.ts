import fc from 'fast-check';
import { test } from 'tap';
import { SnapshotsFold } from '../../src/verify/snapshots.ts';
import { bytesOfTally } from '../../src/views/stored-tally.ts';
import { type Contribution, everything, tallyOf } from '../../src/views/tally.ts';

const scopes = ['sci', 'other'];

const contributions: fc.Arbitrary<Contribution> = fc.record({
  kind: fc.constantFrom('mou' as const, 'project' as const),
  standing: fc.constantFrom(0 as const, 1 as const),
  named: fc.constantFrom(0 as const, 1 as const),
  meeting_id: fc.constantFrom(null, 'jic-1'),
  pillar: fc.constantFrom(null, 'digital', 'talent'),
  zone: fc.constant(null),
  sector: fc.constant(null),
  instrument: fc.constant(null),
  earliest: fc.constant('2023-12-01'),
  latest: fc.constantFrom('2023-12-01', '2023-12-31'),
});

const changes = fc.array(
  fc.record({
    scope: fc.constantFrom(...scopes),
    before: fc.option(contributions, { nil: undefined }),
    after: contributions,
  }),
  { minLength: 1, maxLength: 30 },
);

/** Of any scope, at any position; since: which of the earlier positions of its scope it counts from. */
const snapshots = fc.uniqueArray(
  fc.record({
    initiative_id: fc.constantFrom(everything, ...scopes),
    position: fc.integer({ min: 1, max: 32 }),
    since: fc.option(fc.nat({ max: 3 }), { freq: 2, nil: undefined }),
  }),
  { selector: ({ initiative_id, position }) => `${initiative_id} ${position}`, maxLength: 30 },
);

/** As they are stored: counted from a snapshot of all counts, or from a position that there is none of (any more). */
function dueOf(rows: { initiative_id: string; position: number; since: number | undefined }[]) {
  const ordered = rows.toSorted((a, b) => a.position - b.position);
  return ordered.map((row, i) => {
    const earlier = ordered
      .slice(0, i)
      .filter(
        ({ initiative_id, position }) => initiative_id === row.initiative_id && position < row.position,
      );
    return { ...row, since: row.since === undefined ? 0 : (earlier.at(-1 - row.since)?.position ?? 0) };
  });
}

test('each snapshot is told what changed since the position that it counts from', async (t) => {
  await fc.assert(
    fc.asyncProperty(changes, snapshots, async (changes, snapshots) => {
      const due = dueOf(snapshots);
      const told: unknown[] = [];
      const fold = new SnapshotsFold(due, async (row, tally) => {
        told.push({ ...row, tally: tally && Buffer.from(tally).toString('hex') });
      });
      for (const [i, { scope, before, after }] of changes.entries()) {
        await fold.change(i + 1, scope, before, after);
      }
      await fold.finish(changes.length);

      const expected = due.map((row) => {
        const tally = tallyOf(row.initiative_id);
        for (const { scope, before, after } of changes.slice(row.since, row.position))
          if ([everything, scope].includes(row.initiative_id)) tally.change(before, after);
        const isThere = row.position <= changes.length;
        return { ...row, tally: isThere ? Buffer.from(bytesOfTally(tally)).toString('hex') : undefined };
      });
      t.same(told, expected);
    }),
    { numRuns: 500 },
  );
});

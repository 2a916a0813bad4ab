import fc from 'fast-check';
import { test } from 'tap';
import { SnapshotsFold } from '../../src/projections/snapshots-fold.ts';
import { bytesOfTally } from '../../src/projections/stored-tally.ts';
import { type Contribution, everything, tallyOf } from '../../src/projections/tally.ts';

const scopes = ['sci', 'other'];

const contributions: fc.Arbitrary<Contribution> = fc.record({
  kind: fc.constantFrom('mou' as const, 'project' as const),
  standing: fc.constantFrom(0 as const, 1 as const),
  named: fc.constantFrom(0 as const, 1 as const),
  meeting_id: fc.constantFrom(null, 'jic-1'),
  keys: fc.constantFrom(null, '{"pillar":["digital"]}', '{"pillar":["talent"]}'),
  earliest: fc.constant('2023-12-01'),
  latest: fc.constantFrom('2023-12-01', '2023-12-31'),
});

/** Some make a record, others change the last one of their scope. */
const changes = fc
  .array(fc.record({ scope: fc.constantFrom(...scopes), isMaking: fc.boolean(), after: contributions }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((all) => {
    const last = new Map<string, Contribution>();
    return all.map(({ scope, isMaking, after }) => {
      const before = isMaking ? undefined : last.get(scope);
      last.set(scope, after);
      return { scope, before, after };
    });
  });

/** Of any scope, at any position. */
const snapshots = fc.uniqueArray(
  fc.record({
    initiative_id: fc.constantFrom(everything, ...scopes),
    position: fc.integer({ min: 1, max: 32 }),
  }),
  { selector: ({ initiative_id, position }) => `${initiative_id} ${position}`, maxLength: 30 },
);

test('each snapshot is told the counts up to its position', async (t) => {
  await fc.assert(
    fc.asyncProperty(changes, snapshots, async (changes, snapshots) => {
      const due = snapshots.toSorted((a, b) => a.position - b.position);
      const told: unknown[] = [];
      const fold = new SnapshotsFold(due, async (row, tally) => {
        told.push({ ...row, tally: tally && Buffer.from(tally).toString('hex') });
      });
      for (const [i, { scope, before, after }] of changes.entries()) {
        await fold.change({ position: i + 1, initiativeId: scope, before, after });
      }
      await fold.finish(changes.length);

      const expected = due.map((row) => {
        const tally = tallyOf(row.initiative_id);
        for (const { scope, before, after } of changes.slice(0, row.position))
          if ([everything, scope].includes(row.initiative_id)) tally.change(before, after);
        const isThere = row.position <= changes.length;
        return { ...row, tally: isThere ? Buffer.from(bytesOfTally(tally)).toString('hex') : undefined };
      });
      t.same(told, expected);
    }),
    { numRuns: 500 },
  );
});

import { test } from 'tap';
import { binaries } from '../helpers/postgres.ts';
import { verifiedOnPostgres, verifiedOnSqlite } from '../verify/mutations.ts';
import { checkFound, unknowable } from '../verify/unknowable.ts';

test('each change is found, or it is said why it is not; and that is said of none that is found', async (t) => {
  const needed = await checkFound(t, verifiedOnSqlite(t.testdir()));
  if (binaries !== undefined)
    for (const one of await checkFound(t, verifiedOnPostgres(t.testdir()))) needed.add(one);
  const isNeeded = (one: object): boolean => binaries === undefined || needed.has(one);
  t.same(
    unknowable.filter((one) => !isNeeded(one)),
    [],
  );
});

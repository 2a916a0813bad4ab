import { test } from 'tap';
import { directoryFor } from '../helpers/database.ts';
import { binaries } from '../helpers/postgres.ts';
import { verifiedOnPostgres, verifiedOnSqlite } from '../verify/mutations.ts';
import { checkFound, unknowable } from '../verify/unknowable.ts';

test('each change is found, or it is said why it is not; and that is said of none that is found', async (t) => {
  const engines = [verifiedOnSqlite, ...(binaries === undefined ? [] : [verifiedOnPostgres])];
  const checked = engines.map((verified) => checkFound(t, verified(directoryFor(t))));
  const needed = new Set((await Promise.all(checked)).flatMap((some) => [...some]));
  const isNeeded = (one: object): boolean => binaries === undefined || needed.has(one);
  t.same(
    unknowable.filter((one) => !isNeeded(one)),
    [],
  );
});

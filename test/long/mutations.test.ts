import { test } from 'tap';
import { directoryFor } from '../helpers/database.ts';
import { binaries } from '../helpers/postgres.ts';
import { verifiedOnPostgres, verifiedOnSqlite } from '../verify/mutations.ts';
import { checkFound, isUnknowable, unknowable } from '../verify/unknowable.ts';

test('each change is found, or it is said why it is not; and that is said of none that is found', async (t) => {
  // `npm run mutations` makes all on PostgreSQL, too.
  const changes = [
    verifiedOnSqlite(directoryFor(t)),
    ...(binaries === undefined ? [] : [verifiedOnPostgres(directoryFor(t), 5, isUnknowable)]),
  ];
  const checked = await Promise.all(changes.map((some) => checkFound(t, some)));
  const needed = new Set(checked.flatMap((some) => [...some]));
  const isNeeded = (one: object): boolean => binaries === undefined || needed.has(one);
  t.same(
    unknowable.filter((one) => !isNeeded(one)),
    [],
  );
});

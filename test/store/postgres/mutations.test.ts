import '../../helpers/on-postgres.ts';
import { test } from 'tap';
import { verifiedOnPostgres } from '../../verify/mutations.ts';
import { checkFound } from '../../verify/unknowable.ts';

// All of them: test/long/mutations.test.ts
test('changes behind the back of the service are found in PostgreSQL too', async (t) => {
  await checkFound(t, verifiedOnPostgres(t.testdir(), 83));
});

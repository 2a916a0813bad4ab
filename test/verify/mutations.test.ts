import { test } from 'tap';
import { verifiedOnSqlite } from './mutations.ts';
import { checkFound } from './unknowable.ts';

// All of them: test/long/mutations.test.ts
test('changes behind the back of the service are found, but for those of which it is said why not', async (t) => {
  await checkFound(t, verifiedOnSqlite(t.testdir(), 13));
});

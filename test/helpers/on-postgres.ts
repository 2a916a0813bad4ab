import t from 'tap';
import { testOnPostgres } from './database.ts';
import { binaries } from './postgres.ts';

// Imported before the tests of a file, it has them run on PostgreSQL, or says that they can't.
if (binaries === undefined) {
  t.plan(0, 'PostgreSQL is not on this machine');
  process.exit(0);
}
testOnPostgres();

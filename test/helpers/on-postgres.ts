import { testOnPostgres } from './database.ts';

/** Imported before the tests of a file, it has them run on PostgreSQL. */
testOnPostgres();

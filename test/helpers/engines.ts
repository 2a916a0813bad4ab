import { binaries } from './postgres.ts';

// Run before the tests, so that nobody takes them for more than they are.
process.stdout.write(
  binaries === undefined
    ? 'engines: SQLite only, as PostgreSQL is not on this machine\n'
    : `engines: SQLite, and PostgreSQL of ${binaries}\n`,
);

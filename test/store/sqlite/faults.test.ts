import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { faultOf, orUnavailable } from '../../../src/store/sqlite/faults.ts';
import { buildShell } from '../../helpers/shell.ts';

const kinds = {
  locked: ['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_BUSY_RECOVERY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL'],
  short: [
    ...['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED'],
    ...['SQLITE_CANTOPEN', 'SQLITE_CANTOPEN_ISDIR', 'SQLITE_NOMEM', 'SQLITE_IOERR_NOMEM'],
  ],
  failed: [
    ...['SQLITE_IOERR', 'SQLITE_IOERR_FSYNC', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHMMAP'],
    ...['SQLITE_CORRUPT', 'SQLITE_CORRUPT_INDEX', 'SQLITE_NOTADB'],
  ],
};

test('each error of SQLite that is of the storage is one that passes or one that does not', async (t) => {
  for (const [kind, codes] of Object.entries(kinds))
    for (const code of codes) t.match(faultOf(new Sqlite.SqliteError('', code)), { kind }, code);
  for (const code of ['SQLITE_ERROR', 'SQLITE_CONSTRAINT_TRIGGER', 'SQLITE_MISMATCH', 'SQLITE_TOOBIG'])
    t.equal(faultOf(new Sqlite.SqliteError('', code)), undefined, code);
  const full = Object.assign(new Error(), { code: 'ENOSPC', syscall: 'write' });
  t.match(faultOf(full), { kind: 'short', detail: 'The disk is full.' }, 'also of the files of the signer');
  const error = new Error('another');
  t.equal(orUnavailable(error), error);
});

test('a read that the storage fails is 503, and its cause is logged as no bug', async (t) => {
  const { app, lines } = await buildShell(t, {
    routes: (app) => {
      app.get('/read', { config: { access: 'nothing' } }, () => {
        throw new Sqlite.SqliteError('disk I/O error', 'SQLITE_IOERR_READ');
      });
    },
  });
  const answer = await app.inject('/read');
  t.match([answer.statusCode, answer.json().code], [503, 'storage-unavailable']);
  t.ok(answer.headers['retry-after']);
  t.match(lines, [{ level: 40, err: { message: 'disk I/O error' } }]);
});

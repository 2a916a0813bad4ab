import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { wholeLedger } from '../helpers/whole-ledger.ts';

/*
 * Makes a ledger as this version of the code makes it, which later versions must open: README.md beside this file.
 *
 *   node_modules/.bin/node test/upgrade/make.ts test/upgrade/VERSION
 */

const [, , target] = process.argv;
if (target === undefined) throw new Error('name the directory to make');

const work = mkdtempSync(join(tmpdir(), 'milestone-ledger-upgrade-'));
const { database, signer, now, posted, answers } = await wholeLedger(work);
const file = new Sqlite(database);
file.pragma('wal_checkpoint(TRUNCATE)');
file.exec('vacuum');
file.close();
mkdirSync(join(target, 'signer'), { recursive: true });
for (const name of ['keys.json', 'state.json'])
  copyFileSync(join(signer, name), join(target, 'signer', name));
writeFileSync(join(target, 'ledger.db.gz'), gzipSync(readFileSync(database), { level: 9 }));
const text = `${JSON.stringify({ now, posted, answers })}\n`;
writeFileSync(join(target, 'answers.json.gz'), gzipSync(text, { level: 9 }));
rmSync(work, { recursive: true });

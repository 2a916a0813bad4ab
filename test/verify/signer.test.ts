import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t from 'tap';
import { rotateKey } from '../../src/cli/rotate-key.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { wholeLedger } from '../helpers/whole-ledger.ts';
import { unguarded } from './sample.ts';

const directory = t.testdir();
const { database, signer, now } = await wholeLedger(directory);

let copies = 0;

/** What is found where the files of the signer, or the ledger, were changed. */
async function found(
  change: (signerDirectory: string) => void,
  inLedger: (db: Sqlite.Database) => void = () => {},
) {
  const place = join(directory, `${++copies}`);
  const [signerDirectory, file] = [join(place, 'signer'), join(place, 'ledger.db')];
  mkdirSync(place);
  cpSync(signer, signerDirectory, { recursive: true });
  copyFileSync(database, file);
  change(signerDirectory);
  const db = new Sqlite(file);
  unguarded(db, () => inLedger(db));
  db.close();
  const { findings, signerUnread } = await verifyLedger(`file:${file}`, { signerDirectory });
  return { what: findings.map(({ what }) => what), signerUnread, place };
}

const inFile =
  (name: string, change: (text: string) => string) =>
  (signerDirectory: string): void => {
    const file = join(signerDirectory, name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
const asItIs = (): void => {};

t.test('a signer that knows what the log has is no finding, and its directory is only read', async (t) => {
  const before = readdirSync(signer);
  t.match(await found(asItIs), { what: [], signerUnread: undefined });
  const { findings } = await verifyLedger(`file:${database}`, { signerDirectory: signer });
  t.same([findings, readdirSync(signer)], [[], before]);
});

t.test('a signer that knows of more, or of another history, is', async (t) => {
  const ahead = inFile('state.json', (text) => text.replace(/"size": \d+/, '"size": 999999'));
  t.same((await found(ahead)).what, ['log-shorter', 'checkpoint-missing']);
  const other = inFile('state.json', (text) =>
    text.replace(/"rootHash": "./, '"rootHash": "_').replace('_', '0'),
  );
  const otherOne = inFile('state.json', (text) => text.replace(/"rootHash": "./, '"rootHash": "1'));
  // One of the two is another one.
  t.ok([await found(other), await found(otherOne)].some(({ what }) => what.includes('tree-differs')));
});

t.test('what can not be read is said, and nothing is made', async (t) => {
  const away = join(directory, 'away');
  const { findings, signerUnread } = await verifyLedger(`file:${database}`, { signerDirectory: away });
  t.same([findings, existsSync(away)], [[], false]);
  t.type(signerUnread, 'string');
  const damaged = await found(inFile('keys.json', (text) => text.slice(9)));
  t.match(damaged, { what: [], signerUnread: 'they are damaged' });
  const foreign = await found((place) =>
    cpSync(join(directory, 'signer'), place, { recursive: true, force: true }),
  );
  t.match(foreign, { what: [], signerUnread: /it is of the log log.example.org\/milestones$/ });
});

t.test('keys that are listed otherwise than the signer has them are found', async (t) => {
  const later = inFile('keys.json', (text) => text.replace(/"signsFrom": "2024/, '"signsFrom": "2023'));
  t.same((await found(later)).what, ['key-differs']);
  const without = inFile('keys.json', (text) => JSON.stringify(JSON.parse(text).slice(1)));
  t.same((await found(without)).what, ['key-differs']);
  const rotated = await found((place) => rotateKey(place, 30, Date.parse(now) + 1_000, () => {}));
  t.same(rotated.what, [], 'a key that was made since is listed by the next start');
});

t.test('a checkpoint that is gone is found by the one after it, or by the signer', async (t) => {
  const sizes = new Sqlite(database, { readonly: true })
    .prepare<[], number>('select size from checkpoints order by size')
    .pluck()
    .all();
  for (const size of sizes) {
    const gone = await found(asItIs, (db) => db.exec(`delete from checkpoints where size = ${size}`));
    t.same(gone.what, ['checkpoint-missing'], `${size}`);
  }
});

t.test(
  'what instances of the version before write while the first new one rebuilds is no finding',
  async (t) => {
    const withoutChecks = (upgradedMsBefore: number) => (db: Sqlite.Database) => {
      const last = db.prepare<[], number>('select max(signed_at) from checkpoints').pluck().get() ?? 0;
      db.exec('update checkpoints set previous = null; update idempotency_keys set mac = null');
      db.prepare("update kysely_migration set timestamp = ? where name = '0007-checks'").run(
        new Date(last - upgradedMsBefore).toISOString(),
      );
    };
    t.same((await found(asItIs, withoutChecks(3_600_000))).what, []);
    t.ok(
      (await found(asItIs, withoutChecks(2 * 86_400_000))).what.includes('checkpoint-differs'),
      'a day at most',
    );
  },
);

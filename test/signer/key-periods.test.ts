import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import type { App } from '../../src/app.ts';
import { openLedgerApp } from '../../src/app.ts';
import { rotateKey } from '../../src/cli/rotate-key.ts';
import { readConfig } from '../../src/config.ts';
import { formatCheckpoint } from '../../src/tlog/checkpoint.ts';
import { signNote } from '../../src/tlog/note.ts';
import { formatVerifierKey, parseSignerKey, type SignerKey } from '../../src/tlog/note-key.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { runCommand } from '../helpers/command.ts';

const origin = 'log.example.org';
const dayMs = 86_400_000;
const began = Date.parse('2026-01-01T00:00:00Z');
const rotated = began + 10 * dayMs;
const overlapEnd = rotated + 30 * dayMs;
const later = rotated + 60 * dayMs;

/** A ledger of 3 events, of which the last was recorded long after its first key was rotated out. */
async function rotatedLedger() {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-periods-'));
  const env = {
    DATABASE_URL: `file:${directory}/ledger.db`,
    SIGNER_DIR: join(directory, 'signer'),
    LOG_ORIGIN: origin,
  };
  let now = began;
  const recorded = async (payload: object): Promise<void> => {
    const app: App = await openLedgerApp(readConfig(env), false, () => now);
    const answer = await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload });
    // A proof of the last event has it signed.
    await app.inject(`/v1/events/${answer.json().recorded[0].eventId}/proof`);
    await app.close();
  };
  await recorded({ type: 'InitiativeRegistered', data: { name: 'SCI' } });
  now = rotated;
  rotateKey(env.SIGNER_DIR, 30, now, () => {});
  await recorded({ type: 'MoUSigned', occurredOn: '2023' });
  now = later;
  await recorded({ type: 'MoUSigned', occurredOn: '2023' });
  const [{ key }] = JSON.parse(readFileSync(join(env.SIGNER_DIR, 'keys.json'), 'utf8'));
  return { env, directory, old: parseSignerKey(key) };
}

/** Puts a checkpoint of the log as it is, signed by a key, in the place of the one that is there. */
function forge({ DATABASE_URL }: { DATABASE_URL: string }, key: SignerKey, signedAt: number): string {
  const db = new Sqlite(DATABASE_URL.slice('file:'.length));
  const [{ sql } = { sql: '' }] = db
    .prepare<[], { sql: string }>(
      "select sql from sqlite_schema where tbl_name = 'checkpoints' and sql like '%delete%'",
    )
    .all();
  const name = /trigger (\w+)/i.exec(sql)?.[1];
  const head = db
    .prepare<[], { position: number; root_hash: Buffer }>('select position, root_hash from head')
    .get();
  if (!head || name === undefined) throw new Error('a ledger has a head and its triggers');
  const text = formatCheckpoint({ origin, size: BigInt(head.position), rootHash: head.root_hash });
  const note = signNote(text, key);
  db.exec(`drop trigger ${name}`);
  db.prepare('delete from checkpoints where size = ?').run(head.position);
  db.exec(sql);
  db.prepare(
    'insert into checkpoints select ?, ?, ?, ?, (select coalesce(max(size), 0) from checkpoints)',
  ).run(head.position, head.root_hash, signedAt, note);
  db.close();
  return note;
}

test('a key that was rotated out vouches for what was signed in its period, and for nothing later', async (t) => {
  const { env, old } = await rotatedLedger();
  const vkey = formatVerifierKey(old.verifierKey);
  const findings = async (kept?: { note: string; vkey?: string }) =>
    (await verifyLedger(env.DATABASE_URL, { checkpoint: kept })).findings;
  t.same(await findings(), []);
  const expected = [{ what: 'signature-wrong', position: 3, detail: /the key signed until 2026-02-10/ }];
  const note = forge(env, old, later);
  t.match(await findings(), expected, 'a later checkpoint by the old key');
  /** That the times of its row don't fit is found besides. */
  const signatures = async () => (await findings()).filter(({ what }) => what === 'signature-wrong');
  forge(env, old, overlapEnd - 1);
  t.match(await signatures(), expected, 'also if its row is dated back: its last event is younger');
  forge(env, old, began - 1);
  t.match(await signatures(), [{ what: 'signature-wrong', detail: /before 2026-01-01.* began to sign/ }]);

  for (const kept of [{ note }, { note, vkey }])
    t.match(
      (await findings(kept)).filter(({ detail }) => detail.startsWith('The checkpoint kept apart')),
      [{ what: 'signature-wrong', detail: /the key signed until 2026-02-10/ }],
      'a note kept apart says no time; the log does',
    );
});

test('a bundle with a later checkpoint by a key that was rotated out is found, while the key is listed', async (t) => {
  const { env, directory, old } = await rotatedLedger();
  const bundle = join(directory, 'bundle');
  const exported = await runCommand(['export', '--bundle', bundle], { ...env, ALLOW_CLOCK_JUMP: 'true' });
  t.match(exported, { code: 0 });
  const vkey = formatVerifierKey(old.verifierKey);
  const verified = (file: string, ...args: string[]) =>
    runCommand(['verify', '--bundle', file, '--key', vkey, ...args], {});
  t.match(await verified(bundle), {
    code: 1,
    out: /position 3: not-signed: The key signed the log up to 2 of its 3 events\./,
  });
  const forged = join(directory, 'forged');
  copyFileSync(bundle, forged);
  const note = forge({ DATABASE_URL: `file:${forged}` }, old, overlapEnd - 1);
  t.match(await verified(forged), { code: 1, out: /signature-wrong: .*the key signed until 2026-02-10/ });
  writeFileSync(`${bundle}.note`, note);
  t.match(await verified(bundle, '--checkpoint', `${bundle}.note`), {
    code: 1,
    out: /signature-wrong: The checkpoint kept apart .*the key signed until 2026-02-10/,
  });
});

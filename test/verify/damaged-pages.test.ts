import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { test } from 'tap';
import { CannotVerify } from '../../src/verify/reader.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { runCommand } from '../helpers/command.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { sampleLedger } from './sample.ts';

const [pageBytes, sectorBytes] = [4_096, 512];

/** Every row of every table. */
function contentOf(file: string): string {
  const db = new Sqlite(file, { readonly: true });
  try {
    const tables = db
      .prepare<[], string>("select name from sqlite_schema where type = 'table'")
      .pluck()
      .all();
    return JSON.stringify(tables.map((table) => db.prepare(`select * from ${table}`).raw().all()));
  } finally {
    db.close();
  }
}

/** What verify says of a file: its findings, or why it can't read it. */
async function saidOf(file: string): Promise<string[]> {
  try {
    const { findings } = await verifyLedger(`file:${file}`, { threads: 0 });
    return findings.map((finding) => JSON.stringify(finding));
  } catch (error) {
    if (!(error instanceof CannotVerify)) throw error;
    return [error.message];
  }
}

test(
  'a sector that is damaged, of whatever page, is found by verify and named, unless nothing is in it',
  moreInLong,
  async (t) => {
    const { file } = await sampleLedger(t, effort(300, 1_200));
    const [whole, content] = [readFileSync(file), contentOf(file)];
    const damaged = join(t.testdir(), 'damaged.db');
    const pages = whole.length / pageBytes;
    let [found, named] = [0, 0];
    for (let page = 1; page <= pages; page += effort(5, 1)) {
      const sector = (page * 5) % (pageBytes / sectorBytes);
      const bytes = Buffer.from(whole);
      const at = (page - 1) * pageBytes + sector * sectorBytes;
      for (let i = at; i < at + sectorBytes; i++) bytes[i] = ~(bytes[i] ?? 0) & 0xff;
      writeFileSync(damaged, bytes);
      const said = await saidOf(damaged);
      if (said.length === 0)
        t.equal(contentOf(damaged), content, `sector ${sector} of page ${page}: nothing is in it`);
      else found += 1;
      // By its number, by the table or index, or by the position of what stands in it.
      if (said.some((what) => /page \d+|"position":|\(table /.test(what))) named += 1;
      else if (said.length > 0)
        t.match(said.join('\n'), /no SQLite database|damaged|schema-differs|differs/, `page ${page}`);
    }
    t.ok(found > pages / effort(5, 1) / 2, `${found} of ${pages} pages`);
    t.ok(named > found / 2, `${named} of ${found} with a place`);
  },
);

test('a service does not start on a page of the schema that is damaged, and says what to do', async (t) => {
  const { file } = await sampleLedger(t, 20);
  const [directory, whole] = [t.testdir(), readFileSync(file)];
  const starts = {
    'the header': [0, /no SQLite database, or it is damaged/],
    'the list of tables': [100, /damaged/],
  } as const;
  for (const [name, [at, message]] of Object.entries(starts)) {
    const damaged = join(directory, 'ledger.db');
    copyFileSync(file, damaged);
    const bytes = Buffer.from(whole);
    bytes.fill(0xff, at, at + 40);
    writeFileSync(damaged, bytes);
    const { code, err } = await runCommand(['serve'], {
      DATABASE_URL: `file:${damaged}`,
      SIGNER_DIR: '',
      PORT: '0',
    });
    t.equal(code, 2, name);
    t.match(err, message, name);
    t.equal(err.trimEnd().split('\n').length, 1, 'in one line');
  }
});

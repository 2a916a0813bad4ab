import Sqlite from 'better-sqlite3';
import t from 'tap';
import { openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { fileOf } from '../../../src/store/open-store.ts';
import { allAnswers } from '../../copy/all-answers.ts';
import { later, makeSource, valuesOf } from '../../copy/source.ts';
import { moreInLong } from '../../helpers/effort.ts';

const url = await makeSource(t, 400);

/** Every SELECT that is prepared from now on. */
function statementsPrepared(): Set<string> {
  const prepared = new Set<string>();
  const { prepare } = Sqlite.prototype;
  // It takes and gives what the one that it stands for does.
  Sqlite.prototype.prepare = function (this: Sqlite.Database, text: string) {
    if (/^\s*(select|with)\b/.test(text)) prepared.add(text);
    return Reflect.apply(prepare, this, [text]);
  } as typeof prepare;
  return prepared;
}

// SQLite has no statistics unless it is told to collect them, so that a plan is the same at every size.
t.test('no question reads the log or the records from end to end', moreInLong, async (t) => {
  // Only statements of this thread are seen.
  const config = readConfig({ DATABASE_URL: url, SIGNER_DIR: '', READING_THREADS: '0' });
  const app = await openLedgerApp(config, false, () => later);
  const prepared = statementsPrepared();
  const answers = await allAnswers(app, await valuesOf(app));
  await app.close();
  t.ok(answers.filter(({ status }) => status === 200).length > 500);
  const db = new Sqlite(fileOf(url), { readonly: true });
  t.equal(db.prepare("select 1 from sqlite_schema where name = 'sqlite_stat1'").get(), undefined);
  const found = [...prepared].flatMap((text) => {
    const values = Array(text.split('?').length - 1).fill(1);
    const plan = db.prepare<unknown[], { detail: string }>(`explain query plan ${text}`).all(...values);
    return plan
      .map(({ detail }) => detail)
      .filter((detail) => /^SCAN (events|records|before|after)\b/.test(detail));
  });
  db.close();
  t.same(found, []);
});

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { type Test, test } from 'tap';
import { checkStore } from '../helpers/check-store.ts';
import { runCommand } from '../helpers/command.ts';
import { given, initiative } from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { listen } from '../helpers/shell.ts';

const good = '{"type":"MoUSigned","occurredOn":"2023"}';
/** So many MiB without an end of line. */
const longLine = (mebibytes: number): Buffer => Buffer.alloc(mebibytes * 1024 * 1024, 'x');
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

interface BadFile {
  name: string;
  content: Buffer;
  /** Lines, how many of them are good, and what is wrong with the others. */
  read?: { lines: number; recorded: number; errors: [line: number, code: string, detail: RegExp][] };
  /** Nothing of it is read. */
  refused?: { status: number; code: string; detail: RegExp };
}

const files: BadFile[] = [
  {
    name: 'lines.ndjson',
    content: Buffer.concat([
      Buffer.from(`\ufeff${good}\r\n{"type":"MoUSigned"\r\n\r\n`),
      latin('{"type":"MoUSigned","occurredOn":"2023","data":{"title":"M\xfcnchen"}}\r\n'),
      longLine(50),
      Buffer.from(`\r\n"text"\r\n{"type":"MoUSigned","occurredOn":"2023-13"}\r\n${good}`),
    ]),
    read: {
      lines: 7,
      recorded: 2,
      errors: [
        [2, 'malformed-json', /./],
        [4, 'malformed-json', /not valid UTF-8/],
        [5, 'event-too-large', /more than 1048576 bytes/],
        [6, 'invalid-body', /./],
        [7, 'invalid-body', /./],
      ],
    },
  },
  {
    name: 'rows.csv',
    content: Buffer.concat([
      Buffer.from('\ufefftype,occurredOn,data.title\r\nMoUSigned,2023,"A, B"\r\nMoUSigned,2023,"open\r\n'),
      latin('MoUSigned,2023,M\xfcnchen\r\n'),
      longLine(2),
      Buffer.from('\r\nMoUSigned,2023,T,one too many\r\n\r\nMoUSigned,2023-13,\r\nMoUSigned,2023,'),
    ]),
    read: {
      lines: 7,
      recorded: 2,
      errors: [
        [3, 'malformed-csv', /does not end/],
        [4, 'malformed-csv', /not valid UTF-8/],
        [5, 'malformed-csv', /more than 1048576 bytes/],
        [6, 'malformed-csv', /Cells in this row: 4, in the header: 3/],
        [8, 'invalid-body', /./],
      ],
    },
  },
  { name: 'empty.csv', content: Buffer.alloc(0), read: { lines: 0, recorded: 0, errors: [] } },
  {
    name: 'header.csv',
    content: Buffer.from('type,Date\nMoUSigned,2023\n'),
    refused: { status: 400, code: 'malformed-csv', detail: /"Date".*none of type, recordId/ },
  },
  {
    name: 'compressed.csv',
    content: gzipSync('type\n'),
    refused: { status: 415, code: 'unsupported-media-type', detail: /compressed by gzip/ },
  },
];

const typeOf = (name: string): string => (name.endsWith('.csv') ? 'text/csv' : 'application/x-ndjson');
const errorsOf = ({ read }: BadFile) =>
  read?.errors.map(([line, code, detail]) => ({ line, code, detail })) ?? [];

test('over HTTP a bad file is told what is wrong with it, and only good lines are recorded', async (t) => {
  const app = await buildLedger(t);
  await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload: initiative() });
  const url = `http://127.0.0.1:${await listen(app)}/v1/initiatives/sci/import`;
  let end = 1;
  for (const file of files) {
    const { name, content, read, refused } = file;
    const send = async (query: string) => {
      const headers = { 'content-type': typeOf(name) };
      const answer = await fetch(`${url}${query}`, {
        method: 'POST',
        headers,
        body: new Uint8Array(content),
      });
      return [answer.status, await answer.json()];
    };
    const atomic = await send(`?atomic=true&importId=${name}`);
    if (refused) t.match(atomic, [refused.status, refused], `${name}, atomic`);
    else if (errorsOf(file).length > 0)
      t.match(atomic, [422, { code: 'import-refused', errors: errorsOf(file) }], `${name}, atomic`);
    const before = (await app.inject('/v1/events?limit=1')).json().basis.treeSize;
    t.equal(before, end, `${name}, atomic: nothing was recorded`);
    const answer = await send(`?importId=${name}`);
    if (refused) t.match(answer, [refused.status, refused], name);
    if (!read) continue;
    const { lines, recorded } = read;
    end += recorded;
    t.match(
      answer,
      [200, { lines, recorded, failed: lines - recorded, errors: errorsOf(file), basis: { treeSize: end } }],
      name,
    );
    t.equal((answer[1] as { errors: unknown[] }).errors.length, errorsOf(file).length, name);
  }
});

/** A ledger with the initiative, which nobody has open, in a file of its own. */
async function stopped(t: Test): Promise<(name: string) => string> {
  const ledger = await given(t);
  await ledger.close();
  const directory = t.testdir();
  return (name) => {
    const copy = join(directory, `${name}.db`);
    copyFileSync(ledger.file, copy);
    return copy;
  };
}

test(
  'the command says of a bad file what is wrong with it, and records good lines only',
  onlyLong,
  async (t) => {
    const copyFor = await stopped(t);
    const directory = t.testdir({});
    const check = async (file: BadFile, atomic: boolean): Promise<void> => {
      const { name, content, read, refused } = file;
      const path = join(directory, `${atomic ? 'atomic-' : ''}${name}`);
      writeFileSync(path, content);
      const database = copyFor(`${atomic}${name}`);
      const args = ['import', '--initiative', 'sci', path, ...(atomic ? ['--atomic'] : [])];
      const { code, out, err } = await runCommand(args, {
        DATABASE_URL: `file:${database}`,
        SIGNER_DIR: '',
        ALLOW_CLOCK_JUMP: 'true',
      });
      if (refused) {
        t.equal(code, 2, name);
        t.match(err, `${refused.code}: `, name);
        t.match(err, refused.detail, name);
      }
      if (read) {
        const { lines, recorded } = read;
        t.equal(code, lines === recorded ? 0 : 1, name);
        t.equal(err, '', name);
        const told = out.split('\n').filter((line) => line.startsWith('line '));
        t.equal(told.length, read.errors.length);
        for (const [i, [line, problem, detail]] of read.errors.entries()) {
          t.match(told[i], `line ${line}: ${problem}: `, name);
          t.match(told[i], detail, name);
        }
        if (atomic) t.match(out, `${lines - recorded} of ${lines} lines can not be recorded, so none was.`);
        else
          t.match(
            out,
            `${lines} lines: ${recorded} recorded, 0 already recorded, ${lines - recorded} failed`,
          );
      }
      const db = new Sqlite(database, { readonly: true });
      const events = db.prepare<[], number>('select count(*) from events').pluck().get();
      db.close();
      t.equal(events, 1 + (atomic ? 0 : (read?.recorded ?? 0)), name);
      checkStore(database);
    };
    const [lines, ...others] = files;
    await Promise.all([
      ...(lines ? [check(lines, true), check(lines, false)] : []),
      ...others.map((file) => check(file, false)),
    ]);
  },
);

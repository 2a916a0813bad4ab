import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { corrected, initiative, meeting, mou, retracted } from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { chongqing, egyptJordan, readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';

const csv = 'text/csv';
const lines = 'application/x-ndjson';

const textOf = async (app: App, path: string): Promise<string> => {
  const answer = await app.inject(path);
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`);
  return answer.body;
};

/** What a sync would change, or with the hash of the preview changes. */
async function synced(app: App, initiativeId: string, payload: string, type = csv, query = '') {
  const answer = await app.inject({
    method: 'POST',
    url: `/v1/initiatives/${initiativeId}/sync?key=recordId&reason=Edited.${query}`,
    headers: { 'content-type': type },
    payload,
  });
  return answer.json();
}

async function importInto(app: App, initiativeId: string, payload: string, type = csv, query = '') {
  const answer = await app.inject({
    method: 'POST',
    url: `/v1/initiatives/${initiativeId}/import?${query}`,
    headers: { 'content-type': type },
    payload,
  });
  return answer.json();
}

/** One of the initiatives is enough for every run. */
const inShort = (real: object) => (real === shenzhen ? {} : onlyLong);

/** Every record, without its version, which says how often it was changed. */
async function recordsIn(app: App, initiativeId: string): Promise<object[]> {
  const { items } = JSON.parse(await textOf(app, '/v1/records?limit=1000'));
  return items
    .filter((item: { initiativeId: string }) => item.initiativeId === initiativeId)
    .map(({ version: _, ...item }: { version: number }) => item)
    .sort((a: { recordId: string }, b: { recordId: string }) => (a.recordId < b.recordId ? -1 : 1));
}

for (const real of [shenzhen, chongqing, egyptJordan])
  test(
    `the lists of ${real.initiativeId} go in again and give the same records`,
    inShort(real),
    async (t) => {
      const { initiativeId } = real;
      const source = await buildLedger(t);
      await recordReal(source, real);
      const wanted = await recordsIn(source, initiativeId);
      const of = `/v1/initiatives/${initiativeId}`;
      const lists = [
        '/v1/initiatives',
        ...['meetings', 'mous', 'projects', 'claims'].map((list) => `${of}/${list}`),
      ];
      for (const [format, type] of [
        ['csv&excel=true', csv],
        ['ndjson', lines],
      ] as const) {
        const target = await buildLedger(t);
        const files = await Promise.all(lists.map((list) => textOf(source, `${list}?format=${format}`)));
        for (const file of files)
          t.match(await importInto(target, initiativeId, file, type), { failed: 0, errors: [] });
        t.same(await recordsIn(target, initiativeId), wanted, `${format}: list by list`);
        const summary = async (app: App) => {
          const { counts, claims, byPillar, byYear, byCountry } = await readerOf(app, real)('/summary');
          return {
            counts,
            claims: claims.map(({ version: _, ...claim }: { version: number }) => claim),
            byPillar,
            byYear,
            byCountry,
          };
        };
        t.same(await summary(target), await summary(source));
        for (const file of files)
          t.match(
            await importInto(target, initiativeId, file, type),
            { recorded: 0, failed: 0 },
            'again: nothing',
          );

        // A record that was changed comes after those that refer to it, so it takes a second time.
        const together = await buildLedger(t);
        const all = await textOf(source, `/v1/records?format=${format}`);
        t.match(await synced(source, initiativeId, all, type), {
          changed: 0,
          gone: 0,
          refused: 0,
          events: 0,
        });
        for (let left = Number.POSITIVE_INFINITY; left > 0; ) {
          const answer = await importInto(together, initiativeId, all, type);
          const { failed } = answer;
          t.ok(failed < left, `${format}: of these rows fewer are left: ${JSON.stringify(answer)}`);
          left = failed;
        }
        t.same(await recordsIn(together, initiativeId), wanted, `${format}: all together`);
      }
    },
  );

/** A ledger with a record of each kind that refer to each other. */
async function filled(t: Test): Promise<App> {
  const app = await buildLedger(t);
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/initiatives/sci/events',
    payload: {
      events: [
        initiative(),
        meeting('jic-4', '2023-12-14', { coChairs: [{ name: 'Ada Lovelace', role: 'Chair' }] }),
        mou({
          recordId: 'a',
          data: {
            meetingId: 'jic-4',
            title: "'=1",
            parties: [{ name: 'X; Y', country: 'SG' }, { name: 'Z' }],
          },
          sources: [{ publisher: 'P', url: 'https://example.org/a' }],
        }),
        mou({ recordId: 'b', data: { meetingId: 'jic-4', under: ['a'], renews: { recordId: 'a' } } }),
        mou({ recordId: 'gone', data: { meetingId: 'jic-4' } }),
        retracted('gone'),
      ],
    },
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return app;
}

test('lists go into another initiative, too, as spreadsheets save them', async (t) => {
  const app = await filled(t);
  const register = { type: 'InitiativeRegistered', data: { name: 'Another' } };
  await app.inject({ method: 'POST', url: '/v1/initiatives/other/events', payload: register });
  const semicolons = (table: string): string => `\ufeffsep=;\r\n${tableOf(rowsOf(table), ';')};;;;\r\n`;
  for (const list of ['meetings', 'mous']) {
    const table = await textOf(app, `/v1/initiatives/sci/${list}?format=csv`);
    t.match(await importInto(app, 'other', semicolons(table)), { failed: 0, errors: [] }, list);
  }
  const plain = async (id: string) =>
    (await recordsIn(app, id)).flatMap((record) => {
      const { initiativeId, kind, ...others } = record as { initiativeId: string; kind: string };
      return kind === 'initiative' ? [] : [others];
    });
  t.same(await plain('other'), await plain('sci'));
});

/** RFC 4180. */
function rowsOf(table: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of table.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

/** As spreadsheets write it: every cell in quotation marks. */
const tableOf = (rows: string[][], delimiter = ','): string =>
  rows.map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)}\r\n`).join('');

/** A table with other cells in the row of a record. */
function edited(table: string, recordId: string, cells: { [column: string]: string }): string {
  const [header = [], ...rows] = rowsOf(table);
  const isRow = (row: string[]) => row[header.indexOf('recordId')] === recordId;
  return tableOf([
    header,
    ...rows.map((row) => (isRow(row) ? header.map((name, i) => cells[name] ?? row[i] ?? '') : row)),
  ]);
}

function without(table: string, ...names: string[]): string {
  const [header = [], ...rows] = rowsOf(table);
  const kept = [...header.keys()].filter((i) => !names.includes(header[i] ?? ''));
  return tableOf([header, ...rows].map((row) => kept.map((i) => row[i] ?? '')));
}

test('a preview knows a list of ours, also with other delimiters, and asks nothing', async (t) => {
  const app = await filled(t);
  const table = await textOf(app, '/v1/initiatives/sci/mous?format=csv');
  for (const [payload, mapping] of [
    [table, { columns: {} }],
    [tableOf(rowsOf(table), ';'), { delimiter: ';', columns: {} }],
  ] as const) {
    const url = '/v1/initiatives/sci/import/preview';
    const preview = (
      await app.inject({ method: 'POST', url, headers: { 'content-type': csv }, payload })
    ).json();
    t.same(preview.questions, []);
    t.same(JSON.parse(preview.mapping), mapping);
    t.match(preview.report.errors, [{ code: 'record-exists' }, { code: 'record-exists' }]);
    const titled = preview.rows[0].cells.find(({ column }: { column: string }) => column === 'data.title');
    t.same(titled.fields, [{ name: 'data.title', value: "'=1" }]);
    const query = `mapping=${encodeURIComponent(preview.mapping)}`;
    t.match(await synced(app, 'sci', payload, csv, `&${query}`), { unchanged: 2, events: 0 });
  }
});

test('a row that contradicts itself, is cut off or stands no more is a fault that says so', async (t) => {
  const app = await filled(t);
  const mous = '/v1/initiatives/sci/mous?format=csv';
  const table = await textOf(app, mous);
  const fresh = await buildLedger(t);
  for (const list of ['/v1/initiatives', '/v1/initiatives/sci/meetings'])
    await importInto(fresh, 'sci', await textOf(app, `${list}?format=csv`));
  const tried = (text: string) => importInto(fresh, 'sci', text, csv, 'dryRun=true');
  t.match(await tried(table), { lines: 2, recorded: 2 });
  const rewritten = await tried(edited(table, 'a', { parties: 'X; Y; Z; W' }));
  t.match(rewritten, {
    recorded: 0,
    errors: [
      {
        line: 2,
        code: 'invalid-body',
        pointer: '/data/parties',
        column: 'data.parties',
        detail: /column "parties"/,
      },
      { line: 3, code: 'reference-not-found' },
    ],
  });
  t.notMatch(JSON.stringify(rewritten), 'X; Y', 'a report repeats no names');
  t.match(await tried(edited(table, 'a', { parties: '' })), { errors: [{ column: 'data.parties' }, {}] });
  t.match(await tried(edited(table, 'a', { sources: '[{"publisher":"P","url":"https://example' })), {
    errors: [{ column: 'sources', detail: /cut off/ }, {}],
  });
  const both = edited(table, 'a', {
    parties: 'X;  Y',
    'data.parties': '[{"name":"X; Y"}]',
    country: 'FR',
    version: '7',
  });
  t.match(await tried(both), { recorded: 2 }, 'what lists compute is not read');
  t.match(await tried(without(table, 'parties', 'publishers', 'country', 'under')), { recorded: 2 });
  t.match(await tried(without(table, 'data.parties')), { code: 'malformed-csv', detail: /"data.parties"/ });
  t.match(await tried(table.replace('data.tier', 'data.tiers')), {
    code: 'malformed-csv',
    detail: /"data.tiers"/,
  });
  t.match(await tried(await textOf(app, `${mous}&standing=all`)), {
    lines: 3,
    recorded: 2,
    errors: [{ column: 'status', detail: /^is retracted/ }],
  });
  t.match(await tried(edited(table, 'b', { initiativeId: 'else' })), {
    recorded: 1,
    errors: [{ column: 'initiativeId', detail: /another initiative/ }],
  });
  t.match(await tried(edited(table, 'b', { kind: 'principal' })), { errors: [{ column: 'kind' }, {}] });
});

test('an edited cell or line becomes the correction that makes the record say so, and no other', async (t) => {
  const app = await filled(t);
  const sci = '/v1/initiatives/sci';
  const recordOf = async (recordId: string) => JSON.parse(await textOf(app, `${sci}/records/${recordId}`));
  const apply = async (text: string, type = csv) => {
    const preview = await synced(app, 'sci', text, type);
    const { hash, changed, items } = preview;
    t.match(preview, { new: 0, gone: 0, refused: 0 });
    t.match(await synced(app, 'sci', text, type, `&expect=${hash}`), { recorded: changed, events: changed });
    t.match(await synced(app, 'sci', text, type), { changed: 0, events: 0 }, 'then it says the same');
    return items;
  };
  const mous = await textOf(app, `${sci}/mous?format=csv`);
  const kept = without(mous, 'parties', 'publishers');
  const cells = {
    'data.title': " 'a' \n=2",
    'data.parties': '[{"name":"X; Y"},{"name":"Person","person":true}]',
    sources: '[{"publisher":"Q"}]',
    'data.sector': 'Ports',
  };
  t.match(await apply(edited(kept, 'a', cells)), [
    {
      recordId: 'a',
      action: 'changed',
      changes: [
        { path: '/data/parties' },
        { path: '/data/sector', to: 'Ports' },
        { path: '/data/title' },
        { path: '/sources' },
      ],
    },
  ]);
  t.match(await recordOf('a'), {
    version: 2,
    data: { title: cells['data.title'], parties: [{ name: 'X; Y' }, { name: 'Person', person: true }] },
    sources: [{ publisher: 'Q' }],
  });
  t.notOk('country' in (await recordOf('a')).data.parties[0], 'what the cell has no more is taken away');
  const lone = without(
    await textOf(app, `${sci}/mous?format=csv`),
    'data.parties',
    'parties',
    'sources',
    'publishers',
    'data.sector',
  );
  t.same(await apply(lone), [], 'a column that is left out leaves its member as it is');
  const items = JSON.parse(await textOf(app, `${sci}/mous`)).items.map(
    (item: { recordId: string; data: object }) => {
      if (item.recordId !== 'b') return item;
      const { renews: _, ...data } = item.data as { renews: object };
      return { ...item, data };
    },
  );
  const file = items.map((item: object) => `${JSON.stringify(item)}\n`).join('');
  t.match(await apply(file, lines), [
    { recordId: 'b', changes: [{ path: '/data/renews', from: { recordId: 'a' } }] },
  ]);
  const names = edited(await textOf(app, `${sci}/meetings?format=csv`), 'jic-4', {
    coChairs: 'Grace Hopper',
    'data.coChairs': '[{"name":"Grace Hopper"}]',
  });
  await apply(names);
  t.same((await recordOf('jic-4')).data.coChairs, [{ name: 'Grace Hopper' }]);
  const undated = edited(await textOf(app, `${sci}/mous?format=csv`), 'b', { occurredOn: '' });
  t.match(await apply(undated), [{ recordId: 'b', changes: [{ path: '/occurredOn', from: '2023-12-14' }] }]);
  t.same(await apply(await textOf(app, `${sci}/mous?format=csv`)), [], 'what has no date stays without');
  const initiatives = edited(await textOf(app, '/v1/initiatives?format=csv'), 'sci', {
    'data.description': 'Told.',
  });
  await apply(initiatives);
  t.equal((await recordOf('sci')).data.description, 'Told.');
  t.match(await synced(app, 'sci', edited(mous, 'a', { parties: 'Z' })), {
    refused: 1,
    faults: [{ column: 'data.parties' }],
  });
});

test('lists without records say what to take instead', async (t) => {
  const app = await filled(t);
  for (const [list, wanted] of [
    ['/v1/records?format=csv&rows=party', /without rows=party/],
    ['/v1/events?format=csv', /copy/],
    ['/v1/initiatives/sci/changes?format=csv', /copy/],
    ['/v1/initiatives/sci/records/a/history?format=csv', /history/],
  ] as const)
    t.match(
      await importInto(app, 'sci', await textOf(app, list)),
      { code: 'malformed-csv', detail: wanted },
      list,
    );
  const log = await importInto(app, 'sci', await textOf(app, '/v1/events?format=ndjson'), lines);
  t.match(log, { recorded: 0, failed: 6 });
  t.match(log.errors[0], { line: 1, code: 'invalid-body', detail: /copy/ });
});

test('an erased name is not recorded as a name', async (t) => {
  const app = await filled(t);
  const { openings } = JSON.parse(await textOf(app, '/v1/initiatives/sci/events?type=MeetingHeld')).items[0];
  const erased = {
    type: 'PersonalDataErased',
    recordId: 'jic-4',
    commitments: [openings[0].commitment],
    legalBasis: 'Art. 17(1)(a) GDPR',
  };
  await app.inject({ method: 'POST', url: '/v1/initiatives/sci/events', payload: erased });
  await app.inject({
    method: 'POST',
    url: '/v1/initiatives/sci/events',
    payload: corrected('jic-4', { data: { place: 'Shenzhen' } }),
  });
  const fresh = await buildLedger(t);
  await importInto(fresh, 'sci', await textOf(app, '/v1/initiatives?format=csv'));
  for (const [format, type] of [
    ['csv', csv],
    ['ndjson', lines],
  ] as const) {
    const list = await textOf(app, `/v1/initiatives/sci/meetings?format=${format}`);
    t.match(await importInto(fresh, 'sci', list, type), {
      recorded: 0,
      errors: [{ pointer: '/data/coChairs/0/name', detail: /erased/ }],
    });
    t.match(await synced(app, 'sci', list, type), { unchanged: 1, events: 0 }, 'where it is, it stays');
  }
});

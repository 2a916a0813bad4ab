import { randomUUID } from 'node:crypto';
import { test } from 'tap';
import { Refusal } from '../../src/errors.ts';
import {
  corrected,
  given,
  initiative,
  meeting,
  mou,
  openLedger,
  project,
  reason,
  reinstated,
  retracted,
  type TestLedger,
} from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';
import { counted, imported, ndjson, readAs, refusedWhole } from '../helpers/import.ts';

const idsOf = ({ rows }: TestLedger): string[] => rows('events').map(({ event_id }) => event_id);
const codesOf = ({ errors }: { errors: { line: number; code: string }[] }): string[] =>
  errors.map(({ line, code }) => `${line} ${code}`);

test('each line is decided on by itself, and sees those before it', async (t) => {
  const ledger = await openLedger(t);
  const file = ndjson(
    initiative(),
    mou({ data: { meetingId: 'jic-4' } }),
    meeting(),
    mou({ recordId: 'a', data: { meetingId: 'jic-4' } }),
    { ...mou({ data: { meetingId: 'jic-4' } }), repeat: 3 },
    corrected('a', { data: { title: 'T' } }),
    corrected('a', { data: { title: 'T' } }, { note: 'again' }),
    { type: 'RecordRetracted', where: { meetingId: 'jic-4' }, reason },
    retracted('a'),
    reinstated('a'),
    mou({ recordId: 'b', expectedVersion: 3 }),
  );
  const report = await imported(ledger, file, {}, 100);
  t.same(counted(report), [11, 7, 0, 4]);
  t.match(report.errors, [
    { line: 2, code: 'meeting-not-found', pointer: '/data/meetingId' },
    { line: 7, code: 'no-change', pointer: '/changes' },
    { line: 9, code: 'record-retracted', pointer: '/recordId' },
    { line: 11, code: 'version-conflict', pointer: '/expectedVersion' },
  ]);
  t.equal(ledger.end(), 1 + 1 + 1 + 3 + 1 + 4 + 1);
  t.equal(report.basis.treeSize, ledger.end());
  t.match(ledger.record('a'), { version: 4, standing: 1, data: { title: 'T' } });
});

test('a file imported again records nothing, also where lines are equal or make several events', async (t) => {
  const ledger = await given(t, meeting());
  const file = ndjson(
    mou(),
    mou(),
    project({ repeat: 1000, data: { meetingId: 'jic-4' } }),
    project({ repeat: 1000, data: { meetingId: 'jic-4' } }),
    { type: 'EvidenceAdded', where: { meetingId: 'jic-4' }, sources: [{ publisher: 'P' }] },
    mou({ eventId: randomUUID().toUpperCase() }),
    mou(),
    'no event' as never,
  );
  const first = await imported(ledger, file);
  t.same(counted(first), [8, 6, 0, 2]);
  t.same(codesOf(first), ['5 too-many-events', '8 invalid-body']);
  const end = ledger.end();
  const ids = idsOf(ledger);
  t.equal(new Set(ids).size, end);
  t.equal(ids.filter((id) => id[14] === '8').length, 3 + 2000, 'derived ids are UUIDv8');

  t.same(counted(await imported(ledger, file, {}, 10_000)), [8, 0, 6, 2]);
  const shuffled = file.split('\n').reverse().join('\n');
  t.same(counted(await imported(ledger, shuffled)), [8, 0, 6, 2], 'in another order');
  t.same(counted(await imported(ledger, file, { dryRun: true })), [8, 0, 6, 2]);
  t.equal(ledger.end(), end);

  t.same(counted(await imported(ledger, file, { importId: 'other' })), [8, 5, 1, 2], 'under another label');
  t.same(counted(await imported(ledger, file, { importId: 'other' })), [8, 0, 6, 2]);
});

test('one line more, or less, leaves the ids of the others as they are', async (t) => {
  const ledger = await given(t);
  const lines = Array.from({ length: 50 }, (_, i) => mou({ data: { title: `T ${i % 40}` } }));
  t.same(counted(await imported(ledger, ndjson(...lines))), [50, 50, 0, 0]);
  t.same(counted(await imported(ledger, ndjson(mou({ note: 'new' }), ...lines.slice(7)))), [44, 1, 43, 0]);
  t.same(counted(await imported(ledger, ndjson(...lines, ...lines))), [100, 50, 50, 0], 'a second of each');
});

test('a table and lines of JSON with the same content are the same events', async (t) => {
  const ledger = await given(t);
  const table = 'type,data.title,occurredOn\nMoUSigned,T,2023\n';
  t.same(counted(await imported(ledger, table, { format: 'csv' })), [1, 1, 0, 0]);
  const file = ndjson({ occurredOn: '2023', type: 'MoUSigned', data: { title: 'T' } });
  t.same(counted(await imported(ledger, file)), [1, 0, 1, 0]);
});

test('an id that is known with other content is a fault of its line', async (t) => {
  const eventId = randomUUID();
  const ledger = await given(t, mou({ eventId }));
  const file = ndjson(
    mou({ eventId }),
    mou({ eventId, note: 'other' }),
    mou({ eventId, expectedVersion: 0 }),
  );
  const report = await imported(ledger, file);
  t.same(counted(report), [3, 0, 2, 1]);
  t.match(report.errors, [{ line: 2, code: 'event-exists', pointer: '/eventId' }]);
});

test('ids tell nothing about the names of persons', async (t) => {
  const named = (name: string) => meeting('m', '2023', { coChairs: [{ name, role: 'Mayor' }] });
  const fixed = (name: string) =>
    corrected('m', { data: { parties: [{ name, person: true }, { name: 'Ltd' }] } });
  const person = (name: string) => ({ name, person: true });
  const added = (name: string) => corrected('m', { addParty: person(name) });
  const more = (name: string) => corrected('m', { addParty: [{ name: 'Ltd' }, person(name)] });
  const replaced = (name: string) => corrected('m', { replaceParty: { name: 'Ltd', by: person(name) } });
  for (const make of [named, fixed, added, more, replaced]) {
    const [ada, bo] = [
      readAs(ndjson(make('Ada')), { format: 'ndjson' }),
      readAs(ndjson(make('Bo')), { format: 'ndjson' }),
    ];
    t.same(ada.ids, bo.ids);
  }
  const company = (name: string) =>
    readAs(ndjson(mou({ data: { parties: [{ name }] } })), { format: 'ndjson' }).ids;
  t.not(company('Ada')[0], company('Bo')[0]);

  const ledger = await given(t);
  const file = ndjson(named('Ada'));
  t.same(counted(await imported(ledger, file)), [1, 1, 0, 0]);
  t.same(counted(await imported(ledger, file)), [1, 0, 1, 0]);
  t.same(
    codesOf(await imported(ledger, ndjson(named('Bo')))),
    ['1 event-exists'],
    'another name is no repeat',
  );
  const commitment = ledger.event(2).data?.['coChairs'] as { name: { commitment: string } }[];
  const erasure = {
    type: 'PersonalDataErased',
    recordId: 'm',
    commitments: [commitment[0]?.name.commitment],
    legalBasis: 'Art. 17 GDPR',
  };
  t.same(counted(await imported(ledger, ndjson(erasure))), [1, 1, 0, 0]);
  t.same(codesOf(await imported(ledger, file)), ['1 event-exists'], 'nothing is left to know it by');
  t.same(counted(await imported(ledger, ndjson(erasure))), [1, 0, 1, 0]);
});

test('a dry run decides as the import would, sees the earlier lines, and writes nothing', async (t) => {
  const ledger = await given(t, meeting(), mou({ recordId: 'old', data: { meetingId: 'jic-4' } }));
  const file = ndjson(
    mou({ data: { meetingId: 'new' } }),
    meeting('new'),
    ...Array.from({ length: 700 }, (_, i) => mou({ data: { meetingId: 'new', title: `T ${i}` } })),
    corrected('old', { data: { meetingId: 'new' } }),
    corrected('old', { data: { sector: 'x' } }, { expectedVersion: 2 }),
    retracted('jic-4'),
    retracted('new'),
    { type: 'EvidenceAdded', where: { meetingId: 'new' }, sources: [{ publisher: 'P' }] },
    { type: 'EvidenceAdded', recordId: 'mou-700', sources: [{ publisher: 'Q' }] },
    { type: 'EvidenceAdded', where: { meetingId: 'jic-4' }, sources: [{ publisher: 'P' }] },
    project({ repeat: 2 }),
    project({ repeat: 2 }),
  );
  const before = ledger.end();
  const tried = await imported(ledger, file, { dryRun: true }, 5000);
  t.equal(ledger.end(), before);
  t.same(counted(tried), [711, 708, 0, 3]);
  const done = await imported(ledger, file, {}, 5000);
  t.same(counted(done), counted(tried));
  t.same(done.errors, tried.errors);
  t.same(codesOf(done), ['1 meeting-not-found', '706 meeting-in-use', '709 nothing-matches']);
});

test('with atomic, all lines are recorded or none', async (t) => {
  const ledger = await given(t);
  const good = [meeting(), ...Array.from({ length: 500 }, () => mou({ data: { meetingId: 'jic-4' } }))];
  const bad = `${ndjson(...good, mou({ data: { meetingId: 'x' } }))}broken\n${ndjson(retracted('none'))}`;
  for (const dryRun of [true, false]) {
    const refusal = await refusedWhole(t, ledger, bad, { atomic: true, dryRun });
    t.match(refusal, { code: 'import-refused', message: '3 of 504 lines can not be recorded, so none was.' });
    t.match(refusal.members.errors, [
      { line: 502, code: 'meeting-not-found', pointer: '/data/meetingId' },
      { line: 503, code: 'malformed-json' },
      { line: 504, code: 'record-not-found', pointer: '/recordId' },
    ]);
  }
  const refusal = await refusedWhole(t, ledger, ndjson(...good, retracted('none')), { atomic: true });
  t.equal(refusal.members.errors?.length, 1, 'where only a decision is wrong, too');
  t.same(counted(await imported(ledger, ndjson(...good), { atomic: true, dryRun: true })), [501, 501, 0, 0]);
  t.equal(ledger.end(), 1);
  t.same(counted(await imported(ledger, ndjson(...good), { atomic: true })), [501, 501, 0, 0]);
  t.same(counted(await imported(ledger, ndjson(...good), { atomic: true })), [501, 0, 501, 0]);
  const logged = ledger.rows('events').slice(1);
  t.equal(new Set(logged.map(({ recorded_at }) => recorded_at)).size, 1, 'in one commit');
});

test(
  'of large files that are recorded as a whole four wait in memory, and a fifth is refused',
  onlyLong,
  async (t) => {
    const ledger = await openLedger(t);
    await ledger.post(initiative());
    const file = ndjson(...Array.from({ length: 20 }, () => mou({ note: 'x'.repeat(9_000) })));
    const go = Promise.withResolvers<void>();
    let arrived = () => {};
    // Of the recorder an import as a whole uses no more.
    const recorder = {
      async recordTogether(...postings: Parameters<typeof ledger.recorder.recordTogether>) {
        arrived();
        await go.promise;
        return ledger.recorder.recordTogether(...postings);
      },
    } as typeof ledger.recorder;
    const waiting: Promise<unknown>[] = [];
    const begin = (importId: string) => imported({ ...ledger, recorder }, file, { atomic: true, importId });
    for (const importId of ['1', '2', '3', '4']) {
      const isWaiting = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      waiting.push(begin(importId));
      await isWaiting;
    }
    await t.rejects(begin('5'), { code: 'overloaded' });
    go.resolve();
    await Promise.all(waiting);
    t.same(counted(await imported(ledger, file, { atomic: true, importId: '5' })), [20, 20, 0, 0]);
  },
);

test('an atomic import has its bounds', onlyLong, async (t) => {
  const ledger = await given(t);
  const atomic = true;
  const many = ndjson(...Array.from({ length: 11 }, () => mou({ repeat: 1000 })));
  t.match(await refusedWhole(t, ledger, many, { atomic }), { code: 'too-many-events' });
  t.match(await refusedWhole(t, ledger, '{}\n'.repeat(10_001), { atomic }), { code: 'too-many-events' });
  const large = ndjson(mou({ note: 'x'.repeat(9_950) })).repeat(6_800);
  t.match(await refusedWhole(t, ledger, large, { atomic }), { code: 'body-too-large' });
  t.same(
    counted(
      await imported(ledger, ndjson(...Array.from({ length: 10 }, () => mou({ repeat: 1000 }))), { atomic }),
    ),
    [10, 10, 0, 0],
  );
  t.equal(ledger.end(), 10_001);
});

test('a file for an unknown initiative is refused, unless its first line registers it', async (t) => {
  const ledger = await openLedger(t);
  const wrong: [name: string, file: string, message: RegExp][] = [
    ['no line', '', /sci is not registered/],
    ['another event', ndjson(mou(), initiative()), /does not register it\.$/],
    [
      'no event',
      `{"type":"InitiativeRegistered"}\n${ndjson(initiative())}`,
      /\(line 1: \/data is required\)/,
    ],
    ['blank lines, and no event', `\n \nx\n${ndjson(initiative())}`, /line 3: /],
  ];
  for (const [name, file, message] of wrong) {
    for (const options of [{}, { atomic: true }, { dryRun: true }])
      t.match(await refusedWhole(t, ledger, file, options), { code: 'initiative-not-found', message }, name);
  }
  t.same(counted(await imported(ledger, `\n${ndjson(initiative(), mou())}`, { dryRun: true })), [2, 2, 0, 0]);
  t.same(counted(await imported(ledger, `\n${ndjson(initiative(), mou())}`)), [2, 2, 0, 0]);
  t.same(
    counted(await imported(ledger, '')),
    [0, 0, 0, 0],
    'of a known one, an empty file is an import of nothing',
  );
});

test('bad lines cost themselves only', async (t) => {
  const ledger = await given(t);
  const file = Buffer.concat([
    Buffer.from(`\ufeff${ndjson(mou())}`),
    Buffer.from('{"type":"MoUSigned"\r\n'),
    Buffer.from(' \t\r\n\r\n'),
    Buffer.from('{"type":"MoUSigned","occurredOn":"2023","data":{"title":"M\xfcnchen"}}\n', 'latin1'),
    Buffer.from('{"type":"MoUSigned","occurredOn":"2023","note":"'),
    Buffer.alloc(50 * 1024 * 1024, 'x'),
    Buffer.from('"}\n'),
    Buffer.from(
      ndjson(
        { events: [mou()] },
        [mou()] as never,
        { ...mou(), initiativeId: 'other' },
        mou({ note: 'x'.repeat(10_001) }),
      ),
    ),
    Buffer.from(
      ndjson(
        mou({
          data: { title: 'é'.repeat(10_000) },
          note: 'é'.repeat(10_000),
          sources: Array.from({ length: 4 }, () => ({ publisher: 'P', quote: 'é'.repeat(10_000) })),
        }),
      ),
    ),
    Buffer.from('{"type":"MoUSigned","occurredOn":"2023","data":{"title":"\\ud800"}}\n{"__proto__":1}\n'),
    Buffer.from(ndjson(mou()).trimEnd()),
  ]);
  const report = await imported(ledger, file);
  t.same(counted(report), [12, 2, 0, 10]);
  t.match(report.errors, [
    { line: 2, code: 'malformed-json' },
    { line: 5, code: 'malformed-json', detail: 'The line is not valid UTF-8.' },
    { line: 6, code: 'event-too-large', detail: 'The line has more than 1048576 bytes.' },
    { line: 7, code: 'invalid-body', pointer: '/type' },
    { line: 8, code: 'invalid-body', pointer: '' },
    { line: 9, code: 'invalid-body', pointer: '/initiativeId' },
    { line: 10, code: 'invalid-body', pointer: '/note' },
    { line: 11, code: 'event-too-large' },
    { line: 12, code: 'malformed-json', pointer: '/data/title' },
    { line: 13, code: 'malformed-json', pointer: '/__proto__' },
  ]);
});

test('only the first thousand errors are told, in the order of the file', onlyLong, async (t) => {
  const ledger = await given(t);
  const file = Array.from({ length: 1500 }, (_, i) =>
    i % 2 ? 'x\n' : ndjson(retracted('none', { note: `${i}` })),
  ).join('');
  const report = await imported(ledger, file, {}, 5000);
  t.same(counted(report), [1500, 0, 0, 1500]);
  t.same(
    report.errors.map(({ line }) => line),
    Array.from({ length: 1000 }, (_, i) => i + 1),
  );
});

test('where the ledger can not record, the import ends and says how far it got', async (t) => {
  const ledger = await given(t);
  const { store, recorder, refresh } = ledger;
  let calls = 0;
  const ending = Object.create(recorder) as typeof recorder;
  ending.recordEach = async (postings) => {
    calls += 1;
    if (calls > 2) throw new Refusal('shutting-down', 'The ledger is shutting down.');
    return recorder.recordEach(postings);
  };
  const file = ndjson(...Array.from({ length: 3000 }, (_, i) => mou({ note: `${i} ${'x'.repeat(300)}` })));
  const error = await imported({ store, recorder: ending, refresh }, file).catch((error: unknown) => error);
  const recorded = ledger.end() - 1;
  t.ok(recorded > 0 && recorded < 3000);
  t.match(error, { code: 'shutting-down', message: `${recorded} lines were recorded before that` });
  t.same(counted(await imported(ledger, file)), [3000, 3000 - recorded, recorded, 0]);
});

test('a sender that breaks off leaves what was recorded, and no half line', async (t) => {
  const { store, recorder, end, refresh } = await given(t);
  async function* broken(): AsyncGenerator<Buffer> {
    // A large file, as a small one is begun with when it is there.
    yield Buffer.from(`${ndjson(mou())}${' \n'.repeat(100_000)}`);
    while (end() < 2) await refresh().then(() => new Promise((resolve) => setImmediate(resolve)));
    yield Buffer.from(ndjson(mou()).trimEnd());
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  const { importLines } = await import('../../src/import/import-lines.ts');
  const options = {
    format: 'ndjson',
    initiativeId: 'sci',
    importId: undefined,
    mapping: undefined,
    principal: 'p',
    authority: 'operator',
    atomic: false,
    dryRun: false,
    alone: false,
  } as const;
  await t.rejects(importLines({ store, recorder }, broken(), options), { message: 'aborted' });
  await refresh();
  t.equal(end(), 2);
});

test('a report warns of lines that look like other records, also of the same file, and names sync where a record exists', async (t) => {
  const ledger = await given(t, mou({ recordId: 'a', data: { title: 'T', zone: 'Z' } }));
  const file = ndjson(
    mou({ data: { title: 'T' } }),
    mou({ data: { title: 'U' } }),
    mou({ data: { title: 'U' }, note: 'again' }),
    mou({ recordId: 'a', occurredOn: '2023', data: { title: 'T', zone: 'Y' } }),
  );
  for (const [dryRun, pieceBytes] of [
    [true, 10_000],
    [true, 50],
    [false, 50],
  ] as const) {
    const report = await imported(ledger, file, { dryRun }, pieceBytes);
    t.same(counted(report), [4, 3, 0, 1]);
    t.same(
      report.warnings.map(({ line, code }) => [line, code]),
      [
        [1, 'same-title-and-date'],
        [3, 'same-title-and-date'],
      ],
      dryRun ? 'in a dry run' : 'when recorded',
    );
    t.match(report.errors, [
      {
        line: 4,
        code: 'record-exists',
        detail: /with another zone, occurredOn\. A sync .* corrects what exists/,
      },
    ]);
  }
});

test('a dry run knows the external ids of the lines before, and of records as these left them', async (t) => {
  const ledger = await given(t, mou({ recordId: 'a', data: { externalId: 'A' } }));
  const file = ndjson(
    mou({ recordId: 'b', data: { externalId: 'B' } }),
    mou({ data: { externalId: 'B' } }),
    corrected('a', { data: { externalId: 'C' } }),
    mou({ data: { externalId: 'A' } }),
    mou({ data: { externalId: 'C' } }),
    retracted('b'),
    mou({ data: { externalId: 'B' } }),
  );
  for (const dryRun of [true, false]) {
    const report = await imported(ledger, file, { dryRun }, 50);
    t.same(codesOf(report), ['2 external-id-exists', '5 external-id-exists'], `dryRun: ${dryRun}`);
  }
});

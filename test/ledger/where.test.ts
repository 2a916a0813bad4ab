import { test } from 'tap';
import { itemsOf } from '../../src/rules.ts';
import { Recorder } from '../../src/store/recorder.ts';
import type { FindTargets } from '../../src/store/store.ts';
import { findTargets } from '../../src/views/targets.ts';
import {
  corrected,
  evidence,
  given,
  meeting,
  mou,
  now,
  project,
  reason,
  retracted,
  type TestLedger,
} from '../helpers/decide.ts';
import { imported, ndjson } from '../helpers/import.ts';

const zoned = (where: object, zone = 'Z') => ({
  type: 'RecordCorrected',
  where,
  changes: { data: { zone } },
  reason,
});
const ids = ({ recorded }: { recorded: { recordId: string }[] }): string[] =>
  recorded.map(({ recordId }) => recordId);
/** The records that a where matches. */
const matched = async (ledger: TestLedger, where: object): Promise<string[]> => {
  const { recorded } = await ledger.post(zoned(where), { dryRun: true });
  return ids({ recorded });
};

test('where takes the filters of lists, all of them at once, and several values of each', async (t) => {
  const ledger = await given(
    t,
    meeting(),
    mou({
      data: { title: 'Énergie', parties: [{ name: 'A' }], meetingId: 'jic-4' },
      sources: [{ publisher: 'P' }],
    }),
    mou({ data: { title: 'Talent', parties: [{ name: 'a' }, { name: 'B' }] }, correlationId: 'file-1' }),
    project({
      occurredOn: '2022-05',
      data: { pillar: 'Talent', externalId: 'X 7', parties: [{ name: 'B' }] },
    }),
    mou({ occurredOn: '2020', data: { validUntil: '2021', parties: [{ name: 'Ann', person: true }] } }),
    retracted('mou-3'),
    mou({ occurredOn: '2020', data: { parties: [{ name: 'C', country: 'SG' }] } }),
    { ...evidence('mou-4', 'Q'), correlationId: 'file-1' },
  );
  const all = ['mou-1', 'mou-2', 'project-1', 'mou-4'];
  const cases: [where: object, found: string[]][] = [
    [{ party: 'A' }, ['mou-1', 'mou-2']],
    [{ party: ['A', 'C'] }, ['mou-1', 'mou-2', 'mou-4']],
    [{ 'party.all': ['A', 'B'] }, ['mou-2']],
    [{ party: 'B', kind: 'mou' }, ['mou-2']],
    [{ kind: ['mou', 'project'] }, all],
    [{ q: 'energie' }, ['mou-1']],
    [{ pillar: 'talent' }, ['project-1']],
    [{ externalId: 'x 7' }, ['project-1']],
    [{ country: 'SG' }, ['mou-4']],
    [{ meetingId: 'jic-4' }, ['mou-1']],
    [{ publisher: ['P', 'Q'] }, ['mou-1', 'mou-4']],
    [{ unsourced: true }, ['mou-2', 'project-1']],
    [{ named: false }, ['project-1', 'mou-4']],
    [{ from: '2022', until: '2022' }, ['project-1']],
    [{ until: '2021' }, ['mou-4']],
    [{ occurredOn: '2022-05' }, ['project-1']],
    [{ occurredOn: '2022' }, []],
    [{ correlationId: 'file-1' }, ['mou-2', 'mou-4']],
    [{ correlationId: 'file-1', recordIds: ['mou-2', 'mou-1'] }, ['mou-2']],
    [{ recordIds: ['mou-4', 'jic-4', 'mou-3', 'nope', 'mou-1'] }, ['mou-1', 'mou-4']],
    [{ recordIds: ['mou-4', 'mou-1'], party: 'C' }, ['mou-4']],
    [{ party: 'Ann' }, []],
  ];
  for (const [where, found] of cases)
    if (found.length > 0) t.same(await matched(ledger, where), found, JSON.stringify(where));
    else await ledger.refused(zoned(where), 'nothing-matches', '/where');
});

test('what a where may not ask is refused with its place', async (t) => {
  const ledger = await given(t, mou());
  const wrong: [where: object, pointer: string][] = [
    [{}, '/where'],
    [{ standing: 'all' }, '/where/standing'],
    [{ kind: 'meeting' }, '/where/kind'],
    [{ until: '2023-13' }, '/where/until'],
    [{ inForceOn: 'soon' }, '/where/inForceOn'],
    [{ recordIds: [] }, '/where/recordIds'],
    [{ nope: 1 }, '/where/nope'],
  ];
  for (const [where, pointer] of wrong) await ledger.refused(zoned(where), 'invalid-body', pointer);
  await ledger.refused({ events: [zoned({ endsBy: '1' })] }, 'invalid-body', '/events/0/where/endsBy');
});

test('reinstatement takes retracted records, reclassification standing ones', async (t) => {
  const ledger = await given(t, mou({ repeat: 3 }), retracted('mou-1'), retracted('mou-3'));
  const all = { recordIds: ['mou-1', 'mou-2', 'mou-3'] };
  const reclassify = { type: 'RecordReclassified', where: all, to: 'project', reason };
  t.same(ids(await ledger.post(reclassify)), ['mou-2']);
  await ledger.refused(reclassify, 'no-change', '/to');
  const reinstate = { type: 'RecordReinstated', where: all, reason };
  t.same(ids(await ledger.post({ ...reinstate, expectCount: 2 })), ['mou-1', 'mou-3']);
  await ledger.refused(reinstate, 'nothing-matches', '/where');
  t.same(ids(await ledger.post({ type: 'RecordRetracted', where: { kind: 'project' }, reason })), ['mou-2']);
});

test('where sees what earlier items of the request made, changed and said', async (t) => {
  const ledger = await given(t, mou({ data: { pillar: 'A' } }), mou({ data: { pillar: 'B' } }));
  const { recorded } = await ledger.post({
    events: [
      corrected('mou-1', { data: { pillar: 'B' } }, { correlationId: 'c' }),
      corrected('mou-2', { data: { pillar: 'C' } }),
      project({ data: { pillar: 'B' }, correlationId: 'c' }),
      zoned({ pillar: 'B' }),
      zoned({ correlationId: 'c' }, 'Y'),
      zoned({ zone: 'Y', kind: 'mou' }, 'X'),
    ],
  });
  t.same(
    recorded.map(({ index, recordId }) => `${index} ${recordId}`),
    ['0 mou-1', '1 mou-2', '2 project-1', '3 mou-1', '3 project-1', '4 mou-1', '4 project-1', '5 mou-1'],
  );
});

test('what is recorded after the targets were found is looked at again', async (t) => {
  const ledger = await given(
    t,
    mou({ recordId: 'a', data: { pillar: 'A' }, correlationId: 'c' }),
    mou({ recordId: 'b', data: { pillar: 'A' } }),
    mou({ recordId: 'd' }),
  );
  const meanwhile: FindTargets = async (store, asked) => {
    const targets = await findTargets(store, asked);
    await ledger.post({
      events: [
        corrected('a', { data: { pillar: 'B' } }),
        mou({ recordId: 'e', data: { pillar: 'A' } }),
        { ...corrected('d', { data: { pillar: 'A' } }), correlationId: 'c' },
        retracted('b'),
      ],
    });
    return targets;
  };
  const recorder = new Recorder(ledger.store, () => now, undefined, undefined, undefined, meanwhile);
  const post = (where: object) =>
    recorder.record({
      initiativeId: 'sci',
      principal: 'officer',
      authority: 'operator',
      items: itemsOf(zoned(where)),
      dryRun: true,
    });
  t.same(ids(await post({ pillar: 'A', correlationId: 'c' })), ['d']);
  t.same(await matched(ledger, { pillar: 'A' }), ['d', 'e']);
  await recorder.stop();
});

test('a line of an import takes it, and sees the lines before, also in a dry run', async (t) => {
  const ledger = await given(t, mou({ data: { pillar: 'A' } }), mou({ data: { pillar: 'B' } }));
  const file = ndjson(
    corrected('mou-1', { data: { pillar: 'B' } }),
    project({ recordId: 'p', data: { pillar: 'B' } }),
    zoned({ pillar: 'B' }),
    zoned({ pillar: 'A' }),
    zoned({ pillar: 'B', until: '2023-99' }),
  );
  for (const dryRun of [true, false]) {
    const report = await imported(ledger, file, { dryRun });
    t.match(report, {
      recorded: 3,
      failed: 2,
      errors: [
        { line: 4, code: 'nothing-matches' },
        { line: 5, code: 'invalid-body', pointer: '/where/until' },
      ],
    });
  }
  for (const recordId of ['mou-1', 'mou-2', 'p']) t.equal(ledger.record(recordId).data.zone, 'Z', recordId);
  t.equal((await imported(ledger, file)).alreadyRecorded, 3, 'and is repeatable');
});

test('of more records than one request may change the number is told', async (t) => {
  const ledger = await given(t, mou({ repeat: 900 }));
  await ledger.post(mou({ repeat: 200 }));
  const { members } = await ledger.refused(
    { ...zoned({ kind: 'mou' }), expectCount: 7 },
    'count-differs',
    '/expectCount',
  );
  t.equal(members.actualCount, 1100);
  await ledger.refused(zoned({ kind: 'mou' }), 'too-many-events', '');
});

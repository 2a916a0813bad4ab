import { test } from 'tap';
import { itemsOf } from '../../src/rules.ts';
import type { GroupTransaction } from '../../src/store/store.ts';
import { corrected, given, meeting, mou, retracted } from '../helpers/decide.ts';

const tables = ['events', 'head', 'tiles', 'openings', 'records', 'record_numbers'] as const;

test('a rehearsal sees the ledger and what it recorded itself, and nobody else sees that', async (t) => {
  const ledger = await given(t, meeting(), mou({ recordId: 'a' }), mou({ data: { meetingId: 'jic-4' } }));
  const before = tables.map((table) => ledger.rows(table));
  const { recorder, close } = await ledger.recorder.rehearsal();
  const outcomes = (...bodies: object[]) =>
    recorder.recordEach(
      bodies.map((body) => ({
        initiativeId: 'sci',
        principal: 'officer',
        authority: 'operator',
        items: itemsOf(body),
        dryRun: false,
      })),
    );
  const tried = await outcomes(
    corrected('a', { data: { title: 'T' } }),
    corrected('a', { data: { title: 'T' } }),
    mou({ repeat: 300 }),
    mou({ recordId: 'mou-2' }),
    retracted('jic-4'),
    retracted('mou-1'),
    retracted('jic-4'),
  );
  t.match(
    tried.map((outcome) => ('error' in outcome ? outcome.error : 'recorded')),
    [
      'recorded',
      { code: 'no-change' },
      'recorded',
      { code: 'record-exists' },
      { code: 'meeting-in-use' },
      'recorded',
      'recorded',
    ],
  );
  await ledger.refresh();
  t.same(
    tables.map((table) => ledger.rows(table)),
    before,
  );
  // What is recorded meanwhile is seen from the next group on.
  await ledger.post(mou({ recordId: 'b' }));
  t.match(await outcomes(mou({ recordId: 'b' })), [{ error: { code: 'record-exists' } }]);
  await close();
  t.match((await ledger.post(mou())).recorded, [{ recordId: 'mou-2', position: 6 }]);
});

test('recording goes on while a group of a rehearsal takes its time', async (t) => {
  const ledger = await given(t);
  const rehearsal = await ledger.store.rehearsal();
  const known = async ({ facts, answered }: GroupTransaction) =>
    (await answered(facts.versions([{ initiativeId: 'sci', recordId: 'a' }]))).length;
  await rehearsal.group(async (transaction) => {
    await known(transaction);
    await ledger.post(mou({ recordId: 'a' }));
  });
  t.equal(await rehearsal.group(known), 1);
  await rehearsal.close();
});

import t from 'tap';
import { verifyLedger } from '../../src/verify/verify.ts';
import { readModels } from '../../src/views/read-models.ts';
import { given, mou } from '../helpers/decide.ts';

t.test('tables that a rebuild has put in place are as the migrations make them', async (t) => {
  const ledger = await given(t, mou({ repeat: 20 }));
  await ledger.run('update view_versions set version = 0');
  const signal = new AbortController().signal;
  for (const round of ['once', 'twice']) {
    // Of another version, so that they are swapped.
    const models = readModels.map((one) => ({ ...one, version: one.version + (round === 'once' ? 1 : 0) }));
    const rebuilt = await ledger.store.rebuild({ readModels: models, progress: () => {}, signal });
    t.ok(
      rebuilt.every(({ swapped }) => swapped),
      round,
    );
    if (round === 'twice')
      t.same((await verifyLedger(ledger.url)).findings, [], 'beside what is swapped out');
    await ledger.store.clearRebuilt(signal, true);
  }
  t.same((await verifyLedger(ledger.url)).findings, []);
});

import { test } from 'tap';
import { given, meeting, mou } from '../helpers/decide.ts';

test('a milestone is valid until another day; a repeat changes nothing, and a meeting has no validity', async (t) => {
  const ledger = await given(t, mou({ recordId: 'm' }), meeting('jic', '2023'));
  const extended = (recordId: string, validUntil: string) => ({
    type: 'ValidityExtended',
    recordId,
    validUntil,
    sources: [{ publisher: 'A newspaper' }],
  });
  const { recorded } = await ledger.post(extended('m', '2030'));
  t.match(recorded, [{ recordId: 'm', version: 2, type: 'ValidityExtended' }]);
  await ledger.refused(extended('m', '2030'), 'no-change', '/validUntil');
  await ledger.refused(extended('jic', '2030'), 'rule-violated', '/recordId');
});

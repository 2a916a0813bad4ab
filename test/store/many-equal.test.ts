import { test } from 'tap';
import { itemsOf } from '../../src/rules.ts';
import { initiative, meeting, mou, openLedger } from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';

const many = (event: (i: number) => object) => ({ events: Array.from({ length: 1000 }, (_, i) => event(i)) });

test(
  'a group of thousands that are the same, or each elsewhere, takes little longer than any other',
  onlyLong,
  async (t) => {
    const ledger = await openLedger(t);
    await ledger.post(initiative());
    await ledger.post(many((i) => meeting(`m-${i}`, '2023', { name: `${i}` })));
    const millisecondsOf = async (event: (i: number) => object): Promise<number> => {
      const posting = {
        initiativeId: 'sci',
        principal: 'officer',
        authority: 'operator' as const,
        items: itemsOf(many(event)),
        dryRun: false,
      };
      const start = performance.now();
      await Promise.all([1, 2, 3, 4].map(() => ledger.recorder.record(posting)));
      return performance.now() - start;
    };
    let other = 0;
    for (let i = 0; i < 2; i++)
      other = Math.max(other, await millisecondsOf((i) => mou({ data: { title: `${i} ${Math.random()}` } })));
    for (const [what, event] of Object.entries({
      'equal titles': () => mou({ data: { title: 'T' } }),
      'each at another meeting': (i: number) => mou({ data: { meetingId: `m-${i}` } }),
      'equal meetings': () => ({ type: 'MeetingHeld', occurredOn: '2022', data: {} }),
    })) {
      const took = await millisecondsOf(event);
      t.ok(took < 4 * other, what, { took, other });
    }
    await ledger.refresh();
  },
);

import { test } from 'tap';
import type { Facts } from '../../src/ledger/facts.ts';
import type { Posting } from '../../src/ledger/posting.ts';
import type { World } from '../../src/ledger/world.ts';
import { itemsOf } from '../../src/rules.ts';
import { decideGroup, foreseen } from '../../src/store/group.ts';
import {
  reason as because,
  corrected,
  given,
  meeting,
  mou,
  now,
  project,
  reclassified,
  reinstated,
  retracted,
  type TestLedger,
} from '../helpers/decide.ts';

const taken = 'external-id-exists';
const withId = (recordId: string, externalId = 'A 1/[2]:ü') => ({ recordId, data: { externalId } });

test('one standing record of a kind has an externalId', async (t) => {
  const ledger = await given(t, mou(withId('a')), project(withId('p')));
  const { message } = await ledger.refused(mou(withId('b')), taken, '/data/externalId');
  t.equal(message, 'a is a standing mou with the same externalId: A 1/[2]:ü');
  await ledger.post({ ...mou(withId('other')), data: { externalId: 'a 1/[2]:ü' } });
  await ledger.post({ type: 'InitiativeRegistered', data: { name: 'Another' } }, { initiativeId: 'two' });
  await ledger.post(mou(withId('a')), { initiativeId: 'two' });

  // Whatever else of a record is corrected: it may keep its own.
  await ledger.post(corrected('a', { data: { title: 'T', externalId: 'A 1/[2]:ü' } }));
  await ledger.refused(
    corrected('other', { data: { externalId: 'A 1/[2]:ü' } }),
    taken,
    '/changes/data/externalId',
  );
  await ledger.refused(reclassified('p', 'mou'), taken, '');

  await ledger.post(retracted('a'));
  await ledger.post(reclassified('p', 'mou'));
  const again = await ledger.refused(reinstated('a'), taken, '');
  t.match(again.message, /^p is a standing mou/);
  await ledger.post(corrected('p', { data: { externalId: null } }));
  await ledger.post(reinstated('a'));
});

test('records of the same request and of the same group count, and what they give up is free', async (t) => {
  const ledger = await given(t, mou(withId('a')), mou(withId('b', 'B')));
  const twice = { events: [mou(withId('c', 'C')), mou(withId('d', 'C'))] };
  await ledger.refused(twice, taken, '/events/1/data/externalId');
  await ledger.post({ events: [mou(withId('c', 'C')), project(withId('d', 'C'))] });
  // Two records change ids.
  await ledger.post({
    events: [
      corrected('a', { data: { externalId: 'C 0' } }),
      corrected('b', { data: { externalId: 'A 1/[2]:ü' } }),
      corrected('a', { data: { externalId: 'B' } }),
    ],
  });
  await ledger.refused(
    { events: [retracted('a'), mou(withId('e', 'B')), reinstated('a')] },
    taken,
    '/events/2',
  );
  await ledger.post({ events: [retracted('a'), mou(withId('e', 'B'))] });

  const group = await Promise.allSettled(
    ['f', 'g', 'h'].map((recordId) => ledger.recorder.record(posting(mou(withId(recordId, 'together'))))),
  );
  t.same(
    group.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  );
  await ledger.refresh();
  await ledger.refused(
    { ...mou({ data: { externalId: 'r' } }), repeat: 2 },
    'invalid-body',
    '/data/externalId',
  );
});

const posting = (body: object, dryRun = false) => ({
  initiativeId: 'sci',
  principal: 'officer',
  authority: 'operator' as const,
  items: itemsOf(body),
  dryRun,
});

test('of many records the ids are looked up by one query, and by none where there are none', async (t) => {
  const ids = Array.from({ length: 50 }, (_, i) => `x${i}`);
  const ledger = await given(
    t,
    meeting(),
    ...ids.map((id) => mou({ recordId: id, data: { externalId: id, meetingId: 'jic-4' } })),
  );
  const made = { events: ids.map((id) => mou({ data: { externalId: `new ${id}` } })) };
  const changed = { events: ids.map((id) => corrected(id, { data: { externalId: `other ${id}` } })) };
  const moved = { events: ids.map((id) => reclassified(id, 'project')) };
  for (const body of [made, changed, moved])
    t.same((await asked(ledger, posting(body, true))).filter((fact) => fact === 'externalIds').length, 1);
  for (const body of [mou(), corrected('x1', { data: { title: 'T' } }), retracted('x1')])
    t.notOk((await asked(ledger, posting(body, true))).includes('externalIds'));

  await ledger.post({ events: ids.map((id) => retracted(id)) });
  const events = ids.map((_, i) => ({ position: ledger.end() - i, pointer: `/positions/${i}` }));
  const undo = {
    ...posting(mou(), true),
    items: [],
    undo: { events, reason: { code: 'other' as const, text: because.text } },
  };
  t.equal((await asked(ledger, undo)).filter((fact) => fact === 'externalIds').length, 1);
});

/** The facts that a request asks for. */
async function asked(ledger: TestLedger, request: Posting): Promise<string[]> {
  const names: string[] = [];
  const told = (facts: Facts): Facts =>
    new Proxy(facts, {
      get(all, name: keyof Facts) {
        names.push(name);
        return all[name];
      },
    });
  const { fingerprintKey } = ledger.store;
  await ledger.store.group(
    ({ answered, ...transaction }, world: World) =>
      answered(decideGroup([request], { ...transaction, world }, fingerprintKey, now)),
    (facts) => foreseen([request], told(facts)),
  );
  return names;
}

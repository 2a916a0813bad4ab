import { test } from 'tap';
import type { Facts } from '../../src/ledger/facts.ts';
import type { World } from '../../src/ledger/world.ts';
import { itemsOf } from '../../src/rules.ts';
import { decideGroup, foreseen } from '../../src/store/group.ts';
import {
  claim,
  corrected,
  evidence,
  given,
  meeting,
  mou,
  now,
  project,
  reclassified,
} from '../helpers/decide.ts';

const ids = Array.from({ length: 20 }, (_, i) => `${i}`);

test('what a group of requests asks for is loaded in a few queries, however many they are', async (t) => {
  const ledger = await given(
    t,
    ...ids.flatMap((id) => [
      meeting(`m-${id}`, '2023-12-14', { name: `M ${id}`, coChairs: [{ name: `Chair ${id}` }] }),
      claim({ scope: `meeting:m-${id}`, value: 2 }),
      mou({ recordId: `x-${id}`, data: { title: `Title ${id}`, meetingId: `m-${id}` } }),
      mou({ recordId: `y-${id}`, data: { title: `Other ${id}`, meetingId: `m-${id}` } }),
      mou({ recordId: `z-${id}`, data: { title: `Third ${id}` } }),
    ]),
  );
  const bodies = ids.flatMap((id) => [
    // The same title and date, and more at the meeting than is claimed; the date is that of the meeting.
    { type: 'MoUSigned', data: { title: `Title ${id}`, meetingId: `m-${id}` } },
    project({ data: { title: `Title ${id}`, meetingId: `m-${id}` } }),
    corrected(`y-${id}`, { data: { title: `TITLE ${id}` } }),
    corrected(`z-${id}`, { data: { meetingId: `m-${id}`, zone: null } }),
    corrected(`m-${id}`, { data: { coChairs: [{ name: `Chair ${id}`, role: 'chair' }] } }),
    evidence(`x-${id}`, 'Gazette'),
    reclassified(`x-${id}`, 'project'),
    meeting(`n-${id}`, '2023-12-14', { name: `m  ${id}` }),
    claim({ scope: `meeting:m-${id}`, value: 2 }),
  ]);
  const group = bodies.map((body) => ({
    initiativeId: 'sci',
    principal: 'officer',
    authority: 'operator' as const,
    items: itemsOf(body),
    dryRun: true,
    idempotency: { key: 'unused in a dry run', fingerprint: Buffer.alloc(32) },
  }));
  const asked: string[] = [];
  const told = (facts: Facts): Facts =>
    new Proxy(facts, {
      get(all, name: keyof Facts) {
        asked.push(name);
        return all[name];
      },
    });
  const { fingerprintKey } = ledger.store;
  const { outcomes } = await ledger.store.group(
    ({ answered, ...transaction }, world: World) =>
      answered(decideGroup(group, { ...transaction, world }, fingerprintKey, now)),
    (facts) => foreseen(group, told(facts)),
  );
  t.same(asked.sort(), [
    'claimsAbout',
    'countsAt',
    'lastNumbers',
    'names',
    // Of what is posted whole, and of what depends on the records.
    'sameTitle',
    'sameTitle',
    'versions',
  ]);
  const warnings = outcomes.map((outcome) =>
    'receipt' in outcome ? outcome.receipt.warnings.map(({ code }) => code) : outcome,
  );
  t.same(
    warnings,
    ids.flatMap(() => [
      ['same-title-and-date', 'more-than-claimed'],
      [],
      ['same-title-and-date'],
      ['more-than-claimed'],
      [],
      [],
      [],
      ['same-meeting'],
      ['same-claim'],
    ]),
  );
});

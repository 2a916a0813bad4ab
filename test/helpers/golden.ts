import { catalogue } from '../../events/catalogue.ts';
import { logContinued } from '../../events/log-continued.ts';
import { principalAdded } from '../../events/principal-added.ts';
import { principalDisabled } from '../../events/principal-disabled.ts';
import { rightsChanged } from '../../events/rights-changed.ts';
import { decide } from '../../src/ledger/decide.ts';
import { Draft } from '../../src/ledger/draft.ts';
import { World } from '../../src/ledger/world.ts';
import { itemsOf, logContinuation, rules } from '../../src/rules.ts';
import { answeredAtOnce } from '../../src/shapes/asking.ts';
import type { Change } from '../../src/shapes/change.ts';
import type { Posted } from '../../src/shapes/posted.ts';
import { ownId } from '../../src/shapes/stored-event.ts';
import { factsIn } from '../../src/store/facts.ts';
import { sqlite } from '../../src/store/sqlite/statements.ts';

/**
 * What the first example of each event type becomes, decided by the real rules with fixed time, ids and salts: in
 * the order of the catalogue, in one request, with the records that some examples speak of in between.
 */
export function goldenChanges(): Map<string, Change> {
  const unnamed = { type: 'MoUSigned', occurredOn: '2023-12-14' };
  const events = catalogue.flatMap(({ type, examples }): object[] => [
    ...(type === 'RecordRetracted'
      ? ['mou-3', 'mou-7'].map((recordId) => ({ ...unnamed, recordId, note: 'not golden' }))
      : []),
    examples[0],
  ]);
  let made = 0;
  const draft = new Draft(new World(0, factsIn(sqlite)));
  const posting = {
    initiativeId: 'shenzhen-sci',
    principal: 'officer-1',
    authority: 'operator' as const,
    items: itemsOf({ events: structuredClone(events) }),
    dryRun: false,
  };
  const circumstances = {
    recordedAt: '2024-01-05T12:00:00.000Z',
    lastDay: '2024-01-06',
    fingerprintKey: Buffer.alloc(32, 7),
    newId: () => `018cd97e-9200-7000-8000-${String(++made).padStart(12, '0')}`,
    newSalt: () => Buffer.alloc(32, ++made),
  };
  // An empty log.
  answeredAtOnce(decide(rules, posting, draft, circumstances), () => []);
  const { type: _, ...example } = logContinued.examples[0];
  const continued = logContinuation({
    ...example,
    eventId: '018cd97e-9200-7000-8000-00000000ffff',
    recordedAt: '2024-01-05T12:00:00.000Z',
    // Where it stood when it became golden, however many types came later.
    position: 14,
  });
  const own = {
    initiativeId: ownId,
    principal: 'operator',
    authority: 'operator' as const,
    items: [principalAdded, rightsChanged, principalDisabled].map(({ examples: [event] }, index) => ({
      index,
      pointer: '',
      // Examples of what is posted, less closely typed.
      event: structuredClone(event) as Posted,
    })),
    dryRun: false,
  };
  const posted = draft.changes.length;
  // Their ids, too, are those with which they became golden.
  made = 15;
  answeredAtOnce(decide(rules, own, draft, circumstances), () => []);
  const golden = [...draft.changes.slice(0, posted), continued, ...draft.changes.slice(posted)].filter(
    ({ event }) => event.note !== 'not golden',
  );
  return new Map(golden.map((change) => [change.event.type, change]));
}

import { catalogue, type EventType } from '../../events/catalogue.ts';
import { logContinued } from '../../events/log-continued.ts';
import type { Change } from '../../src/ledger/change.ts';
import { decide } from '../../src/ledger/decide.ts';
import { Draft } from '../../src/ledger/draft.ts';
import type { Facts } from '../../src/ledger/facts.ts';
import { continuationOf } from '../../src/ledger/log-continuation.ts';
import { itemsOf } from '../../src/ledger/posting.ts';
import { Missing, World } from '../../src/ledger/world.ts';

/** An empty log. */
const nothing: Facts = {
  versions: () => [],
  events: () => [],
  keptAnswers: () => [],
  lastNumbers: () => [],
  milestonesAt: () => [],
  countsAt: () => [],
  claimsAbout: () => [],
  sameTitle: () => [],
  names: () => new Map(),
};

/**
 * What the first example of each event type becomes, decided by the real rules with fixed time, ids and salts: in
 * the order of the catalogue, in one request, with the records that some examples speak of in between.
 */
export async function goldenChanges(): Promise<Map<EventType, Change>> {
  const unnamed = { type: 'MoUSigned', occurredOn: '2023-12-14' };
  const events = catalogue.flatMap(({ type, examples }): object[] => [
    ...(type === 'RecordRetracted'
      ? ['mou-3', 'mou-7'].map((recordId) => ({ ...unnamed, recordId, note: 'not golden' }))
      : []),
    examples[0],
  ]);
  const world = new World(0);
  let draft: Draft;
  for (;;) {
    let made = 0;
    draft = new Draft(world);
    try {
      const posting = {
        initiativeId: 'shenzhen-sci',
        principal: 'officer-1',
        items: itemsOf({ events: structuredClone(events) }),
        dryRun: false,
      };
      decide(posting, draft, {
        recordedAt: '2024-01-05T12:00:00.000Z',
        lastDay: '2024-01-06',
        fingerprintKey: Buffer.alloc(32, 7),
        newId: () => `018cd97e-9200-7000-8000-${String(++made).padStart(12, '0')}`,
        newSalt: () => Buffer.alloc(32, ++made),
      });
      break;
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      await error.load(nothing, world);
    }
  }
  const { example } = logContinued;
  const continued = continuationOf({
    ...example,
    eventId: '018cd97e-9200-7000-8000-00000000ffff',
    recordedAt: '2024-01-05T12:00:00.000Z',
    position: draft.nextPosition,
  });
  const golden = [...draft.changes, continued].filter(({ event }) => event.note !== 'not golden');
  return new Map(golden.map((change) => [change.event.type, change]));
}

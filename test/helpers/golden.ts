import { aliasesChanged } from '../../events/aliases-changed.ts';
import { catalogue } from '../../events/catalogue.ts';
import { logContinued } from '../../events/log-continued.ts';
import { partyNamed } from '../../events/party-named.ts';
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

/** Further requests that have golden leaves, by the names of their files. A new one is appended. */
const further = new Map<string, object>([
  [
    'MoUSigned-undated',
    {
      type: 'MoUSigned',
      recordId: 'fo-74313',
      data: {
        title: 'Convention respecting the River',
        externalId: 'fo-74313',
        places: ['Northport', 'Eastby'],
        references: [
          { text: 'Treaty Series 014/1939', url: 'https://fo.example/1939-TS0014.pdf' },
          { text: 'UN Registration 194 35' },
        ],
        parties: [
          { name: 'Northland', country: 'SG', externalId: 'N' },
          { name: 'Eastland Islands', role: 'territory' },
          { name: 'Tan Ah Kow', person: true, role: 'witness' },
        ],
      },
      sources: [{ publisher: 'Foreign Office', url: 'https://fo.example/fo-74313' }],
    },
  ],
]);

/**
 * What the first example of each event type becomes, decided by the real rules with fixed time, ids and salts: in
 * the order of the catalogue, in one request, with the records that some examples speak of in between. Then the further ones.
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
    items: [principalAdded, rightsChanged, principalDisabled, partyNamed, aliasesChanged].map(
      ({ examples: [event] }, index) => ({
        index,
        pointer: '',
        // Examples of what is posted, less closely typed.
        event: structuredClone(event) as Posted,
      }),
    ),
    dryRun: false,
  };
  const posted = draft.changes.length;
  // Their ids, too, are those with which they became golden.
  made = 15;
  answeredAtOnce(decide(rules, own, draft, circumstances), () => []);
  const golden = [...draft.changes.slice(0, posted), continued, ...draft.changes.slice(posted)].filter(
    ({ event }) => event.note !== 'not golden',
  );
  const before = draft.changes.length;
  made = 100;
  const items = itemsOf({ events: structuredClone([...further.values()]) });
  answeredAtOnce(decide(rules, { ...posting, items }, draft, circumstances), () => []);
  const names = [...golden.map(({ event }) => event.type), ...further.keys()];
  return new Map([...golden, ...draft.changes.slice(before)].map((change, i) => [names[i] ?? '', change]));
}

import { type Asking, together } from '../shapes/asking.ts';
import { commitmentsIn } from '../shapes/people.ts';
import type { Kind, LedgerRecord } from '../shapes/record.ts';
import { ownId } from '../shapes/stored-event.ts';
import { titleKeyFrom } from '../shapes/title-key.ts';
import type { EventTypes } from './event-types.ts';
import type { PlaceOfKind, RecordRef } from './facts.ts';
import type { Item, Posting } from './posting.ts';
import { refKey } from './touched.ts';
import { metricOf } from './warnings.ts';
import type { World } from './world.ts';

/**
 * Loads what the decisions on a group will ask for: one to three rounds of queries, however many requests it has. What
 * can't be told before deciding, they ask for themselves. warnings: also what these ask for.
 */
export function* prefetch(
  types: EventTypes,
  world: World,
  group: Posting[],
  { warnings }: { warnings: boolean },
): Asking<void> {
  const posted = group.flatMap(({ initiativeId, items }) => items.map((item) => ({ initiativeId, item })));
  // Of most milestones all is posted. Their texts can be long, so what is known of them at first is computed once.
  const known = new Map<Item, Ahead>();
  const ahead = (): Ahead[] =>
    warnings
      ? posted.flatMap(({ initiativeId, item }) => recordAhead(types, world, initiativeId, item, known) ?? [])
      : [];
  yield* together([
    world.versions.load([...refsOf(group), ...principalsOf(group)]),
    world.events.load(posted.flatMap(({ item }) => item.event.eventId ?? [])),
    world.answers.load(
      // A dry run ignores keys.
      group.flatMap(({ idempotency, dryRun, ...posting }) =>
        idempotency && !dryRun ? [{ ...posting, key: idempotency.key }] : [],
      ),
    ),
    // New records take numbers where they come without an id.
    world.numbers.load([
      ...(group.some(({ authority }) => authority === 'open')
        ? [{ initiativeId: ownId, kind: 'principal' as const }]
        : []),
      ...posted.flatMap(({ initiativeId, item: { event } }) => {
        const kind = event.recordId === undefined ? types.madeBy(event.type) : undefined;
        return kind === undefined ? [] : [{ initiativeId, kind }];
      }),
    ]),
    world.titles.load(titleKeysOf(ahead().filter(({ occurredOn }) => occurredOn))),
  ]);
  // An event may repeat the names that the record holds.
  const commitments = posted.flatMap(({ initiativeId, item: { event } }) =>
    types.namingPersons.has(event.type)
      ? commitmentsIn(recordIn(world, initiativeId, event.recordId)?.data ?? {})
      : [],
  );
  const records = ahead();
  const places = records.flatMap(({ initiativeId, meetingId, kind }): PlaceOfKind[] =>
    meetingId === undefined || (kind !== 'mou' && kind !== 'project')
      ? []
      : [{ initiativeId, meetingId, kind }],
  );
  yield* together([
    world.names.load(commitments),
    world.titles.load(titleKeysOf(records)),
    world.claims.load(places.map(({ initiativeId, meetingId }) => ({ initiativeId, recordId: meetingId }))),
  ]);
  // To count is to look at all milestones of a meeting, so it is done where a claim asks for it.
  yield* world.counts.load(
    places.filter(({ initiativeId, meetingId, kind }) =>
      world.claims
        .get(refKey(initiativeId, meetingId))
        ?.some(({ record }) => record.kind === 'claim' && record.data.metric === metricOf(kind)),
    ),
  );
}

/** Those whose rights the decisions look at. */
const principalsOf = (group: Posting[]): RecordRef[] =>
  group.flatMap(({ authority, principal }) =>
    typeof authority === 'string' ? [] : [{ initiativeId: ownId, recordId: principal }],
  );

/** The records that the decisions of a group are sure to ask for. */
const refsOf = (group: Posting[]): RecordRef[] =>
  group.flatMap(({ initiativeId, items }) => {
    const ids = items.flatMap(({ event: { recordId, reason, data, changes } }) => [
      recordId,
      reason?.duplicateOf,
      ...(data ? referencesIn(data) : []),
      ...(changes ? referencesIn((changes['data'] ?? {}) as object) : []),
    ]);
    return [initiativeId, ...ids].flatMap((recordId) =>
      typeof recordId === 'string' ? [{ initiativeId, recordId }] : [],
    );
  });

/** What is told of other records in data that may be checked against no schema yet. */
function referencesIn(data: object): unknown[] {
  const { meetingId, madeAt, scope, renews, under } = data as Members;
  const about = typeof scope === 'string' && scope.startsWith('meeting:') ? scope.slice(8) : undefined;
  const renewed = (renews as { recordId?: unknown } | null | undefined)?.recordId;
  return [meetingId, madeAt, about, renewed, ...(Array.isArray(under) ? under : [])];
}

/** What warnings look at in a record. */
interface Ahead {
  initiativeId: string;
  kind: Kind;
  occurredOn: string | undefined;
  titleKey: number | undefined;
  meetingId: string | undefined;
}

/**
 * The record that an item will make or change, as far as it can be told before it is decided on. known: those of which all is
 * posted.
 */
function recordAhead(
  types: EventTypes,
  world: World,
  initiativeId: string,
  item: Item,
  known: Map<Item, Ahead>,
): Ahead | undefined {
  const before = known.get(item);
  if (before) return before;
  const { event } = item;
  const made = types.madeBy(event.type);
  const present = made === undefined ? recordIn(world, initiativeId, event.recordId) : undefined;
  const kind = event.to ?? made ?? present?.kind;
  if (kind === undefined) return undefined;
  // Members of an event are looked at by name.
  const posted = (event.changes ?? event) as Members;
  const data: Members = { ...present?.data, ...(posted['data'] as Members | undefined) };
  const meetingId = textOf(data['meetingId']);
  const occurredOn =
    textOf(posted['occurredOn']) ??
    present?.occurredOn ??
    recordIn(world, initiativeId, meetingId)?.occurredOn;
  // Evidence comes behind the sources that are there.
  const sources = event.changes?.['sources'] ?? present?.sources ?? posted['sources'];
  const titleKey = titleKeyFrom({ initiativeId, kind, occurredOn }, data, sources);
  const ahead = { initiativeId, kind, occurredOn, titleKey, meetingId };
  if (made !== undefined && event.occurredOn !== undefined) known.set(item, ahead);
  return ahead;
}

const titleKeysOf = (records: Ahead[]): number[] => records.flatMap(({ titleKey }) => titleKey ?? []);

type Members = { [member: string]: unknown };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const recordIn = (world: World, initiativeId: string, recordId = ''): LedgerRecord | undefined =>
  world.versions.get(refKey(initiativeId, recordId))?.record;

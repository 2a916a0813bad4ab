import { answerKeysOf, correctedRefsOf, eventIdsOf, numbersOf, refsOf } from './asked.ts';
import type { Facts, PlaceOfKind } from './facts.ts';
import { commitmentsIn } from './people.ts';
import { kindMadeBy, type Posting } from './posting.ts';
import type { LedgerRecord } from './record.ts';
import { titleKeyFrom } from './title-key.ts';
import { metricOf } from './warnings.ts';
import { refKey, type World } from './world.ts';

/**
 * Loads what the decisions on a group will ask for: one to three rounds of queries, however many requests it has. What
 * can't be told before deciding, they miss. warnings: also what these ask for.
 */
export async function prefetch(
  world: World,
  facts: Facts,
  group: Posting[],
  { warnings }: { warnings: boolean },
): Promise<void> {
  await Promise.all([
    world.loadVersions(facts, refsOf(group)),
    world.loadEvents(facts, eventIdsOf(group)),
    world.loadAnswers(facts, answerKeysOf(group)),
    world.loadNumbers(facts, numbersOf(group)),
    // Of most milestones all is posted, and then this is all that there is to ask.
    world.loadTitles(
      facts,
      warnings ? titleKeysOf(milestonesAhead(group, world).filter(({ occurredOn }) => occurredOn)) : [],
    ),
  ]);
  // A correction may repeat the names that the record holds.
  const commitments = correctedRefsOf(group).flatMap(({ initiativeId, recordId }) =>
    commitmentsIn(recordIn(world, initiativeId, recordId)?.data ?? {}),
  );
  const milestones = warnings ? milestonesAhead(group, world) : [];
  const places = milestones.flatMap(({ initiativeId, meetingId, kind }): PlaceOfKind[] =>
    meetingId === undefined ? [] : [{ initiativeId, meetingId, kind }],
  );
  await Promise.all([
    world.loadNames(facts, commitments),
    world.loadTitles(facts, titleKeysOf(milestones)),
    world.loadClaims(
      facts,
      places.map(({ initiativeId, meetingId }) => ({ initiativeId, recordId: meetingId })),
    ),
  ]);
  // To count is to look at all milestones of a meeting, so it is done where a claim asks for it.
  await world.loadCounts(
    facts,
    places.filter(({ initiativeId, meetingId, kind }) =>
      world.claims
        .get(refKey(initiativeId, meetingId))
        ?.some(({ record }) => record.kind === 'claim' && record.data.metric === metricOf(kind)),
    ),
  );
}

/** What warnings look at in a milestone. */
interface Ahead {
  initiativeId: string;
  kind: 'mou' | 'project';
  occurredOn: string | undefined;
  title: string | undefined;
  meetingId: string | undefined;
}

/** The milestones that requests will make or change, as far as it can be told before they are decided on. */
const milestonesAhead = (group: Posting[], world: World): Ahead[] =>
  group.flatMap(({ initiativeId, items }) =>
    items.flatMap(({ event }) => {
      const made = kindMadeBy.get(event.type);
      const present = made === undefined ? recordIn(world, initiativeId, event.recordId) : undefined;
      const kind = 'to' in event ? event.to : (made ?? present?.kind);
      if (kind !== 'mou' && kind !== 'project') return [];
      // Changes are not checked against a schema yet, so each member may be anything.
      const posted: Members = 'changes' in event ? event.changes : event;
      const data: Members = { ...present?.data, ...(posted['data'] as Members | undefined) };
      const [title, meetingId] = [textOf(data['title']), textOf(data['meetingId'])];
      const occurredOn =
        textOf(posted['occurredOn']) ??
        present?.occurredOn ??
        recordIn(world, initiativeId, meetingId)?.occurredOn;
      return { initiativeId, kind, occurredOn, title, meetingId };
    }),
  );

const titleKeysOf = (milestones: Ahead[]): number[] =>
  milestones.flatMap((one) => (one.title === undefined ? [] : titleKeyFrom(one, one.title)));

type Members = { [member: string]: unknown };

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const recordIn = (world: World, initiativeId: string, recordId = ''): LedgerRecord | undefined =>
  world.versions.get(refKey(initiativeId, recordId))?.record;

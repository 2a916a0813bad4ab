import type { Asking } from '../shapes/asking.ts';
import { boundsOf } from '../shapes/claim-bounds.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { isMilestone, type Milestone, type Version } from '../shapes/record.ts';
import { titleKeyOf } from '../shapes/title-key.ts';
import { itemsAtOnce } from './decide.ts';
import type { Draft } from './draft.ts';
import type { Warning } from './facts.ts';
import type { World } from './world.ts';

/** What is odd about the records that a request makes or changes, as they stand after it; never a reason to refuse. */
export function* warningsOf(draft: Draft, world: World): Asking<Warning[]> {
  yield* world.titles.load(draft.changes.flatMap(({ after }) => titleKeyOf(after.record) ?? []));
  const last = new Map(draft.changes.map((change) => [change.after.record.recordId, change]));
  // The same for every record of a kind at a meeting, and a request may have a thousand of these.
  const claimed = new Map<string, string | undefined>();
  // An item that made many records is warned of once.
  const said = new Map<string, Warning>();
  let looked = 0;
  for (const { after, pointer } of last.values()) {
    if (++looked % itemsAtOnce === 0) yield [];
    for (const [code, detail] of yield* warningsOfOne(after, draft, claimed)) {
      if (detail === undefined) continue;
      const warning = { code, pointer, detail };
      said.set(JSON.stringify(warning), warning);
    }
  }
  return [...said.values()];
}

function* warningsOfOne(
  version: Version,
  draft: Draft,
  claimed: Map<string, string | undefined>,
): Asking<(readonly [Warning['code'], string | undefined])[]> {
  const { record } = version;
  if (record.status !== 'standing') return [];
  if (record.kind === 'meeting' || record.kind === 'claim') {
    const same = yield* draft.sameTitle(version);
    const [code, what] = sameness[record.kind];
    return [[code, same && `${same.recordId} ${what}`]];
  }
  if (!isMilestone(record)) return [];
  const place = `${record.data.meetingId}/${record.kind}`;
  if (!claimed.has(place)) claimed.set(place, yield* moreThanClaimed(record, draft));
  const same = yield* draft.sameTitle(version);
  return [
    ['same-title-and-date', same && `${same.recordId} has the same title and date.`],
    ['date-outside-meeting', yield* outsideMeeting(record, draft)],
    ['more-than-claimed', claimed.get(place)],
    ['validity-reversed', reversedValidity(record)],
  ];
}

const sameness = {
  meeting: ['same-meeting', 'is a meeting on the same date, with the same series, ordinal and name.'],
  claim: ['same-claim', 'is the same figure for the same date and scope, from the same publisher.'],
} as const;

function* outsideMeeting(
  { initiativeId, occurredOn, data }: Milestone,
  draft: Draft,
): Asking<string | undefined> {
  if (data.meetingId === undefined) return undefined;
  const meeting = (yield* draft.version(initiativeId, data.meetingId))?.record;
  const [own, its] = [parseEdtf(occurredOn ?? ''), parseEdtf(meeting?.occurredOn ?? '')];
  if (!own || !its) return undefined;
  const inside = own.latest <= its.latest && (its.earliest ?? '') <= (own.earliest ?? '');
  return inside
    ? undefined
    : `${occurredOn} is not within ${meeting?.occurredOn}, the date of ${data.meetingId}.`;
}

/** What claims call the milestones of a kind. */
export const metricOf = (kind: 'mou' | 'project'): string => (kind === 'mou' ? 'mous' : 'projects');

function* moreThanClaimed(
  { initiativeId, kind, data: { meetingId } }: Milestone,
  draft: Draft,
): Asking<string | undefined> {
  if (meetingId === undefined) return undefined;
  const metric = metricOf(kind);
  const about = yield* draft.claimsAbout(initiativeId, meetingId);
  const claims = about.filter(({ data }) => data.metric === metric);
  if (claims.length === 0) return undefined;
  const count = yield* draft.countAt(initiativeId, meetingId, kind);
  const claim = claims.find(({ data }) => count > boundsOf(data).high);
  return (
    claim && `${meetingId} has ${count} ${metric} now, where ${claim.recordId} says ${claim.data.value}.`
  );
}

function reversedValidity({ occurredOn, data: { validFrom, validUntil } }: Milestone): string | undefined {
  const until = parseEdtf(validUntil ?? '');
  if (!until) return undefined;
  for (const [name, text] of [
    ['validFrom', validFrom],
    ['occurredOn', occurredOn],
  ] as const) {
    const from = parseEdtf(text ?? '');
    if (from?.earliest !== undefined && until.latest < from.earliest)
      return `validUntil lies before ${name}.`;
  }
  return undefined;
}

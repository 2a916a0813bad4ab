import { parseEdtf } from './edtf.ts';
import type { Warning } from './facts.ts';
import { isMilestone, type Milestone, type Version } from './record.ts';
import type { Draft } from './world.ts';

/**
 * What is odd about the milestones that a request makes or changes, as they stand after it. Never a reason to
 * refuse. Throws Missing like a decision.
 */
export function warningsOf(draft: Draft): Warning[] {
  const last = new Map(draft.changes.map((change) => [change.after.record.recordId, change]));
  return [...last.values()].flatMap(({ after, pointer }) => warningsOfOne(after, draft, pointer));
}

function warningsOfOne(version: Version, draft: Draft, pointer: string): Warning[] {
  const { record } = version;
  if (!isMilestone(record) || record.status !== 'standing') return [];
  const details = [
    ['same-title-and-date', sameTitle(version, draft)],
    ['date-outside-meeting', outsideMeeting(record, draft)],
    ['more-than-claimed', moreThanClaimed(record, draft)],
    ['validity-reversed', reversedValidity(record)],
  ] as const;
  return details.flatMap(([code, detail]) => (detail === undefined ? [] : [{ code, pointer, detail }]));
}

function sameTitle(version: Version, draft: Draft): string | undefined {
  const [other] = draft.sameTitle(version);
  return other && `${other.recordId} has the same title and date.`;
}

function outsideMeeting({ initiativeId, occurredOn, data }: Milestone, draft: Draft): string | undefined {
  if (data.meetingId === undefined) return undefined;
  const meeting = draft.version(initiativeId, data.meetingId)?.record;
  const [own, its] = [parseEdtf(occurredOn ?? ''), parseEdtf(meeting?.occurredOn ?? '')];
  if (!own || !its) return undefined;
  const inside = own.latest <= its.latest && (its.earliest ?? '') <= (own.earliest ?? '');
  return inside
    ? undefined
    : `${occurredOn} is not within ${meeting?.occurredOn}, the date of ${data.meetingId}.`;
}

/** Whether a count is more than a claim says; a qualifier that is open upwards, or vague, never says so. */
const exceeds: { [qualifier: string]: (count: number, value: number) => boolean } = {
  exact: (count, value) => count > value,
  atMost: (count, value) => count > value,
  lessThan: (count, value) => count >= value,
};

function moreThanClaimed(
  { initiativeId, kind, data: { meetingId } }: Milestone,
  draft: Draft,
): string | undefined {
  if (meetingId === undefined) return undefined;
  const metric = kind === 'mou' ? 'mous' : 'projects';
  const claims = draft
    .claimsAbout(initiativeId, meetingId)
    .filter(({ data }) => data.metric === metric);
  if (claims.length === 0) return undefined;
  const count = draft.countAt(initiativeId, meetingId, kind);
  const claim = claims.find(({ data }) => exceeds[data.qualifier]?.(count, data.value));
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

import type { Draft } from './draft.ts';
import { parseEdtf } from './edtf.ts';
import type { Warning } from './facts.ts';
import { isMilestone, type Milestone, type Version } from './record.ts';

/**
 * What is odd about the milestones that a request makes or changes, as they stand after it; never a reason to refuse.
 * In steps, each for one record: a step may throw Missing like a decision, and is then to be taken again.
 */
export function warningsOf(draft: Draft): (() => Warning[])[] {
  const last = new Map(draft.changes.map((change) => [change.after.record.recordId, change]));
  // The same for every record of a kind at a meeting, and a request may have a thousand of these.
  const claimed = new Map<string, string | undefined>();
  const said = new Set<string>();
  return [...last.values()].map(({ after, pointer }) => () => {
    const warnings = warningsOfOne(after, draft, pointer, claimed);
    // An item that made many records is warned of once.
    return warnings.filter((warning) => {
      const text = JSON.stringify(warning);
      return !said.has(text) && said.add(text);
    });
  });
}

function warningsOfOne(
  version: Version,
  draft: Draft,
  pointer: string,
  claimed: Map<string, string | undefined>,
): Warning[] {
  const { record } = version;
  if (!isMilestone(record) || record.status !== 'standing') return [];
  const place = `${record.data.meetingId}/${record.kind}`;
  if (!claimed.has(place)) claimed.set(place, moreThanClaimed(record, draft));
  const details = [
    ['same-title-and-date', sameTitle(version, draft)],
    ['date-outside-meeting', outsideMeeting(record, draft)],
    ['more-than-claimed', claimed.get(place)],
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

/** What claims call the milestones of a kind. */
export const metricOf = (kind: 'mou' | 'project'): string => (kind === 'mou' ? 'mous' : 'projects');

function moreThanClaimed(
  { initiativeId, kind, data: { meetingId } }: Milestone,
  draft: Draft,
): string | undefined {
  if (meetingId === undefined) return undefined;
  const metric = metricOf(kind);
  const claims = draft.claimsAbout(initiativeId, meetingId).filter(({ data }) => data.metric === metric);
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

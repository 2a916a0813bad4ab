import type { RecordRow } from '../db/schema.ts';
import { canonicalJson } from '../shapes/canonical-json.ts';
import type { Change } from '../shapes/change.ts';
import { keysOf } from '../shapes/dimensions.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { isMilestone, type LedgerRecord, type MilestoneData, meetingOf } from '../shapes/record.ts';
import { isNamed, termOf } from '../shapes/record-filter.ts';
import { stateOf } from '../shapes/state.ts';
import { titleKeyOf } from '../shapes/title-key.ts';
import { type Contribution, textOfKeys } from './tally.ts';

/** The row of `records` for the version that a change makes. */
export function recordRowOf({ before, after }: Pick<Change, 'before' | 'after'>): RecordRow {
  const { record, position, made } = after;
  const data: MilestoneData = isMilestone(record) ? record.data : {};
  const keys = keysOf(record);
  const counted = contributionOf(record, keys);
  const term = termOf(record);
  return {
    position,
    prev_position: before?.position ?? null,
    to_position: null,
    made,
    initiative_id: record.initiativeId,
    record_id: record.recordId,
    kind: counted.kind,
    version: record.version,
    standing: counted.standing,
    meeting_id: counted.meeting_id,
    earliest: counted.earliest,
    latest: counted.latest,
    named: counted.named,
    keys: counted.keys,
    title_key: titleKeyOf(after) ?? null,
    same_as: data.sameAs ?? null,
    external_id: data.externalId ?? null,
    in_force_from: term.from ?? null,
    in_force_until: term.until ?? null,
    // Canonical, so that it is the same whatever order of members the record was folded with.
    state: before ? canonicalJson(stateOf(record)) : null,
  };
}

/** What a record counts for. */
export function contributionOf(record: LedgerRecord, keys = keysOf(record)): Contribution {
  const span = record.occurredOn === undefined ? undefined : parseEdtf(record.occurredOn);
  return {
    kind: record.kind,
    standing: record.status === 'standing' ? 1 : 0,
    named: isNamed(record) ? 1 : 0,
    meeting_id: meetingOf(record) ?? null,
    keys: textOfKeys(keys),
    earliest: span?.earliest ?? null,
    latest: span?.latest ?? null,
  };
}

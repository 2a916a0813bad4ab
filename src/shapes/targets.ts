import { isMilestone, type LedgerRecord } from './record.ts';
import { matches, type Wanted } from './record-filter.ts';

/** What a `where` asks of a record. */
export interface WantedTargets extends Wanted {
  recordIds: ReadonlySet<string> | undefined;
  /** The date exactly as it is given. */
  occurredOn: string | undefined;
}

/** The records that matched a `where` as of a position: the first ones, in the order in which they were made. */
export interface Targets {
  position: number;
  recordIds: string[];
  wanted: WantedTargets;
}

/** Most of the records that a `where` matches may be as it wants them: they make no event, but each is looked at. */
export const matchedMax = 5_000;

/** Whether a record is what a `where` asks for. correlationIds: those of all events of the record. */
export const isTarget = (
  record: LedgerRecord,
  wanted: WantedTargets,
  correlationIds?: ReadonlySet<string>,
): boolean =>
  isMilestone(record) &&
  (wanted.recordIds?.has(record.recordId) ?? true) &&
  (wanted.occurredOn === undefined || record.occurredOn === wanted.occurredOn) &&
  matches(record, wanted, correlationIds);

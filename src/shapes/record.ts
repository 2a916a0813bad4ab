import type { Source } from './fields.ts';
import type {
  ClaimData,
  InitiativeData,
  Kind,
  LogData,
  MeetingData,
  MilestoneData,
  PrincipalData,
} from './record-data.ts';

export type { ClaimData, InitiativeData, Kind, LogData, MeetingData, MilestoneData, Source };
export type Status = 'standing' | 'retracted';

interface DataOf {
  initiative: InitiativeData;
  meeting: MeetingData;
  mou: MilestoneData;
  project: MilestoneData;
  claim: ClaimData;
  log: LogData;
  principal: PrincipalData;
}

/** A record after its events. Names of persons are commitments. */
export type LedgerRecord<K extends Kind = Kind> = {
  [k in K]: {
    initiativeId: string;
    recordId: string;
    kind: k;
    version: number;
    status: Status;
    occurredOn?: string;
    data: DataOf[k];
    sources: Source[];
  };
}[K];

export type Milestone = LedgerRecord<'mou' | 'project'>;

export function isMilestone(record: LedgerRecord): record is Milestone {
  return record.kind === 'mou' || record.kind === 'project';
}

/** The meeting that a milestone belongs to, or that a claim's scope names. */
export function meetingOf(record: LedgerRecord): string | undefined {
  if (isMilestone(record)) return record.data.meetingId;
  if (record.kind === 'claim' && record.data.scope.startsWith('meeting:')) return record.data.scope.slice(8);
  return undefined;
}

/** A version of a record and its place in the log. */
export interface Version {
  record: LedgerRecord;
  /** Position of the event that made this version. */
  position: number;
  /** Position of the event that made the record. */
  made: number;
}

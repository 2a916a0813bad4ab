import { meetingAlone } from './claim-scope.ts';
import type { Source } from './fields.ts';
import type {
  ClaimData,
  InitiativeData,
  Kind,
  LogData,
  MeetingData,
  MilestoneData,
  NamedPartyData,
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
  party: NamedPartyData;
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

/** The meeting that a milestone belongs to, or that a claim is about: no claim about a part of it. */
export function meetingOf(record: LedgerRecord): string | undefined {
  if (isMilestone(record)) return record.data.meetingId;
  return record.kind === 'claim' ? meetingAlone(record.data.scope) : undefined;
}

/** A version of a record and its place in the log. */
export interface Version {
  record: LedgerRecord;
  /** Position of the event that made this version. */
  position: number;
  /** Position of the event that made the record. */
  made: number;
  /** What `titleKeyOf` found. It is asked for several times on the way into the log, and never changes. */
  titleKey?: number;
}

import type { Asking } from '../shapes/asking.ts';
import type { Where } from '../shapes/posted.ts';
import type { Kind, Version } from '../shapes/record.ts';

/** An event of the log, as far as a repeat of it is concerned. */
export interface LoggedEvent {
  position: number;
  eventId: string;
  initiativeId: string;
  recordId: string;
  version: number;
  type: string;
  /** RFC 3339. */
  recordedAt: string;
  leafHash: Uint8Array;
  /** Keyed, of the content as posted; null once it was erased, or where one item made several events. */
  fingerprint: Uint8Array | null;
}

/** A kept answer to a request with an Idempotency-Key. */
export interface KeptAnswer {
  fingerprint: Uint8Array;
  firstPosition: number;
  lastPosition: number;
  extra: AnswerExtra | null;
}

/** An Idempotency-Key, with whose it is. */
export interface AnswerKey {
  principal: string;
  initiativeId: string;
  key: string;
}

/** What of an answer does not follow from its range of positions. */
export interface AnswerExtra {
  items?: AnsweredItem[];
  warnings?: Warning[];
}

/** An item of an answer; replayed: 1 if it was recorded before. */
export type AnsweredItem = [index: number, position: number, replayed: 0 | 1];

/** Something odd about an event that was recorded all the same. pointer: into the body as posted. */
export interface Warning {
  code: WarningCode;
  pointer: string;
  detail: string;
  /** Matches the records that it speaks of. */
  where?: Where;
}

export const warningCodes = [
  'same-title-and-date',
  'same-meeting',
  'same-claim',
  'same-repeat',
  'similar-metric',
  'date-outside-meeting',
  'milestones-keep-date',
  'more-than-claimed',
  'in-force-before-signed',
  'validity-reversed',
] as const;
export type WarningCode = (typeof warningCodes)[number];

/** Records that may have changed since the targets of a `where` were found. */
export const changedMax = 20_000;

export interface RecordRef {
  initiativeId: string;
  recordId: string;
}

/** Ids of the form `kind-number` in an initiative. */
export interface NumberedIds {
  initiativeId: string;
  kind: Kind;
}

/** What a series can't have twice: an ordinal, or a meeting on a day. */
export interface MeetingMark {
  initiativeId: string;
  /** An ordinal or a day. */
  mark: string;
}

/** A record that looks like others (see `titleKeyOf`). */
export interface Alike extends RecordRef {
  titleKey: number;
  made: number;
}

/** The milestones of a kind at a meeting. */
export interface PlaceOfKind {
  initiativeId: string;
  meetingId: string;
  kind: 'mou' | 'project';
}

/** What the sender calls a milestone of a kind. */
export interface GivenId {
  initiativeId: string;
  kind: 'mou' | 'project';
  externalId: string;
}

/** Standing milestones of a meeting, in the order in which they were made. */
export interface MilestonesAt {
  initiativeId: string;
  meetingId: string;
  occurredOn?: string;
  limit: number;
}

/** A name of a person, and the event that brought it. */
export interface HeldName extends RecordRef {
  name: string;
  position: number;
}

/**
 * What a decision may have to know, read from the end of the log. Each takes what many requests ask, so that an
 * engine can answer with one query. Absent things are left out.
 */
export interface Facts {
  versions(refs: RecordRef[]): Asking<Version[]>;
  events(eventIds: string[]): Asking<LoggedEvent[]>;
  keptAnswers(keys: AnswerKey[]): Asking<(AnswerKey & KeptAnswer)[]>;
  /** The highest numbers in such ids; of several for the same, the highest counts. */
  lastNumbers(asked: NumberedIds[]): Asking<(NumberedIds & { lastNumber: number })[]>;
  milestonesAt(query: MilestonesAt): Asking<Version[]>;
  /** How many stand there. */
  countsAt(places: PlaceOfKind[]): Asking<(PlaceOfKind & { count: number })[]>;
  /** Standing claims whose scope is one of these meetings. */
  claimsAbout(meetings: RecordRef[]): Asking<Version[]>;
  /** Standing records with one of these keys (see `titleKeyOf`); of each the first ones. */
  sameTitle(titleKeys: number[], limit: number): Asking<Version[]>;
  /** The standing records with these ids. */
  externalIds(asked: GivenId[]): Asking<(GivenId & { recordId: string })[]>;
  /** The same without the records themselves, and more of them. */
  alike(titleKeys: number[]): Asking<Alike[]>;
  /** Meetings with one of these marks, of those of an initiative that stand and were recorded last. */
  meetingsWith(marks: MeetingMark[]): Asking<Version[]>;
  /** The metrics of standing claims of an initiative; of many claims those of the last ones. */
  metrics(initiativeIds: string[]): Asking<{ initiativeId: string; metric: string }[]>;
  /** The parties that the ledger itself has names of. */
  namedParties(): Asking<Version[]>;
  /** The records of an initiative that events after a position made or changed, the first ones. */
  changedSince(initiativeId: string, position: number): Asking<{ recordId: string }[]>;
  /** The correlationIds of events of records of an initiative. */
  correlationIds(
    initiativeId: string,
    recordIds: string[],
  ): Asking<{ recordId: string; correlationId: string }[]>;
  /** Events of an initiative. */
  eventsAt(initiativeId: string, positions: number[]): Asking<{ position: number; leaf: string }[]>;
  /** The versions that the events at these positions changed. */
  versionsBefore(positions: number[]): Asking<Version[]>;
  /** The event that made a version. */
  eventOfVersion(ref: RecordRef, version: number): Asking<{ position: number; eventId: string }[]>;
  /** The names behind commitments; erased ones are absent. */
  names(commitments: string[]): Asking<[commitment: string, name: HeldName][]>;
}

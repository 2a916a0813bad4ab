import type { TObject } from 'typebox';
import type { ProblemCode, ProblemPart } from '../errors.ts';
import type { Asking } from './asking.ts';
import type { Opening } from './change.ts';
import type { Posted } from './posted.ts';
import type { Kind, LedgerRecord, Source } from './record.ts';
import type { StoredEvent } from './stored-event.ts';

/** What an example says beside its event: which real announcement it is taken from. */
export interface Example {
  type: string;
  [member: string]: unknown;
}

interface AnyEventType<E> {
  type: string;
  /** Of the event as posted; absent: nobody can post it. */
  schema?: TObject;
  /** Real ones; the first is shown in the OpenAPI document and has a golden leaf. */
  examples: [Example, ...Example[]];
  /** What a schema can't say: which members go together. */
  fault?(event: E): ProblemPart | undefined;
  /** What is needed to post it: to record, where nothing else is said. */
  right?: 'administer';
  /** The same, where its record is the initiative itself. */
  rightOnInitiative?: 'administer';
  /** Whether a posted event may repeat names of persons that the record holds. */
  namesPersons?: true;
  /** Whether events of it erase names of persons. */
  erasesNames?: true;
  /** What takes an event of it back. before: the record as the event found it. Absent: nothing does. */
  undo?(before: LedgerRecord | undefined): Pick<Posted, 'type' | 'to' | 'backTo'>;
}

/** A type whose events make a record. The data that is posted is that of the record. */
export interface MakingType<E = Posted> extends AnyEventType<E> {
  makes: Kind;
  /** The date of a record whose event gives none. */
  dateOf?(data: object, context: Context): Asking<string | undefined>;
  /** Throws where a standing record of the kind, made or changed by whatever event, breaks a rule. */
  check?(
    record: LedgerRecord,
    before: LedgerRecord | undefined,
    context: Context,
    refuse: Refuse,
  ): Asking<void>;
}

/** A type whose events change a record. */
export interface ChangingType<E = Posted> extends AnyEventType<E> {
  makes?: never;
  /** Retracted records accept it, too. */
  onRetracted?: true;
  /** And so do the records of a retracted initiative. */
  inRetracted?: true;
  /** It leaves the record as it is, so it is accepted even where a reference of the record no longer stands. */
  leavesRecord?: true;
  /** Where the record stands in the posted event, for the pointers of what is wrong with it; absent: nowhere. */
  recordAt?: string;
  /** What of the posted event says how the record changes, for the pointer where it would not; absent: the event does. */
  changeAt?: string;
  /** What is stored of the event; undefined: it would leave the record as it is. Throws what `context.refuse` gives. */
  decide(event: E, record: LedgerRecord, context: Context): Stored | undefined | Asking<Stored | undefined>;
  /** The record after a stored event, but for its version. Never changes `before`. */
  evolve(before: LedgerRecord, event: StoredEvent): LedgerRecord;
}

/** An event type: what is posted, and what it does to its record. */
export type EventType<E = Posted> = MakingType<E> | ChangingType<E>;

/** Members of a stored event that are its type's own, and what the commitments in them open to. */
export interface Stored extends Pick<StoredEvent, 'changes' | 'to' | 'erased' | 'grants'> {
  openings?: Opening[];
}

/** How a rule refuses: code, sentence, and the pointer within the event. */
export type Refuse = (code: ProblemCode, detail: string, path: string) => Error;

/** What a decision may ask of the initiative, as it is where the event would stand, and how it refuses. */
export interface Context {
  /** Throws what is to be thrown where a source is dated in the future. path: where it stands in the event. */
  checkSource(source: Source, path: string): void;
  refuse: Refuse;
  /** For what fits no shape: the detail goes on from the pointer. */
  invalid(path: string, detail: string): Error;
  /** What is wrong with the shape of a state (`stateOf`). */
  stateFault(kind: Kind, state: object): ProblemPart | undefined;
  record(recordId: string): Asking<LedgerRecord | undefined>;
  /** The id of another standing record of the kind that has the same `externalId`. */
  sameExternalId(record: LedgerRecord): Asking<string | undefined>;
  /** All parties that have several names, of the ledger itself. */
  namedParties(): Asking<LedgerRecord<'party'>[]>;
  /** The first standing milestone of a meeting. */
  milestoneAt(meetingId: string): Asking<LedgerRecord | undefined>;
  /** Whether a name can still be read behind a commitment of the record; undefined: the record has no such name. */
  holdsName(record: LedgerRecord, commitment: string): Asking<boolean | undefined>;
  /**
   * Data with the names of persons replaced by commitments, and what these open to; names that the record holds already keep
   * their commitments. placeOf: where the event holds what stands at a pointer such as `/data/parties/0/name`.
   */
  commit<D extends object>(
    data: D,
    record: LedgerRecord | undefined,
    placeOf: (pointer: string) => string,
  ): Asking<{ data: D; openings: Opening[] }>;
}

import { type ProblemCode, type ProblemPart, Refusal } from '../errors.ts';
import type { Asking } from '../shapes/asking.ts';
import type { Json } from '../shapes/canonical-json.ts';
import type { Opening } from '../shapes/change.ts';
import { beginsAfter, parseEdtf } from '../shapes/edtf.ts';
import type { ChangingType, Context, MakingType, Refuse, Stored } from '../shapes/event-type.ts';
import { commitmentsIn, commitPeople, namesPersons } from '../shapes/people.ts';
import { eventsMax, type Posted, type Where } from '../shapes/posted.ts';
import { isMilestone, type Kind, type LedgerRecord, type Source, type Version } from '../shapes/record.ts';
import { numberOf } from '../shapes/record-number.ts';
import { leafBytesMax, leafOf, ownId, type StoredEvent } from '../shapes/stored-event.ts';
import { leafHash } from '../tlog/merkle.ts';
import { derivedId } from './derived-id.ts';
import type { Draft } from './draft.ts';
import type { EventTypes } from './event-types.ts';
import type { LoggedEvent } from './facts.ts';
import { fingerprintOf, type Item, invalid, type Posting } from './posting.ts';
import { type Recorded, recordedOf } from './recorded.ts';
import { stateFault } from './shape.ts';

/** What a decision may not make for itself. */
export interface Circumstances {
  /** RFC 3339, for every event of the request. */
  recordedAt: string;
  /** The last day on which something can have begun: tomorrow in UTC, as somewhere it is tomorrow already. */
  lastDay: string;
  fingerprintKey: Buffer;
  newId: () => string;
  newSalt: () => Uint8Array;
}

/** Most of the records that a `where` matches may be as it wants them: they make no event, but each is looked at. */
const matchedMax = 5_000;

/** The decision on one item of a request: refused, or one event for each record that it makes or changes. */
export class ItemDecision implements Context {
  readonly #types: EventTypes;
  readonly #item: Item;
  readonly #event: Posted;
  readonly #posting: Posting;
  readonly #draft: Draft;
  readonly #circumstances: Circumstances;
  /** undefined: not computed yet. null: an item that expands has none. */
  #computed: Buffer | null | undefined;
  /** How many events stand in the draft for this item. */
  #appended = 0;

  constructor(types: EventTypes, item: Item, posting: Posting, draft: Draft, circumstances: Circumstances) {
    this.#types = types;
    this.#item = item;
    this.#event = item.event;
    this.#posting = posting;
    this.#draft = draft;
    this.#circumstances = circumstances;
    this.#computed = item.fingerprint;
  }

  get #fingerprint(): Buffer | null {
    if (this.#computed !== undefined) return this.#computed;
    const { repeat, where } = this.#event;
    const { fingerprintKey } = this.#circumstances;
    const expands = repeat !== undefined || where !== undefined;
    this.#computed = expands ? null : fingerprintOf(this.#posting.initiativeId, this.#event, fingerprintKey);
    return this.#computed;
  }

  /** The event that was recorded under this item's id before, with the same content. */
  *logged(): Asking<LoggedEvent | undefined> {
    const { eventId } = this.#event;
    const logged = eventId === undefined ? undefined : yield* this.#draft.event(eventId);
    if (logged === undefined) return undefined;
    if (logged.fingerprint && this.#fingerprint?.equals(logged.fingerprint)) return logged;
    throw this.refuse('event-exists', `The event ${eventId} exists with other content.`, '/eventId');
  }

  replayed(logged: LoggedEvent): Recorded {
    return recordedOf(this.#item.index, logged, true);
  }

  *decided(): Asking<Recorded[]> {
    const type = this.#types.get(this.#event.type);
    if (type.makes) return yield* this.#make(type);
    return this.#event.where ? yield* this.#changeWhere(type, this.#event.where) : yield* this.#change(type);
  }

  *#make(type: MakingType): Asking<Recorded[]> {
    const { initiativeId } = this.#posting;
    const { recordId, repeat = 1 } = this.#event;
    if (type.makes === 'initiative') {
      if (recordId === undefined || recordId === initiativeId)
        return [yield* this.#makeOne(type, initiativeId)];
      const detail = `The record id of an initiative is its own: ${initiativeId}.`;
      throw this.refuse('rule-violated', detail, '/recordId');
    }
    const initiative = yield* this.#initiative();
    if (recordId !== undefined) return [yield* this.#makeOne(type, recordId)];
    this.#checkVersion(0);
    this.#checkStanding(initiative);
    const recorded: Recorded[] = [];
    // A new id is free by the way it is made, so nothing is looked up for it.
    for (let i = 0; i < repeat; i++)
      recorded.push(yield* this.#makeNew(type, yield* this.#newRecordId(type.makes)));
    return recorded;
  }

  *#makeOne(type: MakingType, recordId: string): Asking<Recorded> {
    const present = yield* this.record(recordId);
    this.#checkVersion(present?.version ?? 0);
    if (present)
      throw this.refuse('record-exists', `${recordId} exists already, as ${present.kind}.`, '/recordId');
    if (type.makes !== 'initiative') this.#checkStanding(yield* this.#initiative());
    return yield* this.#makeNew(type, recordId);
  }

  *#makeNew(type: MakingType, recordId: string): Asking<Recorded> {
    const { data: posted = {}, ...event } = this.#event;
    const { data, openings } = yield* this.commit(posted, undefined, '');
    const occurredOn = event.occurredOn ?? (type.dateOf ? yield* type.dateOf(data, this) : undefined);
    return yield* this.#append(undefined, openings, '', {
      recordId,
      kind: type.makes,
      version: 1,
      ...(occurredOn === undefined ? {} : { occurredOn }),
      // JSON, as it was posted and checked.
      data: data as { [member: string]: Json },
    });
  }

  *#newRecordId(kind: Kind): Asking<string> {
    const recordId = `${kind}-${yield* this.#draft.nextNumber(this.#posting.initiativeId, kind)}`;
    return numberOf(recordId) ? recordId : `${kind}-${this.#circumstances.newId()}`;
  }

  *#change(type: ChangingType): Asking<Recorded[]> {
    const { recordId = '' } = this.#event;
    const initiative = yield* this.#initiative();
    const present = yield* this.#draft.version(this.#posting.initiativeId, recordId);
    if (!present) throw this.refuse('record-not-found', `${recordId} does not exist.`, '/recordId');
    this.#checkVersion(present.record.version);
    if (present.record.kind !== 'initiative' && !type.inRetracted) this.#checkStanding(initiative);
    const recorded = yield* this.#changeOne(type, present);
    if (recorded) return [recorded];
    throw this.refuse('no-change', `This would leave ${recordId} as it is.`, type.changeAt ?? '');
  }

  *#changeWhere(type: ChangingType, where: Where): Asking<Recorded[]> {
    this.#checkStanding(yield* this.#initiative());
    const query = { initiativeId: this.#posting.initiativeId, ...where, limit: eventsMax + 1 };
    const targets = yield* this.#draft.milestonesAt(query);
    if (targets.length === 0)
      throw this.refuse('nothing-matches', `No standing milestone of ${where.meetingId} matches.`, '/where');
    if (targets.length > eventsMax) throw tooMany(this.#item);
    this.#draft.matched += targets.length;
    if (this.#draft.matched > matchedMax) {
      const detail = `The request would look at more than ${matchedMax} records, each item at all that it matches.`;
      throw this.refuse('too-many-events', detail, '/where');
    }
    const recorded: Recorded[] = [];
    for (const target of targets) {
      const one = yield* this.#changeOne(type, target);
      if (one) recorded.push(one);
    }
    if (recorded.length > 0) return recorded;
    const detail = 'This would leave every record that matches as it is.';
    throw this.refuse('no-change', detail, type.changeAt ?? '');
  }

  /** undefined: it would change nothing. */
  *#changeOne(type: ChangingType, present: Version): Asking<Recorded | undefined> {
    const { record } = present;
    if (record.status === 'retracted' && !type.onRetracted) {
      const code = record.kind === 'initiative' ? 'initiative-retracted' : 'record-retracted';
      const detail = `${record.recordId} is retracted and accepts only ${this.#types.onRetracted}.`;
      throw this.refuse(code, detail, '/recordId');
    }
    yield* this.#checkDuplicateOf(record);
    const decided = type.decide(this.#event, record, this);
    const stored = decided && 'next' in decided ? yield* decided : decided;
    if (!stored) return undefined;
    const { openings = [], ...members } = stored;
    const { recordId, kind, version } = record;
    const own = { recordId, kind, version: version + 1, ...members };
    return yield* this.#append(present, openings, type.recordAt, own, type.leavesRecord);
  }

  /**
   * Logs the event in the draft: builds its leaf, folds it, and checks the record that comes out. recordAt: where the record
   * stands in the body, so that a part of it is pointed at; undefined: the event as a whole is. unchecked: it leaves the record as it is.
   */
  *#append(
    present: Version | undefined,
    openings: Opening[],
    recordAt: string | undefined,
    members: Pick<StoredEvent, 'recordId' | 'kind' | 'version' | 'occurredOn' | 'data'> & Stored,
    unchecked = false,
  ): Asking<Recorded> {
    const { type, sources, reason, note, correlationId } = this.#event;
    const event: StoredEvent = {
      v: 1,
      eventId: this.#nextEventId(),
      initiativeId: this.#posting.initiativeId,
      type,
      ...(sources ? { sources } : {}),
      ...(reason ? { reason } : {}),
      ...(note === undefined ? {} : { note }),
      ...(correlationId === undefined ? {} : { correlationId }),
      ...members,
      recordedAt: this.#circumstances.recordedAt,
      recordedBy: this.#posting.principal,
    };
    if (this.#draft.changes.length === eventsMax) throw tooMany(this.#item);
    const leaf = leafOf(event);
    const bytes = Buffer.from(leaf);
    if (bytes.length > leafBytesMax) {
      const detail = `The stored event would have ${bytes.length} bytes, at most ${leafBytesMax} can be.`;
      throw this.refuse('event-too-large', detail, '');
    }
    const position = this.#draft.nextPosition;
    this.checkSources(sources ?? [], '/sources');
    const record = this.#types.evolve(present?.record, event);
    if (record.status === 'standing' && !unchecked) {
      const refuse: Refuse = (code, detail, path) =>
        this.refuse(code, detail, recordAt === undefined ? '' : recordAt + path);
      this.#checkDate(record.occurredOn, '/occurredOn', refuse);
      const maker = this.#types.makerOf(record.kind);
      if (maker?.check) yield* maker.check(record, present?.record, this, refuse);
    }
    const change = {
      position,
      pointer: this.#item.pointer,
      event,
      leaf,
      leafHash: leafHash(bytes),
      // A dry run keeps none, and that of a long batch costs as much as a seventh of its decision.
      fingerprint: this.#posting.dryRun ? null : this.#fingerprint,
      before: present,
      after: { record, position, made: present?.made ?? position },
      openings,
    };
    this.#draft.add(change);
    this.#appended += 1;
    return recordedOf(this.#item.index, { position, ...event, leafHash: change.leafHash }, false);
  }

  /** Where one item with an id makes several events (imports have such), the first has it, and it gives the others theirs. */
  #nextEventId(): string {
    const { eventId } = this.#event;
    if (eventId === undefined) return this.#circumstances.newId();
    return this.#appended === 0
      ? eventId
      : derivedId(this.#circumstances.fingerprintKey, eventId, this.#appended);
  }

  /** undefined: the ledger itself, which is of none. */
  *#initiative(): Asking<LedgerRecord | undefined> {
    const { initiativeId } = this.#posting;
    if (initiativeId === ownId) return undefined;
    const initiative = yield* this.record(initiativeId);
    if (initiative) return initiative;
    throw this.refuse('initiative-not-found', `${initiativeId} is not registered.`, '');
  }

  #checkStanding(initiative: LedgerRecord | undefined): void {
    if (!initiative || initiative.status === 'standing') return;
    const { recordId } = initiative;
    const detail = `${recordId} is retracted and accepts only its reinstatement.`;
    throw this.refuse('initiative-retracted', detail, '');
  }

  #checkVersion(actual: number): void {
    const { expectedVersion } = this.#event;
    if (expectedVersion === undefined || expectedVersion === actual) return;
    const pointer = `${this.#item.pointer}/expectedVersion`;
    const detail = `The record is at version ${actual}, not ${expectedVersion}.`;
    throw new Refusal('version-conflict', detail, { errors: [{ pointer, detail }], actualVersion: actual });
  }

  *#checkDuplicateOf(record: LedgerRecord): Asking<void> {
    const duplicateOf = this.#event.reason?.duplicateOf;
    if (duplicateOf === undefined) return;
    const refuse = (code: ProblemCode, detail: string): Error =>
      this.refuse(code, detail, '/reason/duplicateOf');
    if (duplicateOf === record.recordId)
      throw refuse('rule-violated', "A record can't be a duplicate of itself.");
    const other = yield* this.record(duplicateOf);
    if (!other) throw refuse('reference-not-found', `${duplicateOf} does not exist.`);
    // Or two records that were retracted as duplicates of each other would both be gone from every count.
    if (other.status === 'retracted')
      throw refuse('rule-violated', `${duplicateOf} is retracted: of two duplicates one must stand.`);
    if (other.kind !== record.kind && !(isMilestone(other) && isMilestone(record)))
      throw refuse(
        'rule-violated',
        `${duplicateOf} is a ${other.kind}, and no ${record.kind} can be a duplicate of it.`,
      );
  }

  #checkDate(text: string | undefined, path: string, refuse: Refuse): void {
    const { lastDay } = this.#circumstances;
    const span = text === undefined ? undefined : parseEdtf(text);
    if (!span || !beginsAfter(span, lastDay)) return;
    const detail = `${text} begins after ${lastDay}, the last day that can have begun.`;
    throw refuse('date-in-future', detail, path);
  }

  checkSources(sources: readonly Source[], path: string): void {
    for (const [i, { publishedOn, retrievedOn }] of sources.entries()) {
      this.#checkDate(publishedOn, `${path}/${i}/publishedOn`, this.refuse);
      this.#checkDate(retrievedOn, `${path}/${i}/retrievedOn`, this.refuse);
    }
  }

  readonly refuse: Refuse = (code, detail, path) =>
    new Refusal(code, detail, { errors: [{ pointer: this.#item.pointer + path, detail }] });

  invalid(path: string, detail: string): Refusal {
    return invalid({ pointer: this.#item.pointer + path, detail });
  }

  stateFault(kind: Kind, state: object): ProblemPart | undefined {
    return stateFault(kind, state);
  }

  *record(recordId: string): Asking<LedgerRecord | undefined> {
    return (yield* this.#draft.version(this.#posting.initiativeId, recordId))?.record;
  }

  *milestoneAt(meetingId: string): Asking<LedgerRecord | undefined> {
    const { initiativeId } = this.#posting;
    const [milestone] = yield* this.#draft.milestonesAt({ initiativeId, meetingId, limit: 1 });
    return milestone?.record;
  }

  *holdsName(record: LedgerRecord, commitment: string): Asking<boolean | undefined> {
    const name = yield* this.#draft.name(commitment);
    if (name?.initiativeId === record.initiativeId && name.recordId === record.recordId) return true;
    // The record still holds it, and it opens to nothing any more.
    return !name && commitmentsIn(record.data).includes(commitment) ? false : undefined;
  }

  *commit<D extends object>(
    data: D,
    record: LedgerRecord | undefined,
    path: string,
  ): Asking<{ data: D; openings: Opening[] }> {
    const held = new Map<string, string | undefined>();
    for (const commitment of record ? commitmentsIn(record.data) : [])
      held.set(commitment, namesPersons(data) ? (yield* this.#draft.name(commitment))?.name : undefined);
    return commitPeople(data, held, this.#circumstances.newSalt, (place, detail) =>
      this.invalid(path + place, detail),
    );
  }
}

const tooMany = (item: Item): Refusal => {
  const detail = `The request would make more than ${eventsMax} events.`;
  return new Refusal('too-many-events', detail, { errors: [{ pointer: item.pointer, detail }] });
};

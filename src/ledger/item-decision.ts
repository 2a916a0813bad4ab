import { type ProblemCode, type ProblemPart, Refusal } from '../errors.ts';
import type { Asking } from '../shapes/asking.ts';
import type { Json } from '../shapes/canonical-json.ts';
import type { Opening } from '../shapes/change.ts';
import { beginsAfter, parseEdtf } from '../shapes/edtf.ts';
import { type EventTexts, textsOf } from '../shapes/event-texts.ts';
import type { ChangingType, Context, MakingType, Refuse, Stored } from '../shapes/event-type.ts';
import { diff, mergePatch, segmentsOf } from '../shapes/merge-patch.ts';
import { commitmentsIn, commitPeople, namesNobody, namesPersons } from '../shapes/people.ts';
import { eventsMax, type Posted } from '../shapes/posted.ts';
import { isMilestone, type Kind, type LedgerRecord, type Source, type Version } from '../shapes/record.ts';
import { numberOf } from '../shapes/record-number.ts';
import { stateOf } from '../shapes/state.ts';
import { leafBytesMax, leafOf, ownId, type StoredEvent } from '../shapes/stored-event.ts';
import { matchedMax } from '../shapes/targets.ts';
import { leafHash } from '../tlog/merkle.ts';
import { derivedId } from './derived-id.ts';
import type { Draft } from './draft.ts';
import type { EventTypes } from './event-types.ts';
import type { LoggedEvent } from './facts.ts';
import { fingerprintOf, type Item, invalid, type Posting } from './posting.ts';
import { type Recorded, recordedOf } from './recorded.ts';
import { stateFault } from './shape.ts';
import { changedId } from './touched.ts';

type EventMembers = Pick<StoredEvent, 'recordId' | 'kind' | 'version' | 'occurredOn' | 'data'> & Stored;

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
  #texts: EventTexts | undefined;
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
    this.#texts = item.texts;
  }

  get #most(): number {
    return this.#posting.eventsMax ?? eventsMax;
  }

  #tooMany(): Error {
    return this.refuse('too-many-events', `The request would make more than ${this.#most} events.`, '');
  }

  get #ownTexts(): EventTexts {
    this.#texts ??= textsOf(this.#event);
    return this.#texts;
  }

  get #fingerprint(): Buffer | null {
    if (this.#computed !== undefined) return this.#computed;
    const { repeat, where } = this.#event;
    const { fingerprintKey } = this.#circumstances;
    const expands = repeat !== undefined || where !== undefined;
    this.#computed = expands
      ? null
      : fingerprintOf(this.#posting.initiativeId, this.#event, fingerprintKey, this.#ownTexts);
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
    return this.#event.where ? yield* this.#changeWhere(type) : yield* this.#change(type);
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
    if (present) {
      const differing = differencesOf(this.#event, present);
      const how = differing.length === 0 ? '' : `, with another ${differing.join(', ')}`;
      throw this.refuse(
        'record-exists',
        `${recordId} exists already, as ${present.kind}${how}.`,
        '/recordId',
      );
    }
    if (type.makes !== 'initiative') this.#checkStanding(yield* this.#initiative());
    return yield* this.#makeNew(type, recordId);
  }

  *#makeNew(type: MakingType, recordId: string): Asking<Recorded> {
    const { data: posted = {}, ...event } = this.#event;
    const { data, openings } = yield* this.commit(posted, undefined, (pointer) => pointer);
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

  *#changeWhere(type: ChangingType): Asking<Recorded[]> {
    this.#checkStanding(yield* this.#initiative());
    const { targets: found } = this.#item;
    if (!found) throw new Error('the targets of a where were not found beforehand');
    const targets = yield* this.#draft.matching(this.#posting.initiativeId, found);
    this.#checkCount(targets.length);
    if (targets.length === 0) {
      const status = type.onRetracted ? 'retracted' : 'standing';
      throw this.refuse('nothing-matches', `No ${status} MoU or project matches.`, '/where');
    }
    if (targets.length > this.#most) throw this.#tooMany();
    this.#draft.matched += targets.length;
    if (this.#draft.matched > matchedMax) {
      const detail = `The request would look at more than ${matchedMax} records, each item at all that it matches.`;
      throw this.refuse('too-many-events', detail, '/where');
    }
    yield* this.#draft.loadExternalIds(
      targets.flatMap(({ record }) => changedId(record, this.#event.to) ?? []),
    );
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
    members: EventMembers,
    unchecked = false,
  ): Asking<Recorded> {
    const event = this.#stored(members);
    const { sources = [] } = this.#event;
    if (this.#draft.changes.length === this.#most) throw this.#tooMany();
    // Names of persons are posted, and not stored.
    const isAsPosted = event.data !== undefined && event.data === this.#event.data;
    const leaf = leafOf(event, isAsPosted ? this.#ownTexts : undefined);
    const bytes = Buffer.from(leaf);
    if (bytes.length > leafBytesMax) {
      const detail = `The stored event would have ${bytes.length} bytes, at most ${leafBytesMax} can be. Sources can follow in EvidenceAdded, parties in RecordCorrected with addParty.`;
      throw this.refuse('event-too-large', detail, '');
    }
    const position = this.#draft.nextPosition;
    for (const [i, source] of sources.entries()) this.checkSource(source, `/sources/${i}`);
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
      after: present ? { record, position, made: present.made } : this.#made(record, position),
      openings,
    };
    const logged = this.#draft.add(change);
    this.#appended += 1;
    return recordedOf(this.#item.index, logged, false);
  }

  #made(record: LedgerRecord, position: number): Version {
    const { titleKey } = this.#item;
    const isAsPosted = titleKey !== undefined && record.occurredOn === this.#event.occurredOn;
    return { record, position, made: position, ...(isAsPosted && { titleKey }) };
  }

  /** The event, with its members in the order of the canonical form, so that nothing is sorted for the leaf. */
  #stored(members: EventMembers): StoredEvent {
    const { type, sources, reason, note, correlationId } = this.#event;
    const { changes, data, erased, grants, kind, occurredOn, recordId, to, version } = members;
    const event: Partial<StoredEvent> = {};
    if (changes) event.changes = changes;
    if (correlationId !== undefined) event.correlationId = correlationId;
    if (data) event.data = data;
    if (erased) event.erased = erased;
    event.eventId = this.#nextEventId();
    if (grants) event.grants = grants;
    event.initiativeId = this.#posting.initiativeId;
    event.kind = kind;
    if (note !== undefined) event.note = note;
    if (occurredOn !== undefined) event.occurredOn = occurredOn;
    if (reason) event.reason = reason;
    event.recordId = recordId;
    event.recordedAt = this.#circumstances.recordedAt;
    event.recordedBy = this.#posting.principal;
    if (sources) event.sources = sources;
    if (to) event.to = to;
    event.type = type;
    event.v = 1;
    event.version = version;
    // All that an event must have was set.
    return event as StoredEvent;
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

  #checkCount(actual: number): void {
    const { expectCount } = this.#event;
    if (expectCount === undefined || expectCount === actual) return;
    const pointer = `${this.#item.pointer}/expectCount`;
    const more = actual > matchedMax ? ' or more' : '';
    const detail = `${actual}${more} records match, not ${expectCount}.`;
    throw new Refusal('count-differs', detail, { errors: [{ pointer, detail }], actualCount: actual });
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

  checkSource({ publishedOn, retrievedOn }: Source, path: string): void {
    if (publishedOn !== undefined) this.#checkDate(publishedOn, `${path}/publishedOn`, this.refuse);
    if (retrievedOn !== undefined) this.#checkDate(retrievedOn, `${path}/retrievedOn`, this.refuse);
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

  sameExternalId(record: LedgerRecord): Asking<string | undefined> {
    return this.#draft.sameExternalId(record);
  }

  namedParties(): Asking<LedgerRecord<'party'>[]> {
    return this.#draft.namedParties();
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
    placeOf: (pointer: string) => string,
  ): Asking<{ data: D; openings: Opening[] }> {
    if (namesNobody(data)) return { data, openings: [] };
    const held = new Map<string, string | undefined>();
    for (const commitment of record ? commitmentsIn(record.data) : [])
      held.set(commitment, namesPersons(data) ? (yield* this.#draft.name(commitment))?.name : undefined);
    return commitPeople(data, held, this.#circumstances.newSalt, (place, detail) =>
      this.invalid(placeOf(place), detail),
    );
  }
}

/** The posted members that differ from those of a record; lists that may name persons are left out. */
function differencesOf({ occurredOn, data = {} }: Posted, present: LedgerRecord): string[] {
  const posted = { ...(occurredOn !== undefined && { occurredOn }), data };
  const { occurredOn: on, data: held } = stateOf(present);
  const state = { ...(on !== undefined && { occurredOn: on }), data: held ?? {} };
  // It was checked when it was posted.
  const after = mergePatch(state, posted as unknown as Json);
  const names = diff(state, after).map(
    ({ path }) => segmentsOf(path).filter((name) => name !== 'data')[0] ?? '',
  );
  return [...new Set(names)].filter((name) => name !== 'coChairs' && name !== 'parties').slice(0, 10);
}

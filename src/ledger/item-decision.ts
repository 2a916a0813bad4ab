import { eventsMax, type PostedEvent } from '../../events/catalogue.ts';
import { type ProblemCode, Refusal } from '../errors.ts';
import { leafHash } from '../tlog/merkle.ts';
import type { Json } from './canonical-json.ts';
import type { Opening } from './change.ts';
import { derivedId } from './derived-id.ts';
import type { Draft } from './draft.ts';
import { evolve, stateOf } from './evolve.ts';
import type { LoggedEvent } from './facts.ts';
import { diff, jsonEqual, mergePatch } from './merge-patch.ts';
import { commitmentsIn, commitPeople } from './people.ts';
import { fingerprintOf, type Item, invalid, kindMadeBy, type Posting } from './posting.ts';
import { isMilestone, type Kind, type LedgerRecord, type Source, type Version } from './record.ts';
import { numberOf } from './record-number.ts';
import { type Recorded, recordedOf } from './recorded.ts';
import { checkRecord, checkSources, type Refuse } from './rules.ts';
import { stateFault } from './shapes.ts';
import { leafBytesMax, leafOf, type StoredEvent } from './stored-event.ts';

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

const acceptedWhenRetracted = new Set<string>(['RecordReinstated', 'PersonalDataErased']);
const leavesRecordAsItIs = new Set<string>(['EvidenceAdded', 'PersonalDataErased']);

/** The decision on one item of a request: refused, or one event for each record that it makes or changes. */
export class ItemDecision {
  readonly #item: Item;
  readonly #event: PostedEvent;
  readonly #posting: Posting;
  readonly #draft: Draft;
  readonly #circumstances: Circumstances;
  readonly #fingerprint: Buffer | null;
  /** How many events stand in the draft for this item. */
  #appended = 0;

  constructor(item: Item, posting: Posting, draft: Draft, circumstances: Circumstances) {
    this.#item = item;
    this.#event = item.event;
    this.#posting = posting;
    this.#draft = draft;
    this.#circumstances = circumstances;
    const expands = ('repeat' in item.event && item.event.repeat !== undefined) || 'where' in item.event;
    this.#fingerprint =
      item.fingerprint ??
      (expands ? null : fingerprintOf(posting.initiativeId, item.event, circumstances.fingerprintKey));
  }

  /** The event that was recorded under this item's id before, with the same content. */
  logged(): LoggedEvent | undefined {
    const { eventId } = this.#event;
    if (eventId === undefined) return undefined;
    const logged = this.#draft.event(eventId);
    if (logged === undefined) return undefined;
    if (logged.fingerprint && this.#fingerprint?.equals(logged.fingerprint)) return logged;
    throw this.#refuse('event-exists', `The event ${eventId} exists with other content.`, '/eventId');
  }

  replayed(logged: LoggedEvent): Recorded {
    return recordedOf(this.#item.index, logged, true);
  }

  record(): Recorded[] {
    const kind = kindMadeBy.get(this.#event.type);
    return kind ? this.#make(kind) : this.#change();
  }

  #make(kind: Kind): Recorded[] {
    if (kind === 'initiative') {
      const { initiativeId } = this.#posting;
      if (this.#event.recordId !== undefined && this.#event.recordId !== initiativeId) {
        throw this.#refuse(
          'rule-violated',
          `The record id of an initiative is its own: ${initiativeId}.`,
          '/recordId',
        );
      }
      return [this.#makeOne(kind, initiativeId)];
    }
    const { recordId } = this.#event;
    const initiative = this.#initiative();
    if (recordId !== undefined) return [this.#makeOne(kind, recordId)];
    this.#checkVersion(0);
    this.#checkStanding(initiative);
    const times = 'repeat' in this.#event ? (this.#event.repeat ?? 1) : 1;
    // A new id is free by the way it is made, so nothing is looked up for it.
    return Array.from({ length: times }, () => this.#makeNew(kind, this.#newRecordId(kind)));
  }

  #makeOne(kind: Kind, recordId: string): Recorded {
    const present = this.#draft.version(this.#posting.initiativeId, recordId)?.record;
    this.#checkVersion(present?.version ?? 0);
    if (!present) {
      if (kind !== 'initiative') this.#checkStanding(this.#initiative());
      return this.#makeNew(kind, recordId);
    }
    throw this.#refuse('record-exists', `${recordId} exists already, as ${present.kind}.`, '/recordId');
  }

  #makeNew(kind: Kind, recordId: string): Recorded {
    const event = this.#event;
    const { data, openings } = this.#commit('data' in event ? (event.data ?? {}) : {}, undefined, '');
    const occurredOn = ('occurredOn' in event ? event.occurredOn : undefined) ?? this.#meetingDate(data);
    return this.#append(undefined, openings, '', {
      recordId,
      kind,
      ...(occurredOn === undefined ? {} : { occurredOn }),
      data: data as { [member: string]: Json },
      ...(event.sources ? { sources: event.sources } : {}),
    });
  }

  /** A milestone without a date of its own has that of its meeting; a meeting that is none is refused later. */
  #meetingDate(data: object): string | undefined {
    const { meetingId } = data as { meetingId?: string };
    const meeting =
      meetingId === undefined ? undefined : this.#draft.version(this.#posting.initiativeId, meetingId);
    return meeting?.record.occurredOn;
  }

  #newRecordId(kind: Kind): string {
    const number = this.#draft.nextNumber(this.#posting.initiativeId, kind);
    const recordId = `${kind}-${number}`;
    return numberOf(recordId) ? recordId : `${kind}-${this.#circumstances.newId()}`;
  }

  #change(): Recorded[] {
    const event = this.#event;
    if ('where' in event && event.where) return this.#changeWhere(event.where);
    const recordId = event.recordId ?? '';
    const initiative = this.#initiative();
    const present = this.#draft.version(this.#posting.initiativeId, recordId);
    if (!present) throw this.#refuse('record-not-found', `${recordId} does not exist.`, '/recordId');
    this.#checkVersion(present.record.version);
    // The right to erasure does not wait for a reinstatement.
    const always = event.type === 'PersonalDataErased';
    if (present.record.kind !== 'initiative' && !always) this.#checkStanding(initiative);
    const recorded = this.#changeOne(present);
    if (recorded) return [recorded];
    throw this.#refuse('no-change', `This would leave ${recordId} as it is.`, this.#changedPart());
  }

  #changeWhere(where: { meetingId: string; kind?: 'mou' | 'project'; occurredOn?: string }): Recorded[] {
    this.#checkStanding(this.#initiative());
    const query = { initiativeId: this.#posting.initiativeId, ...where, limit: eventsMax + 1 };
    const targets = this.#draft.milestonesAt(query);
    if (targets.length === 0) {
      throw this.#refuse('nothing-matches', `No standing milestone of ${where.meetingId} matches.`, '/where');
    }
    if (targets.length > eventsMax) throw tooMany(this.#item);
    const recorded = targets.flatMap((target) => this.#changeOne(target) ?? []);
    if (recorded.length > 0) return recorded;
    throw this.#refuse(
      'no-change',
      'This would leave every record that matches as it is.',
      this.#changedPart(),
    );
  }

  /** undefined: it would change nothing. */
  #changeOne(present: Version): Recorded | undefined {
    const { record } = present;
    const event = this.#event;
    if (record.status === 'retracted' && !acceptedWhenRetracted.has(event.type)) {
      const code = record.kind === 'initiative' ? 'initiative-retracted' : 'record-retracted';
      throw this.#refuse(
        code,
        `${record.recordId} is retracted and accepts only RecordReinstated and PersonalDataErased.`,
        '/recordId',
      );
    }
    this.#checkDuplicateOf(record);
    switch (event.type) {
      case 'RecordCorrected':
        return this.#correct(present, event.changes);
      case 'EvidenceAdded': {
        const fresh = evolveSources(record, event.sources);
        return fresh ? this.#append(present, [], '', {}) : undefined;
      }
      case 'RecordRetracted':
        this.#checkRetractable(record);
        return this.#append(present, [], '', {});
      case 'RecordReinstated':
        if (record.status === 'standing') {
          throw this.#refuse('record-standing', `${record.recordId} is not retracted.`, '/recordId');
        }
        return this.#append(present, [], '', {});
      case 'RecordReclassified':
        if (!isMilestone(record)) {
          throw this.#refuse(
            'rule-violated',
            `${record.recordId} is a ${record.kind}: only an MoU or a project can be reclassified.`,
            '/to',
          );
        }
        return record.kind === event.to ? undefined : this.#append(present, [], '', { to: event.to });
      case 'PersonalDataErased':
        return this.#erase(present, event);
      default:
        throw new Error(`${event.type} changes no record`);
    }
  }

  #correct(present: Version, changes: object): Recorded | undefined {
    const { record } = present;
    const before = stateOf(record);
    // A merge patch of an object by an object is an object.
    const patched = mergePatch(before, changes as Json) as { data: object; sources?: Source[] };
    // Evidence adds up without bound; only a list that is posted must have the size of one.
    const sources = 'sources' in changes ? (patched.sources ?? []) : record.sources.slice(0, 1);
    const fault = stateFault(record.kind, { ...patched, sources });
    if (fault) {
      throw invalid({ pointer: `${this.#item.pointer}/changes${fault.pointer}`, detail: fault.detail });
    }
    const { data, openings } = this.#commit(patched.data, record, '/changes');
    // JSON, as it was posted and checked.
    const after = { ...patched, data, sources: patched.sources ?? [] } as unknown as Json;
    const stored = diff(before, after);
    if (stored.length === 0) return undefined;
    checkSources(patched.sources ?? [], this.#circumstances.lastDay, '/changes/sources', this.#refuse);
    return this.#append(present, openings, '/changes', { changes: stored });
  }

  /** Stores the commitments that it erases: those posted, less those erased before. */
  #erase(
    present: Version,
    event: Extract<PostedEvent, { type: 'PersonalDataErased' }>,
  ): Recorded | undefined {
    const { initiativeId, recordId, data } = present.record;
    const held = commitmentsIn(data);
    const erasable = (commitment: string, i: number): boolean => {
      const name = this.#draft.name(commitment);
      if (name?.initiativeId === initiativeId && name.recordId === recordId) return true;
      // The record still holds it, and it opens to nothing any more.
      if (!name && held.includes(commitment)) return false;
      throw this.#refuse(
        'rule-violated',
        `${recordId} has no name under this commitment that could be erased.`,
        `/commitments/${i}`,
      );
    };
    const commitments = [...new Set(event.commitments.filter(erasable))];
    if (commitments.length === 0) return undefined;
    const { legalBasis, requestedBy } = event;
    const by = requestedBy === undefined ? {} : { requestedBy };
    return this.#append(present, [], '', { erased: { commitments, legalBasis, ...by } });
  }

  /** Logs the event in the draft: builds its leaf, folds it, and checks the record that comes out. */
  #append(
    present: Version | undefined,
    openings: Opening[],
    prefix: '' | '/changes',
    members: Pick<StoredEvent, 'changes' | 'to' | 'erased'> & {
      recordId?: string;
      kind?: Kind;
      occurredOn?: string;
      data?: { [member: string]: Json };
      sources?: Source[];
    },
  ): Recorded {
    const { sources, note, correlationId } = this.#event;
    const event: StoredEvent = {
      v: 1,
      eventId: this.#nextEventId(),
      initiativeId: this.#posting.initiativeId,
      recordId: present?.record.recordId ?? '',
      kind: present?.record.kind ?? 'initiative',
      version: (present?.record.version ?? 0) + 1,
      type: this.#event.type,
      ...(sources ? { sources } : {}),
      ...('reason' in this.#event ? { reason: this.#event.reason } : {}),
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
      throw this.#refuse(
        'event-too-large',
        `The stored event would have ${bytes.length} bytes, at most ${leafBytesMax} can be.`,
        '',
      );
    }
    const position = this.#draft.nextPosition;
    checkSources(sources ?? [], this.#circumstances.lastDay, '/sources', this.#refuse);
    const record = evolve(present?.record, event);
    // What leaves the record as it is, is taken even where a reference no longer stands.
    if (record.status === 'standing' && !leavesRecordAsItIs.has(event.type)) {
      // A record that is reinstated or reclassified does not stand in the body, so the event as a whole is pointed at.
      const inBody = present === undefined || members.changes !== undefined;
      const refuse: Refuse = inBody ? this.#refuse : (code, detail) => this.#refuse(code, detail, '');
      checkRecord(record, present?.record, this.#draft, this.#circumstances.lastDay, refuse, prefix);
    }
    const change = {
      position,
      pointer: this.#item.pointer,
      event,
      leaf,
      leafHash: leafHash(bytes),
      fingerprint: this.#fingerprint,
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

  /** The data with the names of persons committed; names that the record holds keep their commitments. */
  #commit(
    data: object,
    present: LedgerRecord | undefined,
    prefix: string,
  ): { data: object; openings: Opening[] } {
    const held = present ? commitmentsIn(present.data) : [];
    return commitPeople(
      data,
      this.#circumstances.newSalt,
      (name) => held.find((commitment) => this.#draft.name(commitment)?.name === name),
      (commitment) => held.includes(commitment),
      (path, detail) => invalid({ pointer: this.#item.pointer + prefix + path, detail }),
    );
  }

  #initiative(): LedgerRecord {
    const { initiativeId } = this.#posting;
    const initiative = this.#draft.version(initiativeId, initiativeId)?.record;
    if (initiative) return initiative;
    throw this.#refuse('initiative-not-found', `${initiativeId} is not registered.`, '');
  }

  #checkStanding({ status, recordId }: LedgerRecord): void {
    if (status === 'standing') return;
    const detail = `${recordId} is retracted and accepts only its reinstatement.`;
    throw this.#refuse('initiative-retracted', detail, '');
  }

  #checkVersion(actual: number): void {
    const { expectedVersion } = this.#event;
    if (expectedVersion === undefined || expectedVersion === actual) return;
    const pointer = `${this.#item.pointer}/expectedVersion`;
    const detail = `The record is at version ${actual}, not ${expectedVersion}.`;
    throw new Refusal('version-conflict', detail, { errors: [{ pointer, detail }], actualVersion: actual });
  }

  #checkRetractable({ kind, initiativeId, recordId }: LedgerRecord): void {
    if (kind !== 'meeting') return;
    const [milestone] = this.#draft.milestonesAt({ initiativeId, meetingId: recordId, limit: 1 });
    if (milestone) {
      throw this.#refuse(
        'meeting-in-use',
        `${recordId} has standing milestones, such as ${milestone.record.recordId}.`,
        '/recordId',
      );
    }
  }

  #checkDuplicateOf({ recordId }: LedgerRecord): void {
    const duplicateOf = 'reason' in this.#event ? this.#event.reason.duplicateOf : undefined;
    if (duplicateOf === undefined) return;
    if (duplicateOf === recordId) {
      throw this.#refuse('rule-violated', "A record can't be a duplicate of itself.", '/reason/duplicateOf');
    }
    if (!this.#draft.version(this.#posting.initiativeId, duplicateOf)) {
      throw this.#refuse('reference-not-found', `${duplicateOf} does not exist.`, '/reason/duplicateOf');
    }
  }

  /** The part of the event that names the change, for a pointer. */
  #changedPart(): string {
    return (
      {
        RecordCorrected: '/changes',
        EvidenceAdded: '/sources',
        RecordReclassified: '/to',
        PersonalDataErased: '/commitments',
      }[this.#event.type as string] ?? ''
    );
  }

  readonly #refuse: Refuse = (code: ProblemCode, detail: string, path: string) =>
    new Refusal(code, detail, { errors: [{ pointer: this.#item.pointer + path, detail }] });
}

const evolveSources = (record: LedgerRecord, sources: Source[]): boolean =>
  sources.some((source) => !record.sources.some((other) => jsonEqual(other as Json, source as Json)));

const tooMany = (item: Item): Refusal => {
  const detail = `The request would make more than ${eventsMax} events.`;
  return new Refusal('too-many-events', detail, { errors: [{ pointer: item.pointer, detail }] });
};

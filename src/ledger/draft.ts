import type { Asking } from '../shapes/asking.ts';
import type { Change } from '../shapes/change.ts';
import { isMilestone, type Kind, type LedgerRecord, type Version } from '../shapes/record.ts';
import { numberOf } from '../shapes/record-number.ts';
import { titleKeyOf } from '../shapes/title-key.ts';
import type { AnswerKey, HeldName, KeptAnswer, LoggedEvent, MilestonesAt } from './facts.ts';
import { refKey, type Touched, TouchedRecords } from './touched.ts';
import { numbersKey, raise, type World } from './world.ts';

/** A request's own view of the world, and its changes so far. */
export class Draft {
  readonly changes: Change[] = [];
  /** Records that its items matched by `where`, each time that one did. */
  matched = 0;
  readonly #world: World;
  readonly #touched = new TouchedRecords();
  readonly #events = new Map<string, LoggedEvent>();
  readonly #numbers = new Map<string, number>();
  /** Names that this request brought; undefined: erased by it. */
  readonly #names = new Map<string, HeldName | undefined>();
  readonly #erased: { name: HeldName; position: number }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  get nextPosition(): number {
    return this.#world.position + this.changes.length + 1;
  }

  *version(initiativeId: string, recordId: string): Asking<Version | undefined> {
    const touched = this.#touchedBy(refKey(initiativeId, recordId));
    return touched ? touched.now : yield* this.#world.versions.of({ initiativeId, recordId });
  }

  *event(eventId: string): Asking<LoggedEvent | undefined> {
    return this.#events.get(eventId) ?? (yield* this.#world.events.of(eventId));
  }

  *keptAnswer(key: AnswerKey): Asking<KeptAnswer | undefined> {
    return yield* this.#world.answers.of(key);
  }

  /** A number that makes an id `kind-number` not used before. */
  *nextNumber(initiativeId: string, kind: Kind): Asking<number> {
    const key = numbersKey({ initiativeId, kind });
    const logged = yield* this.#world.numbers.of({ initiativeId, kind });
    return Math.max(logged, this.#world.usedNumbers.get(key) ?? 0, this.#numbers.get(key) ?? 0) + 1;
  }

  *milestonesAt(query: MilestonesAt): Asking<Version[]> {
    const { milestones, facts } = this.#world;
    const key = JSON.stringify(query);
    const loaded = milestones.get(key) ?? (yield* facts.milestonesAt(query));
    milestones.set(key, loaded);
    const untouched = loaded.filter(({ record }) => !this.#isTouched(record));
    const matches = ({ record }: Version): boolean =>
      isMilestone(record) &&
      record.status === 'standing' &&
      record.initiativeId === query.initiativeId &&
      record.data.meetingId === query.meetingId &&
      (query.kind === undefined || record.kind === query.kind) &&
      (query.occurredOn === undefined || record.occurredOn === query.occurredOn);
    const touched = this.#touchedAt(query.initiativeId, query.meetingId).map(({ now }) => now);
    const found = [...untouched, ...touched.filter(matches)].sort((a, b) => a.made - b.made);
    // Where all that was loaded is touched, what was cut off by the limit might still match.
    const { limit } = query;
    if (found.length < limit && loaded.length === limit)
      return (yield* this.milestonesAt({ ...query, limit: limit * 4 })).slice(0, limit);
    return found.slice(0, limit);
  }

  *countAt(initiativeId: string, meetingId: string, kind: 'mou' | 'project'): Asking<number> {
    const counted = (record: LedgerRecord | undefined): number =>
      record?.kind === kind &&
      record.initiativeId === initiativeId &&
      record.data.meetingId === meetingId &&
      record.status === 'standing'
        ? 1
        : 0;
    let count = yield* this.#world.counts.of({ initiativeId, meetingId, kind });
    for (const { base, now } of this.#touchedAt(initiativeId, meetingId))
      count += counted(now.record) - counted(base?.record);
    return count;
  }

  *claimsAbout(initiativeId: string, meetingId: string): Asking<LedgerRecord<'claim'>[]> {
    const loaded = yield* this.#world.claims.of({ initiativeId, recordId: meetingId });
    const scope = `meeting:${meetingId}`;
    const touched = this.#touchedAt(initiativeId, meetingId).map(({ now }) => now);
    return [...loaded.filter(({ record }) => !this.#isTouched(record)), ...touched].flatMap(({ record }) =>
      record.kind === 'claim' && record.status === 'standing' && record.data.scope === scope ? [record] : [],
    );
  }

  /**
   * A standing record that would be taken for the same as this one: see `titleKeyOf`. Of those that this request itself makes
   * or changes only one made before, so that a pair is met once.
   */
  *sameTitle(version: Version): Asking<LedgerRecord | undefined> {
    const titleKey = titleKeyOf(version.record);
    if (titleKey === undefined) return undefined;
    const { titles, facts, touched } = this.#world;
    let { versions, limit } = yield* titles.of(titleKey);
    for (;;) {
      const logged = versions.find(({ record }) => !this.#isTouched(record));
      if (logged) return logged.record;
      if (versions.length < limit) break;
      limit *= 4;
      versions = [...(yield* facts.sameTitle([titleKey], limit))];
      titles.set(titleKey, { versions, limit });
    }
    const own = this.#touched.firstTitled(titleKey);
    if (own && own.made < version.made) return own.record;
    for (const key of touched.titled(titleKey))
      if (!this.#touched.has(key)) return touched.get(key)?.now.record;
    return undefined;
  }

  /** The name behind a commitment; undefined: it was erased, or there is no such commitment. */
  *name(commitment: string): Asking<HeldName | undefined> {
    if (this.#names.has(commitment)) return this.#names.get(commitment);
    return yield* this.#world.names.of(commitment);
  }

  add(change: Change): void {
    this.changes.push(change);
    const { event, before, after, position } = change;
    const { initiativeId, recordId } = after.record;
    const key = refKey(initiativeId, recordId);
    const touched = this.#touchedBy(key);
    this.#touched.set(key, { base: touched ? touched.base : before, now: after });
    this.#events.set(event.eventId, loggedOf(change));
    for (const { commitment, name } of change.openings)
      this.#names.set(commitment, { initiativeId, recordId, name, position });
    for (const commitment of event.erased?.commitments ?? []) {
      // Looked at by the decision.
      const names = this.#names.has(commitment) ? this.#names : this.#world.names;
      const name = names.get(commitment);
      if (name) this.#erased.push({ name, position });
      this.#names.set(commitment, undefined);
    }
    const made = before ? undefined : numberOf(recordId);
    if (made) raise(this.#numbers, numbersKey({ initiativeId, kind: made.kind }), made.number);
  }

  /**
   * Makes the changes part of what later requests of the group see. namingPersons: the types whose events may repeat names that a
   * record holds.
   */
  accept(namingPersons: ReadonlySet<string>): void {
    const world = this.#world;
    world.position += this.changes.length;
    for (const [key, touched] of this.#touched) world.touched.set(key, touched);
    for (const [eventId, event] of this.#events) world.events.set(eventId, event);
    for (const [key, number] of this.#numbers) raise(world.usedNumbers, key, number);
    for (const [commitment, name] of this.#names) world.names.set(commitment, name);
    // As they will be in the log, so that repeats later in the group are answered as they would be after it.
    for (const { name, position } of this.#erased)
      for (const [eventId, event] of world.events)
        if (event && postedIn(name, position, event, namingPersons))
          world.events.set(eventId, { ...event, fingerprint: null });
  }

  #touchedBy(key: string): Touched | undefined {
    return this.#touched.get(key) ?? this.#world.touched.get(key);
  }

  #isTouched({ initiativeId, recordId }: LedgerRecord): boolean {
    return this.#touchedBy(refKey(initiativeId, recordId)) !== undefined;
  }

  /** What is touched and at a meeting, or was. */
  #touchedAt(initiativeId: string, meetingId: string): Touched[] {
    const own = this.#touched.at(initiativeId, meetingId);
    const accepted = this.#world.touched.at(initiativeId, meetingId);
    return [...new Set([...own, ...accepted])].flatMap((key) => this.#touchedBy(key) ?? []);
  }
}

function loggedOf({ position, event, leafHash, fingerprint }: Change): LoggedEvent {
  const { eventId, initiativeId, recordId, version, type, recordedAt } = event;
  return { position, eventId, initiativeId, recordId, version, type, recordedAt, leafHash, fingerprint };
}

/**
 * Whether what was posted for an event before the erasure at `position` may hold the name: the event that brought it,
 * and every later event of the record that may have repeated the name without changing it.
 */
const postedIn = (
  name: HeldName,
  position: number,
  event: LoggedEvent,
  namingPersons: ReadonlySet<string>,
): boolean =>
  event.initiativeId === name.initiativeId &&
  event.recordId === name.recordId &&
  (event.position === name.position ||
    (namingPersons.has(event.type) && event.position > name.position && event.position < position));

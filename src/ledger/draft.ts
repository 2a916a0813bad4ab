import { Refusal } from '../errors.ts';
import type { Asking } from '../shapes/asking.ts';
import type { Change } from '../shapes/change.ts';
import { folded } from '../shapes/folded.ts';
import { isMilestone, type Kind, type LedgerRecord, type Version } from '../shapes/record.ts';
import { numberOf } from '../shapes/record-number.ts';
import { isTarget, type Targets } from '../shapes/targets.ts';
import { titleKeyOf } from '../shapes/title-key.ts';
import type {
  Alike,
  AnswerKey,
  Facts,
  GivenId,
  HeldName,
  KeptAnswer,
  LoggedEvent,
  MilestonesAt,
  RecordRef,
} from './facts.ts';
import { changedMax } from './facts.ts';
import { givenIdOf, refKey, type Touched, TouchedRecords } from './touched.ts';
import { itemsAtOnce } from './turns.ts';
import { marksOf, numbersKey, raise, type World } from './world.ts';

/** A request's own view of the world, and its changes so far. */
export class Draft {
  readonly changes: Change[] = [];
  /** Records that its items matched by `where`, each time that one did. */
  matched = 0;
  readonly #world: World;
  readonly #touched = new TouchedRecords();
  readonly #events = new Map<string, LoggedEvent>();
  // Of these most requests have none.
  #numbers: Map<string, number> | undefined;
  /** Names that this request brought; undefined: erased by it. */
  #names: Map<string, HeldName | undefined> | undefined;
  #erased: { name: HeldName; position: number }[] | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  get nextPosition(): number {
    return this.#world.position + this.changes.length + 1;
  }

  *version(initiativeId: string, recordId: string): Asking<Version | undefined> {
    const key = refKey(initiativeId, recordId);
    const touched = this.#touchedBy(key);
    if (touched) return touched.now;
    const { versions } = this.#world;
    return versions.has(key) ? versions.get(key) : yield* versions.of({ initiativeId, recordId });
  }

  /** Loads versions that are asked for one by one. */
  load(refs: RecordRef[]): Asking<void> {
    return this.#world.versions.load(refs);
  }

  /** Facts that nothing of the group changes. */
  get facts(): Facts {
    return this.#world.facts;
  }

  /** The event that made a version before this request. */
  *eventOf(ref: RecordRef, version: number): Asking<{ position: number; eventId: string }> {
    for (const event of this.#world.events.values())
      if (
        event?.recordId === ref.recordId &&
        event.initiativeId === ref.initiativeId &&
        event.version === version
      )
        return { position: event.position, eventId: event.eventId };
    const [event] = yield* this.facts.eventOfVersion(ref, version);
    if (event) return event;
    throw new Error(`no event made version ${version} of ${ref.recordId}`);
  }

  /**
   * The records that a `where` matches now, in the order in which they were made: those that it matched before, and those that were
   * made or changed since, as far as they match.
   */
  *matching(initiativeId: string, { position, recordIds, wanted }: Targets): Asking<Version[]> {
    const known = new Set(recordIds);
    const changed = new Set(
      (yield* this.facts.changedSince(initiativeId, position)).map((one) => one.recordId),
    );
    if (changed.size > changedMax)
      throw new Refusal(
        'overloaded',
        `More than ${changedMax} records of ${initiativeId} changed meanwhile.`,
      );
    for (const { record } of this.#touchedNow())
      if (record.initiativeId === initiativeId) changed.add(record.recordId);
    const refs = [...known.union(changed)].map((recordId) => ({ initiativeId, recordId }));
    yield* this.load(refs);
    const correlated = wanted.correlationIds
      ? yield* this.#correlationIdsOf(initiativeId, [...changed.difference(known)])
      : undefined;
    // They have the correlationId for ever.
    const own = new Set(wanted.correlationIds);
    const found: Version[] = [];
    for (const [i, { recordId }] of refs.entries()) {
      if (i % itemsAtOnce === 0) yield [];
      const version = yield* this.version(initiativeId, recordId);
      const correlationIds = known.has(recordId) ? own : correlated?.get(recordId);
      if (version && isTarget(version.record, wanted, correlationIds)) found.push(version);
    }
    return found.sort((a, b) => a.made - b.made);
  }

  *#correlationIdsOf(initiativeId: string, recordIds: string[]): Asking<Map<string, Set<string>>> {
    const found = new Map(recordIds.map((recordId) => [recordId, new Set<string>()]));
    for (const { recordId, correlationId } of yield* this.facts.correlationIds(initiativeId, recordIds))
      found.get(recordId)?.add(correlationId);
    for (const { initiativeId: id, recordId, correlationId } of [
      ...this.#world.correlated,
      ...this.#correlated(),
    ])
      if (id === initiativeId) found.get(recordId)?.add(correlationId);
    return found;
  }

  #correlated(): (RecordRef & { correlationId: string })[] {
    return this.changes.flatMap(({ event: { initiativeId, recordId, correlationId } }) =>
      correlationId === undefined ? [] : [{ initiativeId, recordId, correlationId }],
    );
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
    return Math.max(logged, this.#world.usedNumbers.get(key) ?? 0, this.#numbers?.get(key) ?? 0) + 1;
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
    const titleKey = titleKeyOf(version);
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
    // Of the only change, the version is what it made.
    const own = this.changes.length > 1 ? this.#touched.firstTitled(titleKey) : undefined;
    if (own && own.made < version.made) return own.record;
    for (const key of touched.titled(titleKey))
      if (!this.#touched.has(key)) return touched.get(key)?.now.record;
    return undefined;
  }

  /** Another standing record of the kind with the same external id. */
  *sameExternalId(record: LedgerRecord): Asking<string | undefined> {
    const given = givenIdOf(record);
    if (!given) return undefined;
    const own = [...this.#touched.given(given)];
    const accepted = [...this.#world.touched.given(given)].filter((key) => !this.#touched.has(key));
    for (const key of [...own, ...accepted]) {
      const recordId = this.#touchedBy(key)?.now.record.recordId;
      if (recordId !== record.recordId) return recordId;
    }
    const recordId = yield* this.#world.externalIds.of(given);
    if (recordId === undefined || recordId === record.recordId) return undefined;
    return this.#isTouched({ initiativeId: given.initiativeId, recordId }) ? undefined : recordId;
  }

  /** Loads what `sameExternalId` asks for of many records by one query. */
  loadExternalIds(given: GivenId[]): Asking<void> {
    return this.#world.externalIds.load(given);
  }

  /** The standing records with this key (see `titleKeyOf`) that this request did not touch. */
  *alikeBefore(titleKey: number): Asking<Alike[]> {
    const logged = (yield* this.#world.alike.of(titleKey)).filter((one) => !this.#isTouched(one));
    const accepted = [...this.#world.touched.titled(titleKey)].flatMap((key) => {
      const now = this.#touched.has(key) ? undefined : this.#world.touched.get(key)?.now;
      return now
        ? [{ titleKey, made: now.made, initiativeId: now.record.initiativeId, recordId: now.record.recordId }]
        : [];
    });
    return [...logged, ...accepted].sort((a, b) => a.made - b.made);
  }

  /** Another standing meeting of the series with the same ordinal or on the same day; of those of this request one made before. */
  *sameInSeries(version: Version): Asking<LedgerRecord<'meeting'> | undefined> {
    const marks = marksOf(version.record);
    if (version.record.kind !== 'meeting' || marks.length === 0) return undefined;
    const series = folded(version.record.data.series ?? '');
    const found: Version[] = [];
    for (const mark of marks) found.push(...(yield* this.#world.meetings.of(mark)));
    const logged = found.filter(({ record }) => !this.#isTouched(record));
    const texts = new Set(marks.map(({ mark }) => mark));
    for (const one of [...logged, ...this.#touchedNow()]) {
      const { record } = one;
      if (
        record.kind === 'meeting' &&
        record.status === 'standing' &&
        record.initiativeId === version.record.initiativeId &&
        marksOf(record).some(({ mark }) => texts.has(mark)) &&
        folded(record.data.series ?? '') === series &&
        this.#isOther(one, version)
      )
        return record;
    }
    return undefined;
  }

  /** The metrics of other standing claims of an initiative; of those of this request the ones made before. */
  *metricsBefore(version: Version): Asking<Set<string>> {
    const { initiativeId } = version.record;
    const metrics = new Set(yield* this.#world.metrics.of(initiativeId));
    for (const one of this.#touchedNow()) {
      const { record } = one;
      if (record.kind === 'claim' && record.initiativeId === initiativeId && this.#isOther(one, version))
        metrics.add(record.data.metric);
    }
    return metrics;
  }

  /** The name behind a commitment; undefined: it was erased, or there is no such commitment. */
  *name(commitment: string): Asking<HeldName | undefined> {
    if (this.#names?.has(commitment)) return this.#names.get(commitment);
    return yield* this.#world.names.of(commitment);
  }

  /** Gives the event as it will be in the log. */
  add(change: Change): LoggedEvent {
    this.changes.push(change);
    const { event, before, after, position } = change;
    const { initiativeId, recordId } = after.record;
    const key = refKey(initiativeId, recordId);
    const touched = this.#touchedBy(key);
    this.#touched.set(key, { base: touched ? touched.base : before, now: after });
    const logged = loggedOf(change);
    this.#events.set(event.eventId, logged);
    if (change.openings.length > 0 || event.erased) {
      this.#names ??= new Map();
      for (const { commitment, name } of change.openings)
        this.#names.set(commitment, { initiativeId, recordId, name, position });
      for (const commitment of event.erased?.commitments ?? []) {
        // Looked at by the decision.
        const names = this.#names.has(commitment) ? this.#names : this.#world.names;
        const name = names.get(commitment);
        this.#erased ??= [];
        if (name) this.#erased.push({ name, position });
        this.#names.set(commitment, undefined);
      }
    }
    const made = before ? undefined : numberOf(recordId);
    if (made) {
      this.#numbers ??= new Map();
      raise(this.#numbers, numbersKey({ initiativeId, kind: made.kind }), made.number);
    }
    return logged;
  }

  /**
   * Makes the changes part of what later requests of the group see. namingPersons: the types whose events may repeat names that a
   * record holds.
   */
  accept(namingPersons: ReadonlySet<string>): void {
    const world = this.#world;
    world.position += this.changes.length;
    for (const [key, touched] of this.#touched) world.touched.set(key, touched);
    for (const one of this.#correlated()) world.correlated.push(one);
    for (const [eventId, event] of this.#events) world.events.set(eventId, event);
    for (const [key, number] of this.#numbers ?? []) raise(world.usedNumbers, key, number);
    for (const [commitment, name] of this.#names ?? []) world.names.set(commitment, name);
    // As they will be in the log, so that repeats later in the group are answered as they would be after it.
    for (const { name, position } of this.#erased ?? [])
      for (const [eventId, event] of world.events)
        if (event && postedIn(name, position, event, namingPersons))
          world.events.set(eventId, { ...event, fingerprint: null });
  }

  /** All parties that have names. */
  *namedParties(): Asking<LedgerRecord<'party'>[]> {
    const { facts, touched } = this.#world;
    this.#world.namedParties ??= yield* facts.namedParties();
    const logged = this.#world.namedParties.filter(({ record }) => !this.#isTouched(record));
    const changed = new Set([...this.#touched.keys(), ...touched.keys()]);
    const now = [...changed].flatMap((key) => this.#touchedBy(key)?.now ?? []);
    return [...logged, ...now].flatMap(({ record }) => (record.kind === 'party' ? [record] : []));
  }

  #touchedBy(key: string): Touched | undefined {
    return this.#touched.get(key) ?? this.#world.touched.get(key);
  }

  #isTouched({ initiativeId, recordId }: RecordRef): boolean {
    return this.#touchedBy(refKey(initiativeId, recordId)) !== undefined;
  }

  /** Whether it is another record, of those that this request makes or changes one made before: then a pair is met once. */
  #isOther({ record, made }: Version, version: Version): boolean {
    const isOwn = this.#touched.has(refKey(record.initiativeId, record.recordId));
    return made < version.made || (made > version.made && !isOwn);
  }

  /** All that is touched, as it is now. */
  *#touchedNow(): Generator<Version> {
    for (const { now } of this.#touched.values()) yield now;
    for (const [key, { now }] of this.#world.touched) if (!this.#touched.has(key)) yield now;
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

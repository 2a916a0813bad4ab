import type { Change } from './change.ts';
import type { AnswerKey, HeldName, KeptAnswer, LoggedEvent, MilestonesAt } from './facts.ts';
import { postedIn } from './people.ts';
import { isMilestone, type Kind, type LedgerRecord, type Version } from './record.ts';
import { numberOf } from './record-number.ts';
import { titleKeyOf } from './title-key.ts';
import { answerKey, Missing, numbersKey, placeKey, refKey, type Touched, type World } from './world.ts';

/** A request's own view and its changes so far. Reads throw Missing where the world does not know. */
export class Draft {
  readonly changes: Change[] = [];
  readonly #world: World;
  readonly #touched = new Map<string, Touched>();
  readonly #touchedTitles = new Map<number, Set<string>>();
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

  version(initiativeId: string, recordId: string): Version | undefined {
    const key = refKey(initiativeId, recordId);
    const touched = this.#touched.get(key) ?? this.#world.touched.get(key);
    if (touched) return touched.now;
    return this.#known(this.#world.versions, key, (facts, world) =>
      world.loadVersions(facts, [{ initiativeId, recordId }]),
    );
  }

  event(eventId: string): LoggedEvent | undefined {
    const own = this.#events.get(eventId);
    if (own) return own;
    return this.#known(this.#world.events, eventId, (facts, world) => world.loadEvents(facts, [eventId]));
  }

  keptAnswer(key: AnswerKey): KeptAnswer | undefined {
    return this.#known(this.#world.answers, answerKey(key), (facts, world) =>
      world.loadAnswers(facts, [key]),
    );
  }

  /** A number that makes an id `kind-number` not used before. */
  nextNumber(initiativeId: string, kind: Kind): number {
    const key = numbersKey({ initiativeId, kind });
    const logged = this.#known(this.#world.numbers, key, (facts, world) =>
      world.loadNumbers(facts, [{ initiativeId, kind }]),
    );
    return Math.max(logged, this.#world.usedNumbers.get(key) ?? 0, this.#numbers.get(key) ?? 0) + 1;
  }

  milestonesAt(query: MilestonesAt): Version[] {
    const key = JSON.stringify(query);
    const loaded = this.#known(this.#world.milestones, key, async (facts, world) => {
      world.milestones.set(key, await facts.milestonesAt(query));
    });
    const untouched = loaded.filter(({ record }) => !this.#isTouched(record));
    const matches = ({ record }: Version): boolean =>
      isMilestone(record) &&
      record.status === 'standing' &&
      record.initiativeId === query.initiativeId &&
      record.data.meetingId === query.meetingId &&
      (query.kind === undefined || record.kind === query.kind) &&
      (query.occurredOn === undefined || record.occurredOn === query.occurredOn);
    const found = [...untouched, ...this.#allTouched().filter(matches)].sort((a, b) => a.made - b.made);
    // Where all that was loaded is touched, what was cut off by the limit might still match.
    if (found.length < query.limit && loaded.length === query.limit) {
      return this.milestonesAt({ ...query, limit: query.limit * 4 }).slice(0, query.limit);
    }
    return found.slice(0, query.limit);
  }

  countAt(initiativeId: string, meetingId: string, kind: 'mou' | 'project'): number {
    const counted = (record: LedgerRecord | undefined): number =>
      record?.kind === kind &&
      record.initiativeId === initiativeId &&
      record.data.meetingId === meetingId &&
      record.status === 'standing'
        ? 1
        : 0;
    const place = { initiativeId, meetingId, kind };
    let count = this.#known(this.#world.counts, placeKey(place), (facts, world) =>
      world.loadCounts(facts, [place]),
    );
    for (const { base, now } of this.#touchedOnce()) count += counted(now.record) - counted(base?.record);
    return count;
  }

  claimsAbout(initiativeId: string, meetingId: string): LedgerRecord<'claim'>[] {
    const key = refKey(initiativeId, meetingId);
    const loaded = this.#known(this.#world.claims, key, (facts, world) =>
      world.loadClaims(facts, [{ initiativeId, recordId: meetingId }]),
    );
    const scope = `meeting:${meetingId}`;
    return [...loaded.filter(({ record }) => !this.#isTouched(record)), ...this.#allTouched()].flatMap(
      ({ record }) =>
        record.kind === 'claim' &&
        record.status === 'standing' &&
        record.initiativeId === initiativeId &&
        record.data.scope === scope
          ? [record]
          : [],
    );
  }

  /**
   * Standing records with the same kind, date and (folded) title as this one. Of those that this request itself makes
   * or changes only the ones made before, so that a pair is met once.
   */
  sameTitle(version: Version): LedgerRecord[] {
    const titleKey = titleKeyOf(version.record);
    if (titleKey === undefined) return [];
    const loaded = this.#known(this.#world.titles, titleKey, (facts, world) =>
      world.loadTitles(facts, [titleKey]),
    );
    const touched = [this.#touchedTitles, this.#world.touchedTitles].flatMap((titles) =>
      [...(titles.get(titleKey) ?? [])].flatMap(
        (key) => this.#touched.get(key) ?? this.#world.touched.get(key) ?? [],
      ),
    );
    return [...loaded.filter(({ record }) => !this.#isTouched(record)), ...touched.map(({ now }) => now)]
      .filter(({ record, made }) => {
        const own = this.#touched.has(refKey(record.initiativeId, record.recordId));
        return record.status === 'standing' && made !== version.made && (made < version.made || !own);
      })
      .map(({ record }) => record)
      .filter((record) => titleKeyOf(record) === titleKey);
  }

  /** The name behind a commitment; undefined: it was erased, or there is no such commitment. */
  name(commitment: string): HeldName | undefined {
    if (this.#names.has(commitment)) return this.#names.get(commitment);
    return this.#known(this.#world.names, commitment, (facts, world) => world.loadNames(facts, [commitment]));
  }

  add(change: Change): void {
    this.changes.push(change);
    const { record } = change.after;
    const key = refKey(record.initiativeId, record.recordId);
    const base = (this.#touched.get(key) ?? this.#world.touched.get(key))?.base;
    this.#touched.set(key, {
      base: this.#touched.has(key) || this.#world.touched.has(key) ? base : change.before,
      now: change.after,
    });
    const titleKey = titleKeyOf(record);
    if (titleKey !== undefined) addTo(this.#touchedTitles, titleKey, key);
    this.#events.set(change.event.eventId, loggedOf(change));
    const { initiativeId, recordId } = record;
    const { position } = change;
    for (const { commitment, name } of change.openings)
      this.#names.set(commitment, { initiativeId, recordId, name, position });
    for (const commitment of change.event.erased?.commitments ?? []) {
      const name = this.name(commitment);
      if (name) this.#erased.push({ name, position });
      this.#names.set(commitment, undefined);
    }
    const made = change.before ? undefined : numberOf(record.recordId);
    if (made) raise(this.#numbers, refKey(record.initiativeId, made.kind), made.number);
  }

  /** Makes the changes part of what later requests of the group see. */
  accept(): void {
    const world = this.#world;
    world.position += this.changes.length;
    for (const [key, touched] of this.#touched) world.touched.set(key, touched);
    for (const [titleKey, keys] of this.#touchedTitles)
      for (const key of keys) addTo(world.touchedTitles, titleKey, key);
    for (const [eventId, event] of this.#events) world.events.set(eventId, event);
    for (const [key, number] of this.#numbers) raise(world.usedNumbers, key, number);
    for (const [commitment, name] of this.#names) world.names.set(commitment, name);
    // As they will be in the log, so that repeats later in the group are answered as they would be after it.
    for (const { name, position } of this.#erased)
      for (const [eventId, event] of world.events)
        if (event && postedIn(name, position, event))
          world.events.set(eventId, { ...event, fingerprint: null });
  }

  #isTouched({ initiativeId, recordId }: LedgerRecord): boolean {
    const key = refKey(initiativeId, recordId);
    return this.#touched.has(key) || this.#world.touched.has(key);
  }

  #touchedOnce(): Touched[] {
    return [...new Map([...this.#world.touched, ...this.#touched]).values()];
  }

  #allTouched(): Version[] {
    return this.#touchedOnce().map(({ now }) => now);
  }

  /** A fact from one of the world's maps, or Missing with how to load it. */
  #known<K, V>(map: Map<K, V>, key: K, load: Missing['load']): V {
    // What it has may be undefined, where V says so.
    if (map.has(key)) return map.get(key) as V;
    throw new Missing(load);
  }
}

function loggedOf({ position, event, leafHash, fingerprint }: Change): LoggedEvent {
  const { eventId, initiativeId, recordId, version, type, recordedAt } = event;
  return { position, eventId, initiativeId, recordId, version, type, recordedAt, leafHash, fingerprint };
}

function raise(map: Map<string, number>, key: string, number: number): void {
  map.set(key, Math.max(number, map.get(key) ?? 0));
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

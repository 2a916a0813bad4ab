import type { Asking } from '../shapes/asking.ts';
import { meetingOf, type Version } from '../shapes/record.ts';
import { titleKeyOf } from '../shapes/title-key.ts';
import type {
  AnswerKey,
  Facts,
  HeldName,
  KeptAnswer,
  LoggedEvent,
  NumberedIds,
  PlaceOfKind,
  RecordRef,
} from './facts.ts';
import { refKey, TouchedRecords } from './touched.ts';

interface Sort<A, K, V, F> {
  keyOf: (asked: A) => K;
  find: (asked: A[]) => Asking<Iterable<F>>;
  /** What is known of something that is not found. */
  absent: () => V;
  put: (found: F, known: Map<K, V>) => void;
}

/** Facts of one sort, each asked for once. */
class Known<A, K, V, F> extends Map<K, V> {
  readonly #sort: Sort<A, K, V, F>;

  constructor(sort: Sort<A, K, V, F>) {
    super();
    this.#sort = sort;
  }

  *load(asked: A[]): Asking<void> {
    const { keyOf, find, absent, put } = this.#sort;
    const unknown = new Map(asked.map((one) => [keyOf(one), one]));
    for (const key of unknown.keys()) if (this.has(key)) unknown.delete(key);
    if (unknown.size === 0) return;
    const found = yield* find([...unknown.values()]);
    for (const key of unknown.keys()) this.set(key, absent());
    for (const one of found) put(one, this);
  }

  *of(asked: A): Asking<V> {
    const key = this.#sort.keyOf(asked);
    if (!this.has(key)) yield* this.load([asked]);
    // It is there now; V may include undefined.
    return this.get(key) as V;
  }
}

/** The first records of a title, up to a limit. */
export interface Titled {
  versions: Version[];
  limit: number;
}

/**
 * The ledger as a group of requests sees it: facts of the log's end, and over them the changes of the requests
 * accepted so far. A request works on a `Draft` of its own, which is dropped if the request is refused.
 */
export class World {
  readonly facts: Facts;
  readonly versions: Known<RecordRef, string, Version | undefined, Version>;
  readonly events: Known<string, string, LoggedEvent | undefined, LoggedEvent>;
  readonly answers: Known<AnswerKey, string, KeptAnswer | undefined, AnswerKey & KeptAnswer>;
  readonly numbers: Known<NumberedIds, string, number, NumberedIds & { lastNumber: number }>;
  readonly counts: Known<PlaceOfKind, string, number, PlaceOfKind & { count: number }>;
  readonly claims: Known<RecordRef, string, Version[], Version>;
  readonly titles: Known<number, number, Titled, Version>;
  /** undefined: erased, or never there. */
  readonly names: Known<string, string, HeldName | undefined, [string, HeldName]>;
  readonly milestones = new Map<string, Version[]>();
  /** Of the accepted requests, by record. */
  readonly touched = new TouchedRecords();
  readonly usedNumbers = new Map<string, number>();
  /** The end of the log, with what was accepted. */
  position: number;

  constructor(position: number, facts: Facts) {
    this.position = position;
    this.facts = facts;
    this.versions = new Known({
      keyOf,
      find: (refs) => facts.versions(refs),
      absent: nothing,
      put: (version, known) => known.set(keyOf(version.record), version),
    });
    this.events = new Known({
      keyOf: itself,
      find: (eventIds) => facts.events(eventIds),
      absent: nothing,
      put: (event, known) => known.set(event.eventId, event),
    });
    this.answers = new Known({
      keyOf: answerKey,
      find: (keys) => facts.keptAnswers(keys),
      absent: nothing,
      put: (answer, known) => known.set(answerKey(answer), answer),
    });
    this.numbers = new Known({
      keyOf: numbersKey,
      find: (asked) => facts.lastNumbers(asked),
      absent: zero,
      put: (one, known) => raise(known, numbersKey(one), one.lastNumber),
    });
    this.counts = new Known({
      keyOf: placeKey,
      find: (places) => facts.countsAt(places),
      absent: zero,
      put: (one, known) => known.set(placeKey(one), one.count),
    });
    this.claims = new Known({
      keyOf,
      find: (meetings) => facts.claimsAbout(meetings),
      absent: (): Version[] => [],
      put(version, known) {
        const { initiativeId } = version.record;
        const recordId = meetingOf(version.record);
        if (recordId !== undefined) known.get(keyOf({ initiativeId, recordId }))?.push(version);
      },
    });
    this.titles = new Known({
      keyOf: itself,
      find: (titleKeys) => facts.sameTitle(titleKeys, titlesLimit),
      absent: (): Titled => ({ versions: [], limit: titlesLimit }),
      put(version, known) {
        const titleKey = titleKeyOf(version.record);
        if (titleKey !== undefined) known.get(titleKey)?.versions.push(version);
      },
    });
    this.names = new Known({
      keyOf: itself,
      find: (commitments) => facts.names(commitments),
      absent: nothing,
      put: ([commitment, name], known) => known.set(commitment, name),
    });
  }
}

/** The record itself and another one; more are loaded where requests change these. */
const titlesLimit = 2;

const nothing = <V>(): V | undefined => undefined;
const zero = (): number => 0;
const itself = <T>(one: T): T => one;
const keyOf = ({ initiativeId, recordId }: RecordRef): string => refKey(initiativeId, recordId);
export const numbersKey = ({ initiativeId, kind }: NumberedIds): string => refKey(initiativeId, kind);
const placeKey = ({ initiativeId, meetingId, kind }: PlaceOfKind): string =>
  `${refKey(initiativeId, meetingId)}/${kind}`;
export const answerKey = ({ principal, initiativeId, key }: AnswerKey): string =>
  JSON.stringify([principal, initiativeId, key]);

export function raise(map: Map<string, number>, key: string, number: number): void {
  map.set(key, Math.max(number, map.get(key) ?? 0));
}

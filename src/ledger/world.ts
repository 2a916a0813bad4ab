import type { Asking } from '../shapes/asking.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { type LedgerRecord, meetingOf, type Version } from '../shapes/record.ts';
import { titleKeyOf } from '../shapes/title-key.ts';
import type {
  Alike,
  AnswerKey,
  Facts,
  GivenId,
  HeldName,
  KeptAnswer,
  LoggedEvent,
  MeetingMark,
  NumberedIds,
  PlaceOfKind,
  RecordRef,
} from './facts.ts';
import { givenKey, refKey, TouchedRecords } from './touched.ts';

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
    if (asked.length === 0) return;
    const { keyOf, find, absent, put } = this.#sort;
    const unknown = new Map<K, A>();
    for (const one of asked) {
      const key = keyOf(one);
      if (!this.has(key)) unknown.set(key, one);
    }
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
  /** The id of the record; undefined: no standing one. */
  readonly externalIds: Known<GivenId, string, string | undefined, GivenId & { recordId: string }>;
  readonly alike: Known<number, number, Alike[], Alike>;
  readonly meetings: Known<MeetingMark, string, Version[], Version>;
  readonly metrics: Known<string, string, Set<string>, { initiativeId: string; metric: string }>;
  /** undefined: erased, or never there. */
  readonly names: Known<string, string, HeldName | undefined, [string, HeldName]>;
  readonly milestones = new Map<string, Version[]>();
  /** Of the log; undefined: not asked for. */
  namedParties: Version[] | undefined;
  /** Of the accepted requests, by record. */
  readonly touched = new TouchedRecords();
  /** Events of the accepted requests that have a correlationId. */
  readonly correlated: (RecordRef & { correlationId: string })[] = [];
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
      absent: () => untitled,
      put(version, known) {
        const titleKey = titleKeyOf(version);
        const titled = titleKey === undefined ? undefined : known.get(titleKey);
        if (titleKey === undefined || !titled) return;
        // What is known of one that is not found is shared by all.
        if (titled === untitled) known.set(titleKey, { ...untitled, versions: [version] });
        else titled.versions.push(version);
      },
    });
    this.externalIds = new Known({
      keyOf: givenKey,
      find: (given) => facts.externalIds(given),
      absent: nothing,
      put: (one, known) => known.set(givenKey(one), one.recordId),
    });
    this.alike = new Known({
      keyOf: itself,
      find: (titleKeys) => facts.alike(titleKeys),
      absent: (): Alike[] => [],
      put: (one, known) => known.get(one.titleKey)?.push(one),
    });
    this.meetings = new Known({
      keyOf: markKey,
      find: (marks) => facts.meetingsWith(marks),
      absent: (): Version[] => [],
      put(version, known) {
        for (const mark of marksOf(version.record)) known.get(markKey(mark))?.push(version);
      },
    });
    this.metrics = new Known({
      keyOf: itself,
      find: (initiativeIds) => facts.metrics(initiativeIds),
      absent: () => new Set<string>(),
      put: ({ initiativeId, metric }, known) => known.get(initiativeId)?.add(metric),
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
const untitled: Titled = { versions: [], limit: titlesLimit };

const nothing = <V>(): V | undefined => undefined;
const zero = (): number => 0;
const itself = <T>(one: T): T => one;
const keyOf = ({ initiativeId, recordId }: RecordRef): string => refKey(initiativeId, recordId);
export function numbersKey({ initiativeId, kind }: NumberedIds): string {
  if (initiativeId !== last.initiativeId || kind !== last.kind)
    last = { initiativeId, kind, key: refKey(initiativeId, kind) };
  return last.key;
}
/** The last key that was made: the thousand records of a request share it, and a text is looked up faster the second time. */
let last: NumberedIds & { key: string } = { initiativeId: '', kind: 'mou', key: '/mou' };
const placeKey = ({ initiativeId, meetingId, kind }: PlaceOfKind): string =>
  `${refKey(initiativeId, meetingId)}/${kind}`;
export const answerKey = ({ principal, initiativeId, key }: AnswerKey): string =>
  JSON.stringify([principal, initiativeId, key]);

const markKey = ({ initiativeId, mark }: MeetingMark): string => refKey(initiativeId, mark);

/** What its series can't have a second time. A date that is no day tells nothing. */
export const marksOf = (record: LedgerRecord): MeetingMark[] =>
  record.kind === 'meeting' && record.data.series !== undefined
    ? marksFrom(record.initiativeId, record.occurredOn, record.data.ordinal)
    : [];

/** Those of a meeting of a series; the ordinal may be unchecked. */
export function marksFrom(
  initiativeId: string,
  occurredOn: string | undefined,
  ordinal: unknown,
): MeetingMark[] {
  const { earliest, latest } = parseEdtf(occurredOn ?? '') ?? {};
  const marks = [ordinal, earliest === latest ? earliest : undefined];
  return marks.flatMap((mark) => (mark === undefined ? [] : [{ initiativeId, mark: String(mark) }]));
}

export function raise(map: Map<string, number>, key: string, number: number): void {
  map.set(key, Math.max(number, map.get(key) ?? 0));
}

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
import { meetingOf, type Version } from './record.ts';
import { titleKeyOf } from './title-key.ts';

/** Thrown by a decision that needs a fact not loaded yet: `load` it into the world, then decide again. */
export class Missing {
  readonly load: (facts: Facts, world: World) => Promise<void>;
  constructor(load: Missing['load']) {
    this.load = load;
  }
}

export const refKey = (initiativeId: string, recordId: string): string => `${initiativeId}/${recordId}`;

export interface Touched {
  base: Version | undefined;
  now: Version;
}

/**
 * The ledger as a group of requests sees it: facts of the log's end, and over them the changes of the requests
 * accepted so far. A request works on a `Draft` of its own, which is dropped if the request is refused.
 */
export class World {
  readonly versions = new Map<string, Version | undefined>();
  readonly events = new Map<string, LoggedEvent | undefined>();
  readonly answers = new Map<string, KeptAnswer | undefined>();
  readonly numbers = new Map<string, number>();
  readonly usedNumbers = new Map<string, number>();
  readonly milestones = new Map<string, Version[]>();
  readonly counts = new Map<string, number>();
  readonly claims = new Map<string, Version[]>();
  readonly titles = new Map<number, Version[]>();
  /** undefined: erased, or never there. */
  readonly names = new Map<string, HeldName | undefined>();
  /** Of the accepted requests, by record. */
  readonly touched = new Map<string, Touched>();
  readonly touchedTitles = new Map<number, Set<string>>();
  /** The end of the log, with what was accepted. */
  position: number;

  constructor(position: number) {
    this.position = position;
  }

  async loadVersions(facts: Facts, refs: RecordRef[]): Promise<void> {
    const unknown = unknownOf(this.versions, refs, keyOf, () => undefined);
    if (unknown.length === 0) return;
    for (const version of await facts.versions(unknown)) this.versions.set(keyOf(version.record), version);
  }

  async loadEvents(facts: Facts, eventIds: string[]): Promise<void> {
    const unknown = unknownOf(this.events, eventIds, itself, () => undefined);
    if (unknown.length === 0) return;
    for (const event of await facts.events(unknown)) this.events.set(event.eventId, event);
  }

  async loadAnswers(facts: Facts, keys: AnswerKey[]): Promise<void> {
    const unknown = unknownOf(this.answers, keys, answerKey, () => undefined);
    if (unknown.length === 0) return;
    for (const answer of await facts.keptAnswers(unknown)) this.answers.set(answerKey(answer), answer);
  }

  async loadNumbers(facts: Facts, asked: NumberedIds[]): Promise<void> {
    const unknown = unknownOf(this.numbers, asked, numbersKey, () => 0);
    if (unknown.length === 0) return;
    for (const found of await facts.lastNumbers(unknown)) {
      const key = numbersKey(found);
      this.numbers.set(key, Math.max(this.numbers.get(key) ?? 0, found.lastNumber));
    }
  }

  async loadNames(facts: Facts, commitments: string[]): Promise<void> {
    const unknown = unknownOf(this.names, commitments, itself, () => undefined);
    if (unknown.length === 0) return;
    for (const [commitment, name] of await facts.names(unknown)) this.names.set(commitment, name);
  }

  async loadTitles(facts: Facts, titleKeys: number[]): Promise<void> {
    const unknown = unknownOf(this.titles, titleKeys, itself, () => []);
    if (unknown.length === 0) return;
    for (const version of await facts.sameTitle(unknown)) {
      const titleKey = titleKeyOf(version.record);
      if (titleKey !== undefined) this.titles.get(titleKey)?.push(version);
    }
  }

  async loadClaims(facts: Facts, meetings: RecordRef[]): Promise<void> {
    const unknown = unknownOf(this.claims, meetings, keyOf, () => []);
    if (unknown.length === 0) return;
    for (const version of await facts.claimsAbout(unknown)) {
      const { record } = version;
      const recordId = meetingOf(record);
      if (recordId !== undefined)
        this.claims.get(keyOf({ initiativeId: record.initiativeId, recordId }))?.push(version);
    }
  }

  async loadCounts(facts: Facts, places: PlaceOfKind[]): Promise<void> {
    const unknown = unknownOf(this.counts, places, placeKey, () => 0);
    if (unknown.length === 0) return;
    for (const found of await facts.countsAt(unknown)) this.counts.set(placeKey(found), found.count);
  }
}

/** What is asked for and not known yet, each once. It is known as absent from now on, until it is loaded. */
function unknownOf<A, K, V>(known: Map<K, V>, asked: A[], keyOf: (one: A) => K, absent: () => V): A[] {
  return asked.filter((one) => {
    const key = keyOf(one);
    if (known.has(key)) return false;
    known.set(key, absent());
    return true;
  });
}

const itself = <T>(one: T): T => one;
const keyOf = ({ initiativeId, recordId }: RecordRef): string => refKey(initiativeId, recordId);
export const numbersKey = ({ initiativeId, kind }: NumberedIds): string => refKey(initiativeId, kind);
export const placeKey = ({ initiativeId, meetingId, kind }: PlaceOfKind): string =>
  `${refKey(initiativeId, meetingId)}/${kind}`;
export const answerKey = ({ principal, initiativeId, key }: AnswerKey): string =>
  JSON.stringify([principal, initiativeId, key]);

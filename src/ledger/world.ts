import type { Change } from './change.ts';
import type { AnswerKey, Facts, HeldName, KeptAnswer, LoggedEvent, RecordRef } from './facts.ts';
import { commitmentsIn } from './people.ts';
import type { Version } from './record.ts';
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

  /** Loads in a few queries what the requests are sure to ask for; what else they need, they miss. */
  async prefetch(facts: Facts, refs: RecordRef[], eventIds: string[]): Promise<void> {
    for (const { initiativeId, recordId } of refs)
      this.versions.set(refKey(initiativeId, recordId), undefined);
    for (const version of await facts.versions(refs)) {
      this.versions.set(refKey(version.record.initiativeId, version.record.recordId), version);
    }
    if (eventIds.length === 0) return;
    for (const eventId of eventIds) this.events.set(eventId, undefined);
    for (const event of await facts.events(eventIds)) this.events.set(event.eventId, event);
  }

  async prefetchAnswers(facts: Facts, keys: AnswerKey[]): Promise<void> {
    if (keys.length === 0) return;
    for (const key of keys) this.answers.set(answerKey(key), undefined);
    for (const answer of await facts.keptAnswers(keys)) this.answers.set(answerKey(answer), answer);
  }

  /** Loads the names that corrections of these records may repeat. */
  async prefetchNames(facts: Facts, refs: RecordRef[]): Promise<void> {
    const commitments = refs.flatMap(({ initiativeId, recordId }) =>
      commitmentsIn(this.versions.get(refKey(initiativeId, recordId))?.record.data ?? {}),
    );
    if (commitments.length === 0) return;
    for (const commitment of commitments) this.names.set(commitment, undefined);
    for (const [commitment, name] of await facts.names(commitments)) this.names.set(commitment, name);
  }

  /** Loads what the warnings about these changes ask for, save what depends on it. */
  async prefetchForWarnings(facts: Facts, changes: Change[]): Promise<void> {
    const titleKeys = new Set(changes.flatMap(({ after }) => titleKeyOf(after.record) ?? []));
    const unknown = [...titleKeys].filter((titleKey) => !this.titles.has(titleKey));
    for (const titleKey of unknown) this.titles.set(titleKey, []);
    for (const version of await facts.sameTitle(unknown)) {
      const titleKey = titleKeyOf(version.record);
      if (titleKey !== undefined) this.titles.get(titleKey)?.push(version);
    }
  }
}

export const answerKey = ({ principal, initiativeId, key }: AnswerKey): string =>
  JSON.stringify([principal, initiativeId, key]);

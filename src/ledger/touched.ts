import type { Posted } from '../shapes/posted.ts';
import { isMilestone, type LedgerRecord, meetingOf, type Version } from '../shapes/record.ts';
import { titleKeyOf } from '../shapes/title-key.ts';
import type { GivenId } from './facts.ts';

/** A record before what touched it, and as it is now. */
export interface Touched {
  base: Version | undefined;
  now: Version;
}

export const refKey = (initiativeId: string, recordId: string): string => `${initiativeId}/${recordId}`;

/** Other than slugs, an external id may have any characters: it stands last. */
export const givenKey = ({ initiativeId, kind, externalId }: GivenId): string =>
  `${refKey(initiativeId, kind)}/${externalId}`;

/** The id that a milestone has of its sender; to: as a record of this kind. */
export function givenIdOf(record: LedgerRecord, to?: GivenId['kind']): GivenId | undefined {
  if (!isMilestone(record)) return undefined;
  const { initiativeId, kind, data } = record;
  const { externalId } = data;
  return externalId === undefined ? undefined : { initiativeId, kind: to ?? kind, externalId };
}

const standingId = (version: Version | undefined): GivenId | undefined =>
  version?.record.status === 'standing' ? givenIdOf(version.record) : undefined;

/**
 * The id with which a record may become another one's double by a change: one that is new to it, or its own where it becomes of another
 * kind or stands again. The changes may be checked against no schema yet.
 */
export function changedId(
  record: LedgerRecord,
  to: GivenId['kind'] | undefined,
  changes: Posted['changes'] = {},
): GivenId | undefined {
  const { externalId } = (changes['data'] ?? {}) as { externalId?: unknown };
  if (typeof externalId !== 'string')
    return to !== undefined || record.status === 'retracted' ? givenIdOf(record, to) : undefined;
  return isMilestone(record)
    ? { initiativeId: record.initiativeId, kind: record.kind, externalId }
    : undefined;
}

/** Records that were made or changed and are not in the log yet, found by what decisions and warnings ask for. */
export class TouchedRecords extends Map<string, Touched> {
  /** Those that stand, by what they would be taken for the same by. */
  readonly #byTitle = new Groups<number>();
  /** Those that are at a meeting or were. */
  readonly #byMeeting = new Groups<string>();
  /** Those that stand, by the ids of their senders. */
  readonly #byExternalId = new Groups<string>();
  /** Of a title, the record made first. A request may make a thousand with one title. */
  #first: Map<number, Version | undefined> | undefined;

  override set(key: string, touched: Touched): this {
    const before = this.get(key)?.now;
    super.set(key, touched);
    const was = standingTitle(before);
    if (was !== undefined) {
      this.#byTitle.delete(was, key);
      this.#first?.delete(was);
    }
    const is = standingTitle(touched.now);
    if (is !== undefined) {
      this.#byTitle.add(is, key);
      this.#first?.delete(is);
    }
    const had = standingId(before);
    if (had) this.#byExternalId.delete(givenKey(had), key);
    const has = standingId(touched.now);
    if (has) this.#byExternalId.add(givenKey(has), key);
    if (touched.base) this.#addAtMeeting(touched.base.record, key);
    this.#addAtMeeting(touched.now.record, key);
    return this;
  }

  #addAtMeeting(record: LedgerRecord, key: string): void {
    const meetingId = meetingOf(record);
    if (meetingId !== undefined) this.#byMeeting.add(refKey(record.initiativeId, meetingId), key);
  }

  titled(titleKey: number): Iterable<string> {
    return this.#byTitle.of(titleKey);
  }

  given(id: GivenId): Iterable<string> {
    return this.#byExternalId.of(givenKey(id));
  }

  firstTitled(titleKey: number): Version | undefined {
    this.#first ??= new Map();
    if (!this.#first.has(titleKey)) {
      let first: Version | undefined;
      for (const key of this.titled(titleKey)) {
        const now = this.get(key)?.now;
        if (now && (!first || now.made < first.made)) first = now;
      }
      this.#first.set(titleKey, first);
    }
    return this.#first.get(titleKey);
  }

  at(initiativeId: string, meetingId: string): Iterable<string> {
    return this.#byMeeting.of(refKey(initiativeId, meetingId));
  }
}

const standingTitle = (version: Version | undefined): number | undefined =>
  version?.record.status === 'standing' ? titleKeyOf(version) : undefined;

/** The keys of records by what some of them have in common. Most have it alone, and then there is no set for it. */
class Groups<K> {
  #groups: Map<K, string | Set<string>> | undefined;

  add(common: K, key: string): void {
    this.#groups ??= new Map();
    const known = this.#groups.get(common);
    if (typeof known === 'object') known.add(key);
    else this.#groups.set(common, known === undefined || known === key ? key : new Set([known, key]));
  }

  delete(common: K, key: string): void {
    const known = this.#groups?.get(common);
    if (typeof known === 'object') known.delete(key);
    else if (known === key) this.#groups?.delete(common);
  }

  /** In the order in which they were added. */
  of(common: K): Iterable<string> {
    const known = this.#groups?.get(common);
    return typeof known === 'string' ? [known] : (known ?? []);
  }
}

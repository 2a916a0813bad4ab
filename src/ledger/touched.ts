import { meetingOf, type Version } from '../shapes/record.ts';
import { titleKeyOf } from '../shapes/title-key.ts';

/** A record before what touched it, and as it is now. */
export interface Touched {
  base: Version | undefined;
  now: Version;
}

export const refKey = (initiativeId: string, recordId: string): string => `${initiativeId}/${recordId}`;

/** Records that were made or changed and are not in the log yet, found by what decisions and warnings ask for. */
export class TouchedRecords extends Map<string, Touched> {
  /** Those that stand, by what they would be taken for the same by. */
  readonly #byTitle = new Map<number, Set<string>>();
  /** Those that are at a meeting or were. */
  readonly #byMeeting = new Map<string, Set<string>>();
  /** Of a title, the record made first. A request may make a thousand with one title. */
  readonly #first = new Map<number, Version | undefined>();

  override set(key: string, touched: Touched): this {
    const before = this.get(key)?.now;
    super.set(key, touched);
    const [was, is] = [standingTitle(before), standingTitle(touched.now)];
    if (was !== undefined) {
      this.#byTitle.get(was)?.delete(key);
      this.#first.delete(was);
    }
    if (is !== undefined) {
      addTo(this.#byTitle, is, key);
      this.#first.delete(is);
    }
    for (const version of [touched.base, touched.now]) {
      const meetingId = version && meetingOf(version.record);
      if (meetingId !== undefined)
        addTo(this.#byMeeting, refKey(version?.record.initiativeId ?? '', meetingId), key);
    }
    return this;
  }

  titled(titleKey: number): Iterable<string> {
    return this.#byTitle.get(titleKey) ?? [];
  }

  firstTitled(titleKey: number): Version | undefined {
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
    return this.#byMeeting.get(refKey(initiativeId, meetingId)) ?? [];
  }
}

const standingTitle = (version: Version | undefined): number | undefined =>
  version?.record.status === 'standing' ? titleKeyOf(version.record) : undefined;

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

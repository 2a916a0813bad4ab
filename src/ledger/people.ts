import { createHash } from 'node:crypto';
import type { Commitment } from '../../events/fields.ts';
import type { Json } from './canonical-json.ts';
import type { Opening } from './change.ts';
import type { HeldName, LoggedEvent } from './facts.ts';

/** What answers show where a name was erased. */
export const erasedName = '[erased]';

/** SHA-256 of 32 random salt bytes, then the name in UTF-8; hex. */
export const commitmentOf = (salt: Uint8Array, name: string): string =>
  createHash('sha256').update(salt).update(name, 'utf8').digest('hex');

/**
 * The data of a record with the names of persons replaced by commitments, and what these open to. `reuse` gives
 * the commitment under which the record holds a name already; `held` says whether it holds a commitment.
 * Throws what `refuse` gives for a name that can't be taken.
 */
export function commitPeople<D extends object>(
  data: D,
  newSalt: () => Uint8Array,
  reuse: (name: string) => string | undefined,
  held: (commitment: string) => boolean,
  refuse: (path: string, detail: string) => Error,
): { data: D; openings: Opening[] } {
  const openings: Opening[] = [];
  const commit = (name: string | Commitment, path: string): Commitment => {
    if (typeof name !== 'string') {
      if (!held(name.commitment)) throw refuse(path, 'must be a name, or a commitment that the record holds');
      return { commitment: name.commitment };
    }
    if (name === erasedName) throw refuse(path, 'is an erased name: repeat its commitment instead');
    const present = reuse(name) ?? openings.find((opening) => opening.name === name)?.commitment;
    if (present) return { commitment: present };
    const salt = newSalt();
    const commitment = commitmentOf(salt, name);
    openings.push({ commitment, salt, name });
    return { commitment };
  };
  const entries = peopleOf(data);
  if (entries.length === 0) return { data, openings };
  const committed: Record<string, unknown> = { ...(data as object) };
  for (const { list, index, person } of entries) {
    const path = `/data/${list}/${index}/name`;
    if (person) setName(committed, list, index, commit(person.name, path));
  }
  for (const { list, index, other } of entries) {
    if (other && typeof other.name !== 'string')
      throw refuse(`/data/${list}/${index}/name`, 'must be a name');
  }
  return { data: committed as D, openings };
}

interface Named {
  name: string | Commitment;
  person?: boolean;
}

interface Entry {
  list: string;
  index: number;
  person?: Named;
  other?: Named;
}

/** Every entry of coChairs and parties: as a person, whose name is committed, or as something else. */
function peopleOf(data: object): Entry[] {
  const { coChairs, parties } = data as { coChairs?: Named[]; parties?: Named[] };
  const entries: Entry[] = [];
  coChairs?.forEach((person, index) => void entries.push({ list: 'coChairs', index, person }));
  parties?.forEach((party, index) => {
    entries.push({
      list: 'parties',
      index,
      ...(party.person === true ? { person: party } : { other: party }),
    });
  });
  return entries;
}

function setName(data: Record<string, unknown>, list: string, index: number, name: Commitment): void {
  const entries = [...(data[list] as Named[])];
  entries[index] = { ...entries[index], name } as Named;
  data[list] = entries;
}

/** The commitments that a record's data holds. */
export const commitmentsIn = (data: object): string[] =>
  peopleOf(data).flatMap(({ person }) =>
    person && typeof person.name !== 'string' ? [person.name.commitment] : [],
  );

/**
 * An event as posted, less the names of persons: what is derived from it for ever must not tell whether a guess at an
 * erased name is right. The same object where it names nobody.
 */
export function withoutNames<E extends object>(event: E): E {
  const { data, changes } = event as { data?: unknown; changes?: { data?: unknown } };
  const own = nameless(data);
  const changed = nameless(changes?.data);
  if (own === data && changed === changes?.data) return event;
  return {
    ...event,
    ...(own === data ? {} : { data: own }),
    ...(changed === changes?.data ? {} : { changes: { ...changes, data: changed } }),
  };
}

/** The data of a correction was checked against no schema yet, so its lists may hold anything. */
function nameless(data: unknown): unknown {
  const lists = Object.entries((data ?? {}) as { [member: string]: unknown }).flatMap(([list, entries]) => {
    if (!Array.isArray(entries) || (list !== 'coChairs' && list !== 'parties')) return [];
    const isPerson = (entry: Partial<Named> | null): boolean => list === 'coChairs' || entry?.person === true;
    return entries.some(isPerson)
      ? [[list, entries.map((entry) => (isPerson(entry) ? { ...entry, name: null } : entry))] as const]
      : [];
  });
  return lists.length === 0 ? data : { ...(data as object), ...Object.fromEntries(lists) };
}

/**
 * Whether what was posted for an event before the erasure at `position` may hold the name: the event that brought it,
 * and every later correction of the record, which may have repeated the name without changing it.
 */
export const postedIn = (name: HeldName, position: number, event: LoggedEvent): boolean =>
  event.initiativeId === name.initiativeId &&
  event.recordId === name.recordId &&
  (event.position === name.position ||
    (event.type === 'RecordCorrected' && event.position > name.position && event.position < position));

/** The commitments in a leaf or a stored state. Text in a JSON string can't look like this: its quotes are escaped. */
export const commitmentsInText = (json: string): string[] =>
  json.includes('"commitment":"')
    ? Array.from(json.matchAll(/"commitment":"([0-9a-f]{64})"/g), ([, commitment]) => commitment ?? '')
    : [];

/** A JSON value with each commitment replaced by the name behind it, or by `[erased]`. */
export function revealed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => revealed(item, names));
  if (typeof value['commitment'] === 'string') return names.get(value['commitment']) ?? erasedName;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealed(item, names)]));
}

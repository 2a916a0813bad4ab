import { createHash } from 'node:crypto';
import type { Json } from './canonical-json.ts';
import type { Opening } from './change.ts';
import type { Commitment } from './fields.ts';

/** What answers show where a name was erased. */
export const erasedName = '[erased]';

/** SHA-256 of 32 random salt bytes, then the name in UTF-8; hex. */
export const commitmentOf = (salt: Uint8Array, name: string): string =>
  createHash('sha256').update(salt).update(name, 'utf8').digest('hex');

/** Whether data names a person, for whom there is no commitment in it yet. */
export const namesPersons = (data: object): boolean =>
  namedIn(data).some(({ isPerson, entry }) => isPerson && typeof entry.name === 'string');

/**
 * The data of a record with the names of persons replaced by commitments, and what these open to. held: the commitments
 * that the record holds already, with the name where it is known; a name that is held keeps its commitment.
 * Throws what `refuse` gives for a name that can't be taken.
 */
export function commitPeople<D extends object>(
  data: D,
  held: ReadonlyMap<string, string | undefined>,
  newSalt: () => Uint8Array,
  refuse: (path: string, detail: string) => Error,
): { data: D; openings: Opening[] } {
  const openings: Opening[] = [];
  const known = new Map<string, string>();
  for (const [commitment, name] of held)
    if (name !== undefined && !known.has(name)) known.set(name, commitment);
  const commit = (name: string | Commitment, path: string): Commitment => {
    if (typeof name !== 'string') {
      if (!held.has(name.commitment))
        throw refuse(path, 'must be a name, or a commitment that the record holds');
      return { commitment: name.commitment };
    }
    if (name === erasedName) throw refuse(path, 'is an erased name: repeat its commitment instead');
    const present = known.get(name);
    if (present !== undefined) return { commitment: present };
    const salt = newSalt();
    const commitment = commitmentOf(salt, name);
    openings.push({ commitment, salt, name });
    known.set(name, commitment);
    return { commitment };
  };
  const entries = namedIn(data);
  if (entries.length === 0) return { data, openings };
  const committed: D & Naming = { ...data };
  for (const list of lists) if (committed[list]) committed[list] = [...committed[list]];
  for (const { list, index, entry, isPerson } of entries)
    if (isPerson && committed[list])
      committed[list][index] = { ...entry, name: commit(entry.name, `/data/${list}/${index}/name`) };
  const other = entries.find(({ entry, isPerson }) => !isPerson && typeof entry.name !== 'string');
  if (other) throw refuse(`/data/${other.list}/${other.index}/name`, 'must be a name');
  return { data: committed, openings };
}

/** Whether nothing in data would be committed, nor refused: of most records that is all there is to find out. */
export function namesNobody(data: Naming): boolean {
  for (const list of lists)
    for (const entry of data[list] ?? [])
      if (isPerson(list, entry) || typeof entry.name !== 'string') return false;
  return true;
}

interface Named {
  name: string | Commitment;
  person?: boolean;
}

const lists = ['coChairs', 'parties'] as const;
type Naming = { [list in (typeof lists)[number]]?: Named[] | undefined };

/** A person's name is committed; a party may also be something else. */
const isPerson = (list: string, entry: Partial<Named> | null): boolean =>
  list === 'coChairs' || entry?.person === true;

/** Every entry of coChairs and parties, and its place. */
const namedIn = (data: Naming) =>
  lists.flatMap((list) =>
    (data[list] ?? []).map((entry, index) => ({ list, index, entry, isPerson: isPerson(list, entry) })),
  );

/** The commitments that a record's data holds. */
export const commitmentsIn = (data: object): string[] =>
  namedIn(data).flatMap(({ entry, isPerson }) =>
    isPerson && typeof entry.name !== 'string' ? [entry.name.commitment] : [],
  );

/**
 * An event as posted, less the names of persons: what is derived from it for ever must not tell whether a guess at an
 * erased name is right. The same object where it has nothing that names anybody.
 */
export function withoutNames<E extends object>(event: E): E {
  const { data, changes } = event as { data?: unknown; changes?: PostedChanges };
  const own = nameless(data);
  if (own === data && changes === undefined) return event;
  return {
    ...event,
    ...(own === data ? {} : { data: own }),
    ...(changes && { changes: namelessChanges(changes) }),
  };
}

/** The data of a correction was checked against no schema yet, so its lists may hold anything. */
function nameless(data: unknown): unknown {
  const members = (data ?? {}) as { [member: string]: unknown };
  const changed = lists.flatMap((list) => {
    const entries = members[list];
    if (!Array.isArray(entries) || !entries.some((entry) => isPerson(list, entry))) return [];
    return [[list, entries.map((entry) => (isPerson(list, entry) ? { ...entry, name: null } : entry))]];
  });
  return changed.length === 0 ? data : { ...members, ...Object.fromEntries(changed) };
}

interface PostedChanges {
  data?: unknown;
  addParty?: Partial<Named> | Partial<Named>[];
  replaceParty?: { by: Partial<Named> };
}

const namelessChanges = ({ data, addParty, replaceParty, ...others }: PostedChanges): object => ({
  ...others,
  ...(data !== undefined && { data: nameless(data) }),
  ...(addParty && {
    addParty: Array.isArray(addParty) ? addParty.map(namelessParty) : namelessParty(addParty),
  }),
  ...(replaceParty && { replaceParty: { ...replaceParty, by: namelessParty(replaceParty.by) } }),
});

const namelessParty = (party: Partial<Named>): object =>
  isPerson('parties', party) ? { ...party, name: null } : party;

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

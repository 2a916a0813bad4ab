import { Type } from 'typebox';
import { canonicalJson } from './canonical-json.ts';
import { type Commitment, Party, partiesMax, ref, Source } from './fields.ts';
import { folded } from './folded.ts';
import { withSources } from './state.ts';

const name = Party.properties.name;

/** Members of a correction that change single items of a record's lists. */
export const listChanges = {
  replaceParty: Type.Optional(
    Type.Object(
      { name, by: Party },
      {
        additionalProperties: false,
        description:
          'The whole party `by` takes the place of the party of this name, compared folded. A person is named by its commitment only.',
      },
    ),
  ),
  removeParty: Type.Optional(
    Type.Object(
      { name },
      {
        additionalProperties: false,
        description: 'The party of this name, compared folded. A person is named by its commitment only.',
      },
    ),
  ),
  addParty: Type.Optional(
    Type.Union([Party, Type.Array(Party, { minItems: 1, maxItems: partiesMax })], {
      description: 'One party or several, behind the others. One that is there already is not added again.',
    }),
  ),
  addSource: Type.Optional(ref(Source)),
};

interface ListChanges {
  replaceParty?: { name: string | Commitment; by: Party } | undefined;
  removeParty?: { name: string | Commitment } | undefined;
  addParty?: Party | Party[] | undefined;
  addSource?: Source | undefined;
}

interface Lists {
  data: { parties?: Party[] };
  sources: Source[];
}

/** Where the event holds an item that it brings into a list, such as `/addParty/1`. */
type Places = ReadonlyMap<object, string>;

/**
 * The lists of a record with these changes, made in the order of the schema. absent: the place of a name that no party has; then
 * nothing is changed.
 */
export function withListChanges(
  { data, sources }: Lists,
  { replaceParty, removeParty, addParty, addSource }: ListChanges,
): (Lists & { places: Places }) | { absent: string } {
  const places = new Map<object, string>();
  const { parties: present = [], ...others } = data;
  let parties = present;
  if (replaceParty) {
    const { name, by } = replaceParty;
    const isNamed = named(name);
    const first = parties.find(isNamed);
    if (!first) return { absent: '/replaceParty/name' };
    places.set(by, '/replaceParty/by');
    // So that no party stands twice.
    const same = textOf(by);
    const rest = (party: Party): Party[] => (isNamed(party) || textOf(party) === same ? [] : [party]);
    parties = parties.flatMap((party) => (party === first ? [by] : rest(party)));
  }
  if (removeParty) {
    const isNamed = named(removeParty.name);
    const rest = parties.filter((party) => !isNamed(party));
    if (rest.length === parties.length) return { absent: '/removeParty/name' };
    parties = rest;
  }
  const known = new Set(addParty ? parties.map(textOf) : []);
  const fresh = [addParty ?? []].flat().filter((party, i) => {
    if (known.has(textOf(party))) return false;
    known.add(textOf(party));
    places.set(party, Array.isArray(addParty) ? `/addParty/${i}` : '/addParty');
    return true;
  });
  if (fresh.length > 0) parties = [...parties, ...fresh];
  if (addSource) places.set(addSource, '/addSource');
  return {
    data: parties === present ? data : parties.length === 0 ? others : { ...others, parties },
    sources: withSources(sources, addSource ? [addSource] : []),
    places,
  };
}

/** The same for parties that are the same. */
const textOf = (party: Party): string => canonicalJson(party);

/** Tells parties of a name. That of a person is a commitment in a record, so no guess at it fits. */
function named(name: string | Commitment): (party: Party) => boolean {
  if (typeof name !== 'string')
    return (party) => typeof party.name !== 'string' && party.name.commitment === name.commitment;
  const text = folded(name);
  return (party) => typeof party.name === 'string' && folded(party.name) === text;
}

/** A pointer into the state that a correction leaves behind, as one into the changes that brought what stands there. */
export function placeIn({ data, sources, places }: Lists & { places: Places }, pointer: string): string {
  const [, list, index, rest = ''] = /^\/(data\/parties|sources)\/([0-9]+)(\/.*)?$/.exec(pointer) ?? [];
  const item = (list === 'sources' ? sources : data.parties)?.[Number(index)];
  const place = item && places.get(item);
  if (place !== undefined) return place + rest;
  const [first] = places.values();
  return pointer === '/data/parties' && first !== undefined ? first : pointer;
}

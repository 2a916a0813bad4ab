import { folded } from './folded.ts';
import type { NamedPartyData } from './record-data.ts';

/** All names that mean a party, folded, its own first; none where it has no aliases. */
export const namesOf = ({ name, aliases }: NamedPartyData): string[] =>
  aliases.length === 0 ? [] : [name, ...aliases].map(folded);

/** Names of parties that mean the same. */
export class PartyNames {
  /** Those of which several names mean the same. */
  readonly parties: readonly NamedPartyData[];
  readonly #byName: ReadonlyMap<string, NamedPartyData>;

  constructor(parties: readonly NamedPartyData[]) {
    this.parties = parties.filter(({ aliases }) => aliases.length > 0);
    this.#byName = new Map(parties.flatMap((party) => namesOf(party).map((name) => [name, party] as const)));
  }

  /** The party that a folded name means; undefined: no other name means the same. */
  partyOf(key: string): NamedPartyData | undefined {
    return this.#byName.get(key);
  }

  /** The folded name that stands for all that mean the same. */
  keyOf(key: string): string {
    const party = this.#byName.get(key);
    return party ? folded(party.name) : key;
  }

  /** All names that mean the same as a name, as filters take them. */
  allOf(name: string): readonly string[] {
    const party = this.#byName.get(folded(name));
    return party ? [party.name, ...party.aliases] : [name];
  }
}

import type { Database } from '../db/schema.ts';
import { rules } from '../rules.ts';
import { commitmentOf, commitmentsInText } from '../shapes/people.ts';
import { eventOf, type StoredEvent } from '../shapes/stored-event.ts';
import type { Findings } from './findings.ts';
import type { LeafRow } from './start.ts';
import type { StoredLedger } from './stored-ledger.ts';

/** A commitment in a leaf. */
export interface Mention {
  commitment: string;
  position: number;
}

export const mentionsOf = ({ position, leaf }: LeafRow): Mention[] =>
  commitmentsInText(leaf).map((commitment) => ({ commitment, position }));

/** What an event erased. */
export interface Erasure {
  position: number;
  initiativeId: string;
  recordId: string;
  commitments: string[];
}

export const erasuresOf = (position: number, { initiativeId, recordId, erased }: StoredEvent): Erasure[] =>
  erased ? [{ position, initiativeId, recordId, commitments: erased.commitments ?? [] }] : [];

/**
 * The names of persons, against their commitments: each commitment in the log has its name, or was erased; what was erased
 * is gone, and with it the fingerprints that a guess could be tried on.
 */
export class NamesCheck {
  readonly #ledger: StoredLedger;
  readonly #findings: Findings;
  /** Without a name, and the first position that mentions it. */
  readonly #nameless = new Map<string, number>();
  /** Whose name comes from a later position than one that mentions it. */
  readonly #misplaced = new Set<string>();
  readonly #erased = new Map<string, number>();
  readonly #erasures: Erasure[] = [];

  constructor(ledger: StoredLedger, findings: Findings) {
    this.#ledger = ledger;
    this.#findings = findings;
  }

  /** What the next leaves mention. */
  async mentions(mentioned: readonly Mention[]): Promise<void> {
    if (mentioned.length === 0) return;
    const openings = await this.#ledger.openingsOf([
      ...new Set(mentioned.map(({ commitment }) => commitment)),
    ]);
    const broughtAt = new Map(openings.map(({ commitment, position }) => [commitment, position]));
    for (const { commitment, position } of mentioned) {
      const brought = broughtAt.get(commitment);
      if (brought === undefined) {
        if (!this.#nameless.has(commitment)) this.#nameless.set(commitment, position);
      } else if (brought > position) {
        const detail = `The name kept for ${short(commitment)} is said to come from position ${brought}; this leaf mentions it already.`;
        if (!this.#misplaced.has(commitment)) this.#findings.add('opening-wrong', detail, brought);
        this.#misplaced.add(commitment);
      }
    }
  }

  /** The next event that erased names. */
  erases({ commitments: all, ...erasure }: Erasure): void {
    const commitments = all.filter((commitment) => !this.#erased.has(commitment));
    if (commitments.length === 0) return;
    for (const commitment of commitments) this.#erased.set(commitment, erasure.position);
    this.#erasures.push({ ...erasure, commitments });
  }

  /** After the last event; gives the positions whose fingerprints erasures emptied, by initiative. */
  async finish(size: number): Promise<Map<string, Set<number>>> {
    await this.#checkNames(size);
    await this.#checkNameless(size);
    const emptied = new Map<string, Set<number>>();
    for (const erasure of this.#erasures) {
      const positions = emptied.getOrInsertComputed(erasure.initiativeId, () => new Set());
      for (const position of await this.#emptiedBy(erasure)) positions.add(position);
    }
    return emptied;
  }

  async #checkNames(size: number): Promise<void> {
    const pages = this.#ledger.pages<Database['openings'] & { leaf: string | null }>(
      'commitment',
      'select openings.*, leaf from openings left join events on events.position = openings.position where commitment > $1',
      '',
    );
    for await (const rows of pages)
      for (const { commitment, position, salt, name, leaf } of rows) {
        // Recorded since this began.
        if (position > size && leaf !== null) continue;
        const wrong = (detail: string): void => this.#findings.add('opening-wrong', detail, position);
        // Commitments may be shown, names may not.
        if (commitmentOf(salt, name) !== commitment)
          wrong(`The name kept for ${short(commitment)} is not the one committed to.`);
        if (!this.#misplaced.has(commitment) && !mentions(leaf ?? '', commitment))
          wrong(`The leaf does not mention ${short(commitment)}, for which a name is kept.`);
        const erased = this.#erased.get(commitment);
        if (erased === undefined) continue;
        const detail = `The name behind ${short(commitment)} was erased by this event, and is there again.`;
        this.#findings.add('erasure-undone', detail, erased);
      }
  }

  async #checkNameless(size: number): Promise<void> {
    const gone = [...this.#nameless].filter(([commitment]) => !this.#erased.has(commitment));
    if (gone.length === 0) return;
    // Erased since this began.
    const since = new Set<string>();
    const erasures = await this.#ledger.read<LeafRow>(
      "select position, leaf from events where position > $1 and type = 'PersonalDataErased'",
      size,
    );
    for (const { leaf } of erasures) for (const commitment of erasedBy(leaf)) since.add(commitment);
    for (const [commitment, position] of gone) {
      if (since.has(commitment)) continue;
      const detail = `The name behind ${short(commitment)} is gone, and no event erased it.`;
      this.#findings.add('opening-missing', detail, position);
    }
  }

  /** Like `postedIn` of the ledger: what the names may have been posted in. */
  async #emptiedBy({ position: end, initiativeId, recordId, commitments }: Erasure): Promise<number[]> {
    const positions: number[] = [];
    const brought = new Set<string>();
    const pages = this.#ledger.pages<ErasedFrom>('position', erasedFrom, 0, initiativeId, recordId, end);
    for await (const rows of pages)
      for (const { position, type, leaf, fingerprint_bytes } of rows) {
        const brings = commitments.filter((one) => !brought.has(one) && mentions(leaf, one));
        if (brings.length === 0 && !(brought.size > 0 && rules.namingPersons.has(type))) continue;
        for (const one of brings) brought.add(one);
        positions.push(position);
        if (fingerprint_bytes === null) continue;
        const detail = `The fingerprint of what was posted is there, though a name in it was erased at position ${end}.`;
        this.#findings.add('erasure-undone', detail, position);
      }
    return positions;
  }
}

/** An event of a record in which a name was erased. */
type ErasedFrom = LeafRow & { type: string; fingerprint_bytes: number | null };

const erasedFrom = `select position, type, leaf, length(fingerprint) as fingerprint_bytes from events
  where position > $1 and initiative_id = $2 and record_id = $3 and position < $4`;

const mentions = (leaf: string, commitment: string): boolean => leaf.includes(`"commitment":"${commitment}"`);

const short = (commitment: string): string => `${commitment.slice(0, 16)}…`;

function erasedBy(leaf: string): string[] {
  try {
    return eventOf(leaf).erased?.commitments ?? [];
  } catch {
    return [];
  }
}

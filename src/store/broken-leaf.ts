/** A leaf that no ledger wrote, or not at this place. */
export class BrokenLeaf extends Error {
  readonly position: number;
  readonly fault: string;
  constructor(position: number, fault: string) {
    super(`the leaf at position ${position} ${fault}`);
    this.position = position;
    this.fault = fault;
  }
}

/** Makes something of the leaf at a position. Throws BrokenLeaf where that fails. */
export function checked<T>(position: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new BrokenLeaf(position, `does not fit: ${error instanceof Error ? error.message : error}`);
  }
}

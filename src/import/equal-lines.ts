/** Counts equal contents by 53 bits of their hashes. If two contents have the same bits, they are counted together, in every run alike. */
export class EqualLines {
  /** Several, because a map has at most 2^24 keys. */
  readonly #counts = Array.from({ length: 64 }, () => new Map<number, number>());

  /** Gives how many lines with this content came before. */
  place(hash: Buffer): number {
    const bits = hash.readUInt32BE(0) * 2 ** 21 + (hash.readUInt32BE(4) >>> 11);
    const counts = this.#counts[bits % this.#counts.length];
    const before = counts?.get(bits) ?? 0;
    counts?.set(bits, before + 1);
    return before;
  }
}

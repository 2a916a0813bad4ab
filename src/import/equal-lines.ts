/**
 * How often each content was met, in some 20 bytes a content: a table of 53 bits of their hashes, with open
 * addressing. Should two contents have the same 53 bits, the later one is counted on from the other, in every run alike.
 */
export class EqualLines {
  /** 0: free. */
  #hashes = new Float64Array(1024);
  #counts = new Uint32Array(1024);
  #contents = 0;

  /** How many lines with the content of this hash came before. */
  place(hash: Buffer): number {
    // A free slot is told by 0, so no content has it.
    const wanted = hash.readUInt32BE(0) * 2 ** 21 + (hash.readUInt32BE(4) >>> 11) || 1;
    const slot = this.#slotOf(wanted);
    if (this.#hashes[slot] === 0) {
      this.#hashes[slot] = wanted;
      this.#counts[slot] = 1;
      this.#contents += 1;
      if (this.#contents > this.#hashes.length * 0.7) this.#grow();
      return 0;
    }
    const before = this.#counts[slot] ?? 0;
    this.#counts[slot] = before + 1;
    return before;
  }

  #slotOf(wanted: number): number {
    const { length } = this.#hashes;
    let slot = wanted % length;
    while (this.#hashes[slot] !== 0 && this.#hashes[slot] !== wanted) slot = (slot + 1) % length;
    return slot;
  }

  #grow(): void {
    const [hashes, counts] = [this.#hashes, this.#counts];
    this.#hashes = new Float64Array(hashes.length * 2);
    this.#counts = new Uint32Array(hashes.length * 2);
    for (const [i, hash] of hashes.entries()) {
      if (hash === 0) continue;
      const slot = this.#slotOf(hash);
      this.#hashes[slot] = hash;
      this.#counts[slot] = counts[i] ?? 0;
    }
  }
}

/** Items that wait, each for somebody: whoever has many waits for their own, and the next of everybody else comes before them. */
export class FairQueue<T> {
  /** By whom they are for; the first of these has the next turn. */
  readonly #waiting = new Map<string, T[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  lengthOf(who: string): number {
    return this.#waiting.get(who)?.length ?? 0;
  }

  add(who: string, item: T): void {
    const items = this.#waiting.get(who);
    if (items) items.push(item);
    else this.#waiting.set(who, [item]);
    this.#length++;
  }

  /** What `take` would give. */
  get next(): T | undefined {
    for (const [item] of this.#waiting.values()) return item;
    return undefined;
  }

  take(): T | undefined {
    for (const [who, items] of this.#waiting) {
      const item = items.shift();
      this.#length--;
      // Behind all others.
      this.#waiting.delete(who);
      if (items.length > 0) this.#waiting.set(who, items);
      return item;
    }
    return undefined;
  }
}

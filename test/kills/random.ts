import { hash } from 'node:crypto';

/** Choices that a seed determines. */
export class Random {
  readonly #seed: string;
  #drawn = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** From 0 to less than 1. */
  share(): number {
    return this.#bytes().readUInt32BE() / 2 ** 32;
  }

  /** A whole number from 0 to less than this. */
  below(count: number): number {
    return Math.floor(this.share() * count);
  }

  /** So many times of a hundred. */
  percent(times: number): boolean {
    return this.share() * 100 < times;
  }

  /** Of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  uuid(): string {
    return this.#bytes()
      .toString('hex')
      .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
  }

  #bytes(): Buffer {
    return hash('sha256', `${this.#seed} ${this.#drawn++}`, 'buffer');
  }
}

import { Refusal } from '../errors.ts';

/** Bounds how much of a kind is under way in this process. */
export class Places {
  readonly #what: string;
  #taken = 0;

  /** what: in the plural, for the message. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Takes a place until it is disposed. Throws Refusal `overloaded` where as many are taken as there may be. */
  take(most: number): Disposable {
    if (this.#taken >= most)
      throw new Refusal('overloaded', `As many ${this.#what} are under way as may be: ${most}.`);
    this.#taken += 1;
    return {
      [Symbol.dispose]: () => {
        this.#taken -= 1;
      },
    };
  }
}

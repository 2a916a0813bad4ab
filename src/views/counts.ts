import type { Store } from '../store/store.ts';
export class Counts {
  readonly store: Store;
  constructor(store: Store) {
    this.store = store;
  }
}

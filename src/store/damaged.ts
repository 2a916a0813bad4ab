import type { Head } from '../db/rows.ts';
import { Refusal } from '../errors.ts';

/** What is stored does not fit together, so nothing can be recorded until the operator has repaired it. */
export class Damaged extends Refusal {
  constructor(detail: string) {
    super('storage-unavailable', `${detail} Nothing is recorded before that is repaired.`);
  }
}

/** The log does not go on from where this process saw it end: the database was replaced, or lost what it had acknowledged. */
export class WentBack extends Refusal {
  constructor({ position }: Head, seen: Head) {
    super(
      'history-fork',
      `The log ends at ${position}; this instance has seen it end at ${seen.position} with root ${Buffer.from(seen.rootHash).toString('hex')}, and the log does not extend that. The database was replaced by another copy, or lost what it had acknowledged. This instance records nothing until it is restarted.`,
    );
  }
}

/** The database refused what a group needs, perhaps because of one request in it; the cause says what it said. */
export class Refused extends Refusal {
  constructor(cause: unknown) {
    super(
      'storage-unavailable',
      'The database refuses what the ledger needs; the log of the server says what.',
    );
    this.cause = cause;
  }
}

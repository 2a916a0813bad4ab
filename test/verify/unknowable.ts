import type { Test } from 'tap';
import type { Said } from './mutations.ts';

/** Changes of which verification says nothing, and why: they can't be known, or can't matter. */
export const unknowable: { change: RegExp; why: string }[] = [
  {
    change: /^events \(\d+\): fingerprint (one bit|zeros|emptied)$/,
    why: 'What was posted is not kept, so its fingerprint can not be made again. At worst a repeat under the same eventId is refused, or taken for one.',
  },
  {
    change: /^checkpoints \(\d+\): signed_at \+ 1$/,
    why: 'The signature does not cover the time: it is known up to the event before it and the checkpoint after it.',
  },
  {
    change:
      /^signing_keys \(log\.example\.org\/milestones\+.*\): (signs_from|signs_until) (\+ 1|negated|far ahead)$/,
    why: 'Of a name that the log no longer has: the directory that knows its times is another one. They are known as far as its checkpoints tell.',
  },
  {
    change: /^signing_keys \(log\.example\.org\/milestones\+.*\): the row deleted$/,
    why: 'A key of a name that the log no longer has, and that signed nothing that is left.',
  },
  {
    change: /^idempotency_keys \(\d+\): the row deleted$/,
    why: 'Kept answers are forgotten after two days. A repeat is then recorded again, which the log shows.',
  },
  {
    change: /^idempotency_keys \(\d+\): id (\+ 1|far ahead)$/,
    why: 'Only the order of the numbers counts.',
  },
  {
    change: /^idempotency_keys \(18\): (key|extra|mac|fingerprint) .*$/,
    why: 'The last one: of an answer whose fingerprint an erasure emptied, and with it what told. It is never given again.',
  },
  {
    change: /^principals \(/,
    why: 'What principals are called stands beside the log and can be erased; what they may do is in the log.',
  },
  {
    change: /^tokens \(/,
    why: 'Tokens stand beside the log, so that they can be ended. Whoever can write the database can make one: `token list` shows all, and what is done with one is in the log.',
  },
  {
    change: /^sessions \(/,
    why: 'Sessions stand beside the log, so that they can be ended, as tokens do. What is done in one is in the log.',
  },
  {
    change: /^count_snapshots \(.*\): (since .*|the row deleted)$/,
    why: 'Counts are kept to save time only; since is a column that only an earlier version writes and reads.',
  },
  {
    change: /^records \(\d+\): (pillar|zone|sector|instrument|facets|words) /,
    why: 'Columns that only an earlier version writes and reads.',
  },
  {
    change: /^search_index \(1\): (version|generation) /,
    why: 'Nobody reads an index that another version filled, and the next service fills it anew, with another generation.',
  },
  {
    change: /^(search_texts \(1033\)|search_segments \(800\)): the row deleted$/,
    why: 'The last ones: what is behind the search index is searched one by one, and filled in again.',
  },
  {
    change: /^kysely_migration \(.*\): timestamp /,
    why: 'When a migration ran, of which only those before the last kept answer are asked.',
  },
  {
    change: /^(the fill factor of a table|who may read)$/,
    why: 'It decides about room and time, or about who sees the ledger, and not about what is in it.',
  },
  {
    change: /^kysely_migration_lock /,
    why: 'A row that Kysely makes and does not read on these engines.',
  },
];

export const isUnknowable = (name: string): boolean => unknowable.some(({ change }) => change.test(name));

/** Fails for each change of which nothing is found, and for which no reason is given. Gives the reasons that were needed. */
export async function checkFound(t: Test, changes: AsyncIterable<Said>): Promise<Set<object>> {
  const needed = new Set<object>();
  let found = 0;
  for await (const { name, said, refused } of changes) {
    if (refused !== undefined) continue;
    if (said.length > 0) found += 1;
    else {
      const known = unknowable.find(({ change }) => change.test(name));
      if (known) needed.add(known);
      else t.fail(`nothing is found: ${name}`);
    }
  }
  t.ok(found > 10, `${found} changes are found`);
  return needed;
}

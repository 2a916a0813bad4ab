import type { Asking } from '../src/shapes/asking.ts';
import type { Context, MakingType, Refuse } from '../src/shapes/event-type.ts';
import { namesOf } from '../src/shapes/party-names.ts';
import type { LedgerRecord } from '../src/shapes/record.ts';

/**
 * Several names mean the same party from here on, wherever records are found and counted by party. The ledger makes this event where
 * an administrator asks for it by the path of its own; nobody can post it among others.
 */
export const partyNamed = {
  type: 'PartyNamed',
  makes: 'party',
  right: 'administer',
  examples: [
    {
      type: 'PartyNamed',
      recordId: 'party-0193',
      data: {
        name: 'Ministry of Digital Development and Information, Singapore',
        aliases: ['Ministry of Communications and Information, Singapore', 'MCI'],
        country: 'SG',
      },
      reason: { code: 'other', text: 'The ministry has a new name since July 2024.' },
    },
  ],
  check: checkNames,
} satisfies MakingType;

/** A name means one party at most. */
function* checkNames(
  record: LedgerRecord,
  _before: LedgerRecord | undefined,
  context: Context,
  refuse: Refuse,
): Asking<void> {
  if (record.kind !== 'party') return;
  const { name, aliases } = record.data;
  const own = namesOf(record.data);
  if (own.length > 0 && new Set(own).size <= aliases.length)
    throw refuse('rule-violated', `An alias of ${name} stands twice, or is its name.`, '/aliases');
  for (const other of yield* context.namedParties()) {
    if (other.recordId === record.recordId) continue;
    const taken = new Set(namesOf(other.data)).intersection(new Set(own)).values().next().value;
    if (taken === undefined) continue;
    const place = own.indexOf(taken) - 1;
    const detail = `${aliases[place] ?? name} is a name of ${other.data.name} already.`;
    throw refuse('alias-taken', detail, place === -1 ? '/name' : `/aliases/${place}`);
  }
}

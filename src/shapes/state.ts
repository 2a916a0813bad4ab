import type { Json } from './canonical-json.ts';
import { jsonEqual } from './merge-patch.ts';
import type { LedgerRecord, Source } from './record.ts';

/** What a correction's patch applies to. */
export function stateOf(record: LedgerRecord): { [member: string]: Json } {
  const { occurredOn, data, sources } = record;
  const state = { ...(occurredOn === undefined ? {} : { occurredOn }), data, sources };
  // Records are JSON; interfaces just lack the index signature that the type of JSON has.
  return state as unknown as { [member: string]: Json };
}

/** Sources add up; one that is there already is not added again. */
export function withSources(present: Source[], added: Source[] = []): Source[] {
  const fresh = added.filter((source) => !present.some((other) => jsonEqual(source as Json, other as Json)));
  return fresh.length === 0 ? present : [...present, ...fresh];
}

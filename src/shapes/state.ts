import { canonicalJson, type Json } from './canonical-json.ts';
import { diff, type FieldChange } from './merge-patch.ts';
import { revealed } from './people.ts';
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
  if (added.length === 0) return present;
  const known = new Set(present.map((source) => canonicalJson(source)));
  const fresh = added.filter((source) => !known.has(canonicalJson(source)));
  return fresh.length === 0 ? present : [...present, ...fresh];
}

/** Compares field by field. Sources that were added at the end are listed one by one. */
export function changesBetween(before: LedgerRecord | undefined, after: LedgerRecord): FieldChange[] {
  const { kind, status, sources: had = [] } = before ?? { ...after, sources: [] };
  const { sources: has, ...state } = stateOf(after) as { sources: Json[]; [member: string]: Json };
  const { sources: _, ...stateBefore } = before ? stateOf(before) : { data: {}, sources: [] };
  const fields = diff({ ...stateBefore, kind, status }, { ...state, kind: after.kind, status: after.status });
  const kept = has.slice(0, had.length);
  // Sources are JSON; their type just lacks the index signature.
  const changed = diff(had as unknown as Json, kept, '/sources');
  if (changed.length > 0) return [...fields, ...diff(had as unknown as Json, has, '/sources')];
  return [...fields, ...has.slice(had.length).map((to, i) => ({ path: `/sources/${had.length + i}`, to }))];
}

/** A change with the names of persons, or `[erased]`, in place of commitments. */
export const revealedChange = (
  { path, from, to }: FieldChange,
  names: ReadonlyMap<string, string>,
): FieldChange => ({
  path,
  ...(from !== undefined && { from: revealed(from, names) }),
  ...(to !== undefined && { to: revealed(to, names) }),
});

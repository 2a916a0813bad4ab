import { derivedId } from '../../ledger/derived-id.ts';
import type { Posting } from '../../ledger/posting.ts';
import type { Posted } from '../../shapes/posted.ts';
import type { SyncOptions } from './report.ts';

/** The events of a step, and its place among all steps that have some. */
export interface Todo {
  place: number;
  events: Posted[];
  /** Of the row. */
  line?: number;
}

/** The first half of the hash tells nothing about names of persons, so ids may follow from it for ever. */
const syncIdOf = (hash: string): string => hash.slice(0, 32);

/** The ids of the events of a sync, by the place of their step and their own place in it. */
export const idsOf =
  (key: Buffer, initiativeId: string, hash: string) =>
  (place: number, index: number): string =>
    derivedId(key, 'sync', initiativeId, syncIdOf(hash), place, index);

export const correlationIdOf = (hash: string): string => `sync-${syncIdOf(hash)}`;

/** hash: of the plan; undefined in a preview, whose events need no ids. */
export function postingOf(
  { place, events }: Todo,
  { initiativeId, principal, authority }: SyncOptions,
  key: Buffer,
  hash: string | undefined,
): Posting {
  const idAt = hash === undefined ? undefined : idsOf(key, initiativeId, hash);
  const ids = (index: number) =>
    idAt && hash !== undefined
      ? { eventId: idAt(place, index), correlationId: correlationIdOf(hash) }
      : undefined;
  return {
    initiativeId,
    principal,
    authority,
    items: events.map((event, index) => ({ index, pointer: '', event: { ...event, ...ids(index) } })),
    dryRun: false,
  };
}

import type { AnswerKey, NumberedIds, RecordRef } from './facts.ts';
import { kindMadeBy, type Posting } from './posting.ts';

/** The records that the decisions of a group are sure to ask for, each once, so that they are loaded together. */
export function refsOf(group: Posting[]): RecordRef[] {
  const refs = new Map<string, RecordRef>();
  for (const { initiativeId, items } of group) {
    const add = (recordId: string): void =>
      void refs.set(`${initiativeId}/${recordId}`, { initiativeId, recordId });
    add(initiativeId);
    for (const { event } of items) {
      if (event.recordId !== undefined) add(event.recordId);
      if ('reason' in event && event.reason.duplicateOf !== undefined) add(event.reason.duplicateOf);
      if ('data' in event) referencesIn(event.data ?? {}).forEach(add);
      // Not checked against a schema yet, so each member may be anything.
      if ('changes' in event) referencesIn(event.changes.data ?? {}).forEach(add);
    }
  }
  return [...refs.values()];
}

function referencesIn(data: object): string[] {
  const { meetingId, madeAt, scope, renews, under } = data as { [member: string]: unknown };
  const about = typeof scope === 'string' && scope.startsWith('meeting:') ? scope.slice(8) : undefined;
  const renewed = (renews as { recordId?: unknown } | null | undefined)?.recordId;
  return [meetingId, madeAt, about, renewed, ...(Array.isArray(under) ? under : [])].filter(
    (recordId) => typeof recordId === 'string',
  );
}

/** Whose numbers new records take that come without an id. */
export const numbersOf = (group: Posting[]): NumberedIds[] =>
  group.flatMap(({ initiativeId, items }) =>
    items.flatMap(({ event: { type, recordId } }) => {
      const kind = kindMadeBy.get(type);
      return recordId === undefined && kind !== undefined ? [{ initiativeId, kind }] : [];
    }),
  );

export const correctedRefsOf = (group: Posting[]): RecordRef[] =>
  group.flatMap(({ initiativeId, items }) =>
    items.flatMap(({ event: { type, recordId } }) =>
      type === 'RecordCorrected' && recordId !== undefined ? [{ initiativeId, recordId }] : [],
    ),
  );

export const eventIdsOf = (group: Posting[]): string[] =>
  group.flatMap(({ items }) => items.flatMap(({ event }) => event.eventId ?? []));

/** A dry run ignores keys. */
export const answerKeysOf = (group: Posting[]): AnswerKey[] =>
  group.flatMap(({ principal, initiativeId, idempotency, dryRun }) =>
    idempotency && !dryRun ? [{ principal, initiativeId, key: idempotency.key }] : [],
  );

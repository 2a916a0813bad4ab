import { invalid } from '../../ledger/posting.ts';
import { rules } from '../../rules.ts';
import { pointerOf } from '../../shapes/merge-patch.ts';
import type { Posted } from '../../shapes/posted.ts';
import { columns } from '../columns.ts';
import type { SyncRow } from './row-plan.ts';

/** Between the parts of a key that several columns are together. */
const keySeparator = ' / ';

/** Kinds of which a list may have rows. Those with an external id are found by it. */
const kindsOfRows = new Map([
  ['mou', true],
  ['project', true],
  ['meeting', false],
  ['claim', false],
  // Of our own lists.
  ['initiative', false],
]);

/** Whether a row is found by its record's external id; false: by its record id. */
export const isByExternalId = (kind: string, key: readonly string[]): boolean =>
  kindsOfRows.get(kind) === true && !(key.length === 1 && key[0] === 'recordId');

/** The columns of a key that are not ours. */
export const foreignIn = (key: readonly string[]): string[] => key.filter(isForeign);

const isForeign = (name: string): boolean => name !== 'externalId' && !columns.has(name);

/**
 * A row of a list from the event that would make its record. cellOf: the text in a column that is not ours. Throws Refusal `invalid-body` for a row
 * that has no key, or that makes no record of a list.
 */
export function syncRowOf(
  event: Posted,
  key: readonly string[],
  empty: readonly string[][],
  cellOf: (name: string) => string | undefined = () => undefined,
): SyncRow {
  const kind = rules.madeBy(event.type) ?? '';
  if (!kindsOfRows.has(kind))
    throw invalid({
      pointer: '/type',
      detail: 'must make an MoU, a project, a meeting or a claim: a list is of these',
    });
  if (event.repeat !== undefined)
    throw invalid({ pointer: '/repeat', detail: 'can have no key, so a list has a row for each record' });
  if (!isByExternalId(kind, key)) {
    const { recordId } = event;
    if (recordId !== undefined) return { key: recordId, event, empty };
    throw invalid({ pointer: '/recordId', detail: 'is required, as it is the key' });
  }
  const parts = key.map((name) => {
    const part = (memberOf(event, name) ?? (isForeign(name) ? cellOf(name) : undefined))?.trim();
    if (part) return part;
    throw invalid({ pointer: pointerOfKey(name), detail: 'is required, as it is the key' });
  });
  const externalId = parts.join(keySeparator);
  if (externalId.length > 200)
    throw invalid({ pointer: pointerOfKey(key[0] ?? ''), detail: 'makes a key of more than 200 characters' });
  return { key: externalId, event: { ...event, data: { ...event.data, externalId } }, empty };
}

/** The path of a column of ours, of which the sender's own key has a short name. */
const pathOf = (name: string): string[] => (name === 'externalId' ? ['data', name] : name.split('.'));

const pointerOfKey = (name: string): string => pointerOf(pathOf(name));

function memberOf(event: object, name: string): string | undefined {
  let value: unknown = event;
  for (const member of pathOf(name)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = (value as { [member: string]: unknown })[member];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

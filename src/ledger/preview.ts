import type { Asking } from '../shapes/asking.ts';
import { diff, type FieldChange } from '../shapes/merge-patch.ts';
import { commitmentsInText } from '../shapes/people.ts';
import type { Version } from '../shapes/record.ts';
import { revealedChange, stateOf } from '../shapes/state.ts';
import type { Draft } from './draft.ts';
import type { Recorded } from './recorded.ts';
import { itemsAtOnce } from './turns.ts';
import type { World } from './world.ts';

/** What a request would record, with what each event would change in its record. */
export function* previewed(recorded: Recorded[], draft: Draft, world: World): Asking<Recorded[]> {
  const changes = new Map<number, FieldChange[]>();
  const commitments = new Set<string>();
  for (const [i, { position, before, after }] of draft.changes.entries()) {
    if (i % itemsAtOnce === 0) yield [];
    if (!before) continue;
    // Item by item, as a list may have a thousand.
    const changed = diff(stateAndStatus(before), stateAndStatus(after), '', true);
    changes.set(position, changed);
    for (const commitment of commitmentsInText(JSON.stringify(changed))) commitments.add(commitment);
  }
  yield* world.names.load([...commitments]);
  const names = new Map<string, string>();
  for (const commitment of commitments) {
    const held = yield* draft.name(commitment);
    if (held) names.set(commitment, held.name);
  }
  return recorded.map((one) => {
    const changed = changes.get(one.position);
    return changed ? { ...one, changes: changed.map((change) => revealedChange(change, names)) } : one;
  });
}

const stateAndStatus = ({ record }: Version) => ({
  ...stateOf(record),
  kind: record.kind,
  status: record.status,
});

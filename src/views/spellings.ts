import { folded } from '../shapes/folded.ts';
import { bytewise } from './bytewise.ts';

/** Texts that are the same when folded. */
export interface Spellings {
  /** The commonest spelling, which stands for all; among equally common ones the bytewise smallest. */
  shown: string;
  all: string[];
}

/** Groups texts that are the same when folded. Each text is given once, with the number of its uses. */
export function spellingsOf(used: Iterable<readonly [text: string, times: number]>): Spellings[] {
  const groups = new Map<string, Spellings & { times: number }>();
  for (const [text, times] of used) {
    const key = folded(text);
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { shown: text, all: [text], times });
      continue;
    }
    group.all.push(text);
    if (times > group.times || (times === group.times && bytewise(text, group.shown) < 0))
      Object.assign(group, { shown: text, times });
  }
  return [...groups.values()];
}

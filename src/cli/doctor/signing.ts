import { headOf } from '../../db/rows.ts';
import type { Database } from '../../db/schema.ts';
import { forkOf, signedTreeOf, waysOut } from '../../signer/fork.ts';
import { isCurrent } from '../../signer/loss.ts';
import { StoredTree } from '../../store/tree.ts';
import { endOf } from '../../verify/start.ts';
import { type Check, type Finding, type Opened, ok, warning, wrong } from './check.ts';
import { counted, duration } from './words.ts';

/** A service signs about once a second. */
const unsignedMaxMs = 60_000;

const lost =
  'Set SIGNER_DIR to the directory that this log was signed with. docs/prove.md, "A lost SIGNER_DIR", says what to do where it is lost.';

/** Whether the log has everything that was signed, and whether this is the signer of this log. */
export const signer: Check<Opened> = {
  name: 'signer',
  async look({ config: { SIGNER_DIR }, ledger, start, signer, nowMs }) {
    const head = headOf(endOf(start));
    const store = {
      rootAt: (size: number) => ledger.answered(new StoredTree(ledger.reader.dialect).rootAt(size)),
    };
    if (head.forkedFrom) {
      const fork = await forkOf(store, head, head.forkedFrom);
      if (fork !== undefined) return [wrong(`${fork} Nothing is recorded. ${waysOut}`)];
    }
    if (signer === undefined) return [ok('this instance does not sign, as SIGNER_DIR is empty')];
    const current = start.keys.filter((key) => isCurrent(key, start.origin, nowMs));
    if ('unread' in signer) {
      if (signer.unread === 'there are no keys in it' && current.length === 0)
        return [ok(`${SIGNER_DIR} has no keys yet: the next start makes one`)];
      return [wrong(`${SIGNER_DIR} can't be used (${signer.unread}). ${lost}`)];
    }
    if (signer.origin !== start.origin)
      return [
        wrong(`${SIGNER_DIR} belongs to the log ${signer.origin}, and this log is ${start.origin}. ${lost}`),
      ];
    const held = new Set(signer.keys.map(({ vkey }) => vkey));
    if (current.some(({ vkey }) => !held.has(vkey)))
      return [wrong(`${SIGNER_DIR} does not hold the key that signs this log. ${lost}`)];
    const { state } = signer;
    if (state === undefined)
      return [wrong(`state.json is missing in ${SIGNER_DIR}, so nothing guards the history. ${lost}`)];
    const fork = await forkOf(store, head, signedTreeOf(state));
    if (fork !== undefined) return [wrong(`${fork} ${waysOut}`)];
    return [
      ok(`signs as ${start.origin}, and the log has all ${counted(state.size, 'event')} that it signed`),
    ];
  },
};

/** How old the newest checkpoint is, and what is not signed. */
export const checkpoint: Check<Opened> = {
  name: 'checkpoint',
  async look({ ledger, start, nowMs, isServed, config: { SIGNER_DIR } }): Promise<Finding[]> {
    const { position, recorded_at } = endOf(start);
    const [newest] = await ledger.read<Pick<Database['checkpoints'], 'size' | 'signed_at'>>(
      'select size, signed_at from checkpoints order by size desc limit 1',
    );
    const unsigned = position - (newest?.size ?? 0);
    const age = newest
      ? `the newest is of ${counted(newest.size, 'event')}, signed ${duration(Math.max(0, nowMs - newest.signed_at))} ago`
      : 'none was signed yet';
    if (unsigned <= 0) return [ok(position === 0 ? 'there is nothing to sign yet' : age)];
    const text = `${age}; ${counted(unsigned, 'event')} after it`;
    if (nowMs - recorded_at < unsignedMaxMs) return [ok(`${text}, recorded just now`)];
    if (isServed && SIGNER_DIR !== '')
      return [wrong(`${text}, and the service does not sign them. Its log says why: look for "checkpoint".`)];
    if (isServed)
      return [warning(`${text}. One instance must have SIGNER_DIR: start it, or look at its log.`)];
    return [
      SIGNER_DIR === ''
        ? warning(`${text}. Start the instance that has SIGNER_DIR.`)
        : ok(`${text}, which the next start signs`),
    ];
  },
};

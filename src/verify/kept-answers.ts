import type { Database } from '../db/schema.ts';
import type { AnswerExtra, AnsweredItem, Warning } from '../ledger/facts.ts';
import { answerMac } from '../store/check-values.ts';
import type { Findings } from './findings.ts';
import type { Start } from './start.ts';
import { beforeAll, type StoredLedger } from './stored-ledger.ts';
import { isEqual } from './tree.ts';

/** Erasures empty the fingerprints of requests that a name may have been posted in. */
const emptyFingerprint = new Uint8Array(32);

/** Positions whose fingerprints erasures emptied, by initiative. */
type Emptied = ReadonlyMap<string, ReadonlySet<number>>;

/** A kept answer; of the events in its range, how many there are, of its initiative, of its principal, and of its time. */
type StandsFor = Database['idempotency_keys'] & {
  id: number;
  events: number;
  own: number;
  by_principal: number;
  at_once: number;
};

const standsFor = `select kept.*, count(events.position) as events,
    count(*) filter (where events.initiative_id = kept.initiative_id) as own,
    count(*) filter (where events.recorded_by = kept.principal) as by_principal,
    count(*) filter (where events.recorded_at = kept.recorded_at) as at_once
  from idempotency_keys as kept
  left join events on events.position between kept.first_position and kept.last_position
  where kept.id > $1 and kept.id <= $2 group by kept.id`;

/** Kept answers, against the events that they stand for, and against what they were written with. */
export async function checkKeptAnswers(
  ledger: StoredLedger,
  start: Start,
  findings: Findings,
  emptied: Emptied,
): Promise<void> {
  let lastPosition = 0;
  let hasMacs = false;
  for await (const rows of ledger.pages<StandsFor>('id', standsFor, beforeAll, start.lastKeptAnswer))
    for (const row of rows) {
      const fault =
        rowFault(row, lastPosition) ??
        (await rangeFault(row, ledger, emptied)) ??
        macFault(row, start, hasMacs);
      hasMacs ||= row.mac !== null;
      if (fault === undefined) lastPosition = row.last_position;
      else findings.add('kept-answer-differs', `The kept answer ${row.id} ${fault}.`, row.first_position);
    }
}

/** lastPosition: that of the row before. */
function rowFault(row: StandsFor, lastPosition: number): string | undefined {
  const { id, first_position: first, last_position: last, key, fingerprint } = row;
  if (id < 1) return 'has a number that none gets';
  if (first < 1 || last < first) return `has no range: ${first} to ${last}`;
  // They are numbered in the order in which they were recorded.
  if (first <= lastPosition) return `stands for events of the one before, which goes to ${lastPosition}`;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) return 'has a key that nobody can send';
  return fingerprint.length === 32 ? undefined : `has a fingerprint of ${fingerprint.length} bytes`;
}

async function rangeFault(
  row: StandsFor,
  ledger: StoredLedger,
  emptied: Emptied,
): Promise<string | undefined> {
  const { first_position: first, last_position: last } = row;
  if (row.events !== last - first + 1) return 'stands for events that are not there';
  if (row.own !== row.events) return 'stands for events of another initiative';
  if (row.by_principal !== row.events) return 'stands for events of another principal';
  if (row.at_once !== row.events) return 'stands for events that were not recorded at its time';
  const extra = row.extra === null ? {} : extraOf(row.extra);
  if (!extra) return `can't be read`;
  const { items } = extra;
  const before = (items ?? []).flatMap(([, position, replayed]) => (replayed === 1 ? [position] : []));
  for (const at of before) {
    const [event] = await ledger.read<{ initiative_id: string }>(
      'select initiative_id from events where position = $1',
      at,
    );
    if (at >= first || event?.initiative_id !== row.initiative_id)
      return `names position ${at}, which it can't stand for`;
  }
  const recorded = (items ?? []).filter(([, , replayed]) => replayed === 0).map(([, position]) => position);
  if (items && (recorded.length !== row.events || recorded.some((position, i) => position !== first + i)))
    return `names other positions than ${first} to ${last}`;
  const has = [...(emptied.get(row.initiative_id) ?? [])].some(
    (at) => (at >= first && at <= last) || before.includes(at),
  );
  const isEmpty = isEqual(row.fingerprint, emptyFingerprint);
  if (has && !isEmpty) return 'has a fingerprint, though a name in what was posted is erased';
  return isEmpty && !has ? 'has no fingerprint, though nothing in what was posted is erased' : undefined;
}

/** hasMacs: whether a row before has one. */
function macFault(row: StandsFor, start: Start, hasMacs: boolean): string | undefined {
  if (row.mac === null)
    return hasMacs || row.recorded_at > start.checkedSince
      ? 'lacks what tells whether it is as it was written'
      : undefined;
  // What it was made over is gone with the name.
  if (isEqual(row.fingerprint, emptyFingerprint)) return undefined;
  return isEqual(answerMac(start.fingerprintKey, row), row.mac)
    ? undefined
    : 'is not as it was written, or the key of the fingerprints is another';
}

/** What is not as this ledger writes it is undefined. */
function extraOf(text: string): AnswerExtra | undefined {
  try {
    // Its shape is not taken for granted.
    const extra = JSON.parse(text) as AnswerExtra;
    const { items, warnings, ...others } = extra;
    const isRight =
      Object.keys(others).length === 0 &&
      (items === undefined || items.every(isItem)) &&
      (warnings === undefined || warnings.every(isWarning));
    return isRight ? extra : undefined;
  } catch {
    return undefined;
  }
}

const isItem = ([index, position, replayed]: AnsweredItem): boolean =>
  Number.isSafeInteger(index) && Number.isSafeInteger(position) && (replayed === 0 || replayed === 1);

const isWarning = ({ code, pointer, detail }: Warning): boolean =>
  typeof code === 'string' && typeof pointer === 'string' && typeof detail === 'string';

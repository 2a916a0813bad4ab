import type { FieldChange } from '../shapes/merge-patch.ts';
import type { AnswerExtra, AnsweredItem, LoggedEvent, Warning } from './facts.ts';

/** An event of an answer: recorded now, or under its id before. */
export type Recorded = Omit<LoggedEvent, 'initiativeId' | 'fingerprint'> & {
  index: number;
  replayed?: true;
  /** Of a dry run: what the event would change in a record that is there. */
  changes?: FieldChange[];
};

/** What must be kept of an answer beside its range of positions. */
export function extraOf(recorded: Recorded[], warnings: Warning[]): AnswerExtra | null {
  const first = recorded[0]?.position ?? 0;
  const plain = recorded.every(
    ({ index, position, replayed }, i) => index === i && position === first + i && !replayed,
  );
  if (plain && warnings.length === 0) return null;
  const items = recorded.map(
    ({ index, position, replayed }): AnsweredItem => [index, position, replayed ? 1 : 0],
  );
  return { ...(plain ? {} : { items }), ...(warnings.length === 0 ? {} : { warnings }) };
}

export function recordedOf(
  index: number,
  event: Omit<LoggedEvent, 'initiativeId' | 'fingerprint'>,
  replayed: boolean,
): Recorded {
  const { position, eventId, recordId, version, type, recordedAt, leafHash } = event;
  return {
    index,
    position,
    eventId,
    recordId,
    version,
    type,
    recordedAt,
    leafHash,
    ...(replayed ? { replayed } : {}),
  };
}

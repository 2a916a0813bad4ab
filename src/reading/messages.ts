import Sqlite from 'better-sqlite3';
import type { Visible } from '../access/visible.ts';
import type { Head } from '../db/rows.ts';
import { type ProblemCode, Refusal } from '../errors.ts';
import type { Computed } from './computed.ts';
import type { AskedOf, TaskName } from './tasks.ts';

/** What a thread is told when it begins. */
export interface Begun {
  /** Of the ledger, which the thread that records has open. */
  file: string;
  origin: string;
}

/** What a thread is told. A question is followed by others with its number, each for the next piece, where more follows. */
export type ToThread = Question | { next: number } | { cancel: number } | 'ping';

export interface Question {
  id: number;
  task: TaskName;
  asked: Omit<AskedOf<TaskName>, 'visible'>;
  /** What may be seen: kept by the thread at this place, and sent where it is not there yet, as it may name thousands of initiatives. */
  place: number;
  visible?: Visible;
  head: Head;
  swaps: number;
}

/** What a thread says: one answer to each question, and to each that asks for a piece; or that it is alive. */
export type FromThread = Answered | 'alive';

export type Answered =
  | { id: number; computed: Omit<Computed, 'rest'>; more: boolean }
  | { id: number; piece: Uint8Array | undefined }
  | { id: number; failure: Failure };

/** An error, as a message can hold it. */
type Failure =
  | { refused: { code: ProblemCode; detail: string; members: Refusal['members'] }; cause?: Failure }
  | { sqlite: { code: string; message: string } }
  | { bug: { message: string; stack: string | undefined } };

export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) {
    const { code, message: detail, members, cause } = error;
    return { refused: { code, detail, members }, ...(cause !== undefined && { cause: failureOf(cause) }) };
  }
  if (error instanceof Sqlite.SqliteError) return { sqlite: { code: error.code, message: error.message } };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { bug: { message, stack } };
}

export function errorOf(failure: Failure): Error {
  if ('sqlite' in failure) return new Sqlite.SqliteError(failure.sqlite.message, failure.sqlite.code);
  if ('bug' in failure) return Object.assign(new Error(failure.bug.message), { stack: failure.bug.stack });
  const { code, detail, members } = failure.refused;
  const cause = failure.cause && errorOf(failure.cause);
  return Object.assign(new Refusal(code, detail, members), cause && { cause });
}

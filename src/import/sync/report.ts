import type { LineError } from '../../errors.ts';
import type { Warning } from '../../ledger/facts.ts';
import type { Authority } from '../../ledger/posting.ts';
import type { Reason, Source } from '../../shapes/fields.ts';
import type { Basis } from '../../store/receipt.ts';
import type { FaultGroup } from '../faults.ts';
import type { LineSettings } from '../line-checker.ts';
import type { Planned } from './row-plan.ts';

export interface SyncOptions extends Omit<LineSettings, 'fingerprintKey' | 'importId' | 'key'> {
  /** The columns that are the key together, or `externalId`, or `recordId`. */
  key: readonly string[];
  reason: Reason;
  /** Of the list. */
  sources: Source[];
  /** What is done about records that the list has no more. */
  missing: 'keep' | 'retract';
  /** The hash of the preview that is to be done; undefined: to preview. */
  expect: string | undefined;
  /** Items of the answer, and how many are left out before them. */
  limit: number;
  after: number;
  principal: string;
  authority: Authority;
  /** Nobody else uses the ledger. */
  alone: boolean;
}

/** What a sync does about one record. */
export interface SyncItem extends Pick<Planned, 'action' | 'changes'> {
  /** Of the row in the list; of a record that is gone, by which it was known. */
  key: string;
  /** Absent where the ledger makes one. */
  recordId?: string;
  /** Absent: the list has no row. */
  line?: number;
}

/** Something that whoever syncs should know; no reason to refuse. */
export interface SyncWarning {
  /** Absent: it is about the list as a whole. */
  line?: number;
  code: NonNullable<Planned['kept']> | 'nothing-retracted' | Warning['code'];
  /** Into the event that it is about, if it is about one. */
  pointer?: string;
  detail: string;
}

export interface SyncReport {
  /** Of this file, these options, and what is planned. */
  hash: string;
  /** Of every event of it. */
  correlationId: string;
  new: number;
  changed: number;
  gone: number;
  unchanged: number;
  /** Rows that can't be recorded. */
  refused: number;
  /** Events that it makes. */
  events: number;
  /** Of the events, those that were recorded now, and before; absent in a preview. */
  recorded?: number;
  alreadyRecorded?: number;
  items: SyncItem[];
  /** The `after` of the next items; absent: there are none. */
  next?: number;
  warnings: SyncWarning[];
  faults: FaultGroup[];
  /** The first errors. */
  errors: LineError[];
  basis: Basis;
}

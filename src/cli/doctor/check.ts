import type { Config } from '../../config.ts';
import type { SignerFiles } from '../../verify/signer-files.ts';
import type { Start } from '../../verify/start.ts';
import type { StoredLedger } from '../../verify/stored-ledger.ts';

/** ok: as it should be. warning: it works, and something is to be done. wrong: it does not work, or protects nothing. */
export type Status = 'ok' | 'warning' | 'wrong';

/** What a check found: one line. Whatever is not ok says what to do. */
export interface Finding {
  status: Status;
  detail: string;
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const warning = (detail: string): Finding => ({ status: 'warning', detail });
export const wrong = (detail: string): Finding => ({ status: 'wrong', detail });

/** Looks at one thing and changes nothing. It gives no finding where there is nothing of the kind. */
export interface Check<Given> {
  name: string;
  look: (given: Given) => Finding[] | Promise<Finding[]>;
}

/** A service that was asked whether it is ready, and what it said. */
export interface AskedService {
  url: string;
  /** Who says that it answers there. */
  by: 'LEDGER_URL' | 'its ledger' | 'HOST and PORT';
  answer: Answer | { cause: string };
}

/** What a service says of itself. */
export interface Answer {
  status: number;
  /** Its clock, to the second; undefined: it does not say. */
  atMs: number | undefined;
  detail: string | undefined;
  warnings: readonly string[];
}

/** What can be looked at without the database. */
export interface Surroundings {
  config: Config;
  nowMs: number;
  /** The file of a ledger in SQLite, through all symbolic links. */
  file: string | undefined;
  /** The services that were asked whether they are ready. */
  services: readonly AskedService[];
  /** Whether a process records in this ledger, as far as can be seen from here. */
  isServed: boolean;
}

/** A ledger that can be read, as of one moment. */
export interface Opened extends Surroundings {
  ledger: StoredLedger;
  start: Start;
  /** What the signer had signed before that moment; undefined: this instance does not sign. */
  signer: SignerFiles | { unread: string } | undefined;
}

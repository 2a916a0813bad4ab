import { rmSync } from 'node:fs';
import { printTable, whole } from '../bench/figures.ts';
import type { Check } from '../kills/checks.ts';
import type { BusyLedger } from './busy-ledger.ts';

/** What all ledgers of a run had to do, and what was found wrong. */
export class Figures {
  events = 0;
  acknowledged = 0;
  readonly #counts = new Map<string, number>();
  readonly #wrong = new Map<string, string[]>();

  /** One that is closed, and is needed no more. */
  addLedger({ journal, deeds, checkpoints, events, directory }: BusyLedger): void {
    this.events += events;
    this.acknowledged += journal.acknowledged.length;
    for (const [name, count] of Object.entries({
      'files imported': deeds.imports.length,
      'names erased': deeds.erased.length,
      'refused, as the record had moved on': journal.refused.length,
      'retried without an answer': journal.retried.unanswered,
      'retried after a 503': journal.retried.unavailable,
      'found recorded by an earlier attempt': journal.recordedBefore,
      'given up without an answer': journal.givenUp.length,
      'repeated after the answer': journal.repeated,
      'reads compared with what was acknowledged': journal.readsChecked,
      'checkpoints kept and verified again': checkpoints.length,
    }))
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
    rmSync(directory, { recursive: true });
  }

  addChecks(checks: Check[]): void {
    for (const { name, wrong } of checks) this.#wrong.set(name, [...(this.#wrong.get(name) ?? []), ...wrong]);
  }

  get checks(): Check[] {
    return [...this.#wrong].map(([name, wrong]) => ({ name, wrong }));
  }

  /** Prints all of it; rows: further figures. Gives the sum. */
  print(rows: [string, string][]): string {
    const counts = [...this.#counts].map(([name, count]): [string, string] => [name, whole(count)]);
    const common: [string, string][] = [
      ['events in the logs', whole(this.events)],
      ['requests acknowledged', whole(this.acknowledged)],
    ];
    printTable(['one service on SQLite', ''], [...rows, ...common, ...counts], 1);
    printTable(
      ['check', ''],
      this.checks.map(({ name, wrong }) => [name, wrong.length === 0 ? 'holds' : `FAILS (${wrong.length})`]),
      2,
    );
    const failing = this.checks.filter(({ wrong }) => wrong.length > 0);
    for (const { name, wrong } of failing) {
      console.log(`\n${name}:`);
      for (const what of wrong.slice(0, 20)) console.log(`  ${what.slice(0, 2_000)}`);
    }
    return failing.length === 0 ? 'every check holds' : `${failing.length} checks FAIL`;
  }
}

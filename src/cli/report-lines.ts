import type { LineError } from '../errors.ts';
import type { FaultGroup } from '../import/faults.ts';
import { say } from './outcome.ts';

/** Errors that are told one by one; more are told by their kind. */
const errorsShown = 20;

/** Says which rows were refused. failed: how many. */
export function sayErrors(
  errors: readonly LineError[],
  faults: readonly FaultGroup[] = [],
  failed = 0,
): void {
  const shown = faults.length === 0 ? errors : errors.slice(0, errorsShown);
  for (const error of shown) sayError(error);
  const told = new Set(shown.map(({ line }) => line)).size;
  if (failed > told) {
    say(`… and ${failed - told} more lines. All faults by their kind:`);
    for (const { code, column, count, examples } of faults) {
      const lines = examples.map(({ line, value }) => `line ${line}${isOf(value)}`).join('; ');
      say(`${count} x ${code}${column && ` in ${column}`}: ${examples[0]?.detail} (${lines})`);
    }
  }
}

/** Warnings that are told one by one. */
const warningsShown = 20;

export function sayWarnings(warnings: readonly { line?: number; detail: string }[]): void {
  for (const { line, detail } of warnings.slice(0, warningsShown))
    say(`${line === undefined ? 'note' : `line ${line}`}: warning: ${detail}`);
  if (warnings.length > warningsShown) say(`… and ${warnings.length - warningsShown} more warnings`);
}

function sayError({ line, code, pointer, column = pointer, detail, value }: LineError): void {
  say(
    `line ${line}: ${code}: ${column}${column && ' '}${detail}${value === undefined ? '' : `,${isOf(value)}`}`,
  );
}

const isOf = (value: string | undefined): string =>
  value === undefined ? '' : ` is ${JSON.stringify(value)}`;

import type { Officer } from './officer.ts';
import type { Outcome } from './run.ts';

/** From the promotion until each client had something acknowledged, sorted. */
export const firstAnswersMs = ({ officers, promotedMs }: Outcome): number[] =>
  officers
    .map(({ acknowledged }) => acknowledged.find(({ atMs }) => atMs > promotedMs)?.atMs ?? Infinity)
    .map((atMs) => atMs - promotedMs)
    .sort((a, b) => a - b);

export const sumOf = (officers: Officer[], figure: (officer: Officer) => number): number =>
  officers.reduce((sum, officer) => sum + figure(officer), 0);

import { type ProblemCode, Refusal } from '../../errors.ts';
import type { App } from '../app.ts';
import type { Ready } from '../plugins/health.ts';
import { inTime } from './metrics.ts';

/** What `/readyz` would answer. */
export function measureReadiness({ metrics }: App, ready: Ready): void {
  let reason: ProblemCode | undefined;
  let warnings: number | undefined;
  const look = async (): Promise<void> => {
    try {
      warnings = (await ready()).length;
      reason = undefined;
    } catch (error) {
      reason = error instanceof Refusal ? error.code : 'not-ready';
    }
  };
  metrics.beforeScrape(async () => {
    if ((await inTime(look, 'late')) === 'late') reason = 'not-ready';
  });
  metrics.gauge('milestone_ledger_ready', '1 if /readyz answers 200, else 0.', () => (reason ? 0 : 1));
  metrics.gauges(
    'milestone_ledger_not_ready',
    '1 for the problem code with which /readyz refuses.',
    ['code'],
    () => (reason ? [[{ code: reason }, 1]] : []),
  );
  metrics.gauge(
    'milestone_ledger_warnings',
    'Warnings that /readyz gives while it answers 200.',
    () => warnings,
  );
}

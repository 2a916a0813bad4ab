import { Readable } from 'node:stream';
import type { SyncOptions, SyncReport } from '../../src/import/sync/report.ts';
import { syncList } from '../../src/import/sync/sync.ts';
import type { TestLedger } from './decide.ts';

/** Previews a list, or syncs the initiative `sci` with it. */
export function synced(
  { store, recorder, refresh }: Pick<TestLedger, 'store' | 'recorder'> & Partial<TestLedger>,
  file: string,
  options: Partial<SyncOptions> = {},
): Promise<SyncReport> {
  return syncList({ store, recorder }, Readable.from([Buffer.from(file)]), {
    format: 'ndjson',
    initiativeId: 'sci',
    mapping: undefined,
    key: ['externalId'],
    reason: { code: 'publisher-changed', text: 'The list of May.' },
    sources: [{ publisher: 'Ministry' }],
    missing: 'keep',
    expect: undefined,
    limit: 1000,
    after: 0,
    principal: 'officer',
    authority: 'operator',
    alone: false,
    ...options,
  }).finally(refresh);
}

/** Previews a list and does exactly that. */
export async function syncedAs(
  ledger: Parameters<typeof synced>[0],
  file: string,
  options: Partial<SyncOptions> = {},
): Promise<{ preview: SyncReport; done: SyncReport }> {
  const preview = await synced(ledger, file, options);
  return { preview, done: await synced(ledger, file, { ...options, expect: preview.hash }) };
}

/** new, changed, gone, unchanged, refused. */
export const numbersOf = (report: SyncReport): number[] => [
  report.new,
  report.changed,
  report.gone,
  report.unchanged,
  report.refused,
];

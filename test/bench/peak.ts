import { writeFileSync } from 'node:fs';

/** What a command took, all its threads together. */
export interface Took {
  /** Of the resident set, at most. */
  peakBytes: number;
  cpuSeconds: number;
}

/** Loaded into a command that is measured: says at its end what it took. */
process.on('exit', () => {
  const file = process.env['BENCH_PEAK_FILE'];
  if (file === undefined) return;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const took: Took = { peakBytes: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  writeFileSync(file, JSON.stringify(took));
});

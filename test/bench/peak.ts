import { writeFileSync } from 'node:fs';

/** Loaded into a command that is measured: says at its end how much memory it took at most, in bytes. */
process.on('exit', () => {
  const file = process.env['BENCH_PEAK_FILE'];
  if (file !== undefined) writeFileSync(file, `${process.resourceUsage().maxRSS * 1024}`);
});

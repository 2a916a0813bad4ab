import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { checkedLines } from '../../src/import/checked-lines.ts';
import { mappingOf } from '../../src/import/mapping.ts';

/** Checks the rows of a workbook in a process of its own, and prints how many there were and how many MiB it took. */
const [file = '', mapping = ''] = process.argv.slice(2);
const bytes = readFileSync(file);
const settings = {
  format: 'xlsx' as const,
  initiativeId: 'sci',
  importId: undefined,
  mapping: mappingOf(mapping),
  fingerprintKey: Buffer.alloc(32),
};
const before = process.memoryUsage().rss;
let [lines, failed, most] = [0, 0, before];
for await (const piece of checkedLines(Readable.from([bytes]), settings, 256 * 1024)) {
  lines += piece.lines.length;
  failed += piece.failed;
  most = Math.max(most, process.memoryUsage().rss);
}
process.stdout.write(JSON.stringify({ lines, failed, moreMiB: Math.round((most - before) / 2 ** 20) }));

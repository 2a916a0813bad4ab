import { Readable } from 'node:stream';
import type { TProperties } from 'typebox';
import { ZipFile } from 'yazl';
import type { Asked } from '../answers/answer.ts';
import { descriptorOf, type Packed, readmeOf, tables } from '../answers/data-package.ts';
import { tableOf } from './csv.ts';
import { tableRowsOf } from './list.ts';

/** The bytes of a data package. Each table is read when the zip comes to it, no faster than the zip is taken. */
export async function* zipOf(packed: Packed, asked: Asked<TProperties>): AsyncGenerator<Uint8Array, void> {
  const zip = new ZipFile();
  // It streams into a PassThrough, which its types call any readable.
  const out = zip.outputStream as Readable;
  // The same position gives the same bytes.
  const options = { mtime: new Date(packed.at.recordedAt ?? 0) };
  zip.on('error', (error) => out.destroy(error));
  zip.addBuffer(Buffer.from(readmeOf(packed)), 'README.md', options);
  zip.addBuffer(
    Buffer.from(`${JSON.stringify(descriptorOf(packed), null, 2)}\n`),
    'datapackage.json',
    options,
  );
  for (const { name, lists } of tables)
    zip.addReadStreamLazy(`${name}.csv`, options, (opened) => {
      const rows = Readable.from(table(lists));
      // Nobody else listens: it fails where the zip is broken off.
      rows.on('error', (error) => out.destroy(error));
      opened(null, rows);
    });
  zip.end();
  yield* out;

  async function* table(lists: (typeof tables)[number]['lists']): AsyncGenerator<string> {
    yield tableOf(lists[0].columns).heading;
    for (const list of lists) yield* tableRowsOf(list, await list.open(asked));
  }
}

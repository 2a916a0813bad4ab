import { Readable } from 'node:stream';
import { type TProperties, Type } from 'typebox';
import { ZipFile } from 'yazl';
import { type Asked, askedAt } from '../../answers/answer.ts';
import { dataPackage, descriptorOf, type Packed, readmeOf, tables } from '../../answers/data-package.ts';
import { initiativeParameter, lastDayOf } from '../../answers/parameters.ts';
import { object } from '../../shapes/fields.ts';
import { resolveAt } from '../../views/at.ts';
import type { App } from '../app.ts';
import { originFor } from '../base-path.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf } from '../plugins/openapi.ts';
import { csvRow } from '../wire/csv.ts';
import { rowsOf } from '../wire/list.ts';
import { basisHeaders } from '../wire/payload.ts';
import { sendStreamed } from '../wire/streamed.ts';
import { basisOfTable } from './answers.ts';

const description =
  'A zip with records.csv (MoUs and projects), meetings.csv, claims.csv, events.csv, datapackage.json (Data Package 2.0: the type of each column) and README.md (how to cite it, and its basis). The tables are those of the lists with format=csv.';

/** All about an initiative in one file, as it is read. */
export function dataPackageRoute(app: App, ledger: Ledger): void {
  const { initiativeId: _, ...query } = dataPackage.parameters;
  app.get(
    dataPackage.path,
    {
      config: { access: 'read', long: true },
      schema: {
        operationId: 'getDataPackage',
        summary: 'All about an initiative in one file',
        description,
        tags: ['initiatives'],
        params: object(initiativeParameter),
        querystring: object(query),
        response: { 200: answerOf('A zip', { [dataPackage.type]: Type.String() }, basisOfTable) },
      },
    },
    async (request, reply) => {
      const { initiativeId } = request.params;
      const { until } = request.query;
      const at = await resolveAt(ledger.store, request.query);
      ledger.upkeep.check();
      const parameters = { ...request.query, initiativeId };
      const asked = await askedAt(ledger, at, request.caller.visible, parameters);
      // Nothing can be refused once the zip has begun.
      lastDayOf(until, 'until');
      // It was asked for by its id.
      const { data } = asked.initiative as { data: Packed['data'] };
      const site = originFor(request) + app.basePath;
      reply.headers({
        ...basisHeaders(at),
        'content-disposition': `attachment; filename="${initiativeId}.zip"`,
      });
      return sendStreamed(request, reply, dataPackage.type, () =>
        zipOf({ initiativeId, data, at, until, site }, asked),
      );
    },
  );
}

/** Each table is read when the zip comes to it, no faster than the zip is taken. */
function zipOf(packed: Packed, asked: Asked<TProperties>): Readable {
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
    zip.addReadStreamLazy(`${name}.csv`, options, (opened) => opened(null, Readable.from(table(lists))));
  zip.end();
  return out;

  async function* table(lists: (typeof tables)[number]['lists']): AsyncGenerator<string> {
    yield csvRow(lists[0].columns);
    for (const list of lists) yield* rowsOf(list, await list.open(asked));
  }
}

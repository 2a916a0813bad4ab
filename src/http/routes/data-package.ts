import { Type } from 'typebox';
import { dataPackage } from '../../answers/data-package.ts';
import { initiativeParameter } from '../../answers/parameters.ts';
import type { Reading } from '../../reading/tasks.ts';
import { object } from '../../shapes/fields.ts';
import { resolveAt } from '../../views/at.ts';
import type { App } from '../app.ts';
import { originFor } from '../base-path.ts';
import type { Ledger } from '../ledger.ts';
import { answerOf } from '../plugins/openapi.ts';
import { goneOf } from '../wire/gone.ts';
import { basisHeaders, sendComputed } from '../wire/payload.ts';
import { basisOfTable } from './answers.ts';

const description =
  'A zip with records.csv (MoUs and projects), meetings.csv, claims.csv, events.csv, datapackage.json (Data Package 2.0: the type of each column) and README.md (how to cite it, and its basis). The tables are those of the lists with format=csv.';

/** All about an initiative in one file, as it is read. */
export function dataPackageRoute(app: App, ledger: Ledger, reading: Reading): void {
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
      const at = await resolveAt(ledger.store, request.query);
      ledger.upkeep.check();
      const parameters = { ...request.query, initiativeId };
      const site = originFor(request) + app.basePath;
      const asked = { at, visible: request.caller.visible, parameters, site };
      const computed = await reading.compute('dataPackage', asked, goneOf(reply));
      reply.headers({
        ...basisHeaders(at),
        'content-disposition': `attachment; filename="${initiativeId}.zip"`,
      });
      return sendComputed(request, reply, computed);
    },
  );
}

import type { Ledger } from '../../ledger-app.ts';
import { badQuery } from '../../views/at.ts';
import type { App } from '../instance.ts';
import { answerSchemas } from '../schemas.ts';
import { changesRoute } from './changes.ts';
import { claimRoutes } from './claims.ts';
import { eventLogRoutes } from './event-log.ts';
import { exportRoute } from './export.ts';
import { importEvents } from './import-events.ts';
import { initiativeRoutes } from './initiatives.ts';
import { logRoutes } from './log.ts';
import { meetingRoutes } from './meetings.ts';
import { postEvents } from './post-events.ts';
import { Reading } from './reading.ts';
import { rebuildRoute } from './rebuild.ts';
import { recordRoutes } from './records.ts';
import { tileRoutes } from './tiles.ts';

/** Every route of the API that works on the ledger, but the stream, which needs to be told that the log has grown. */
export function addRoutes(app: App, ledger: Ledger): void {
  for (const schema of answerSchemas) app.addSchema(schema);
  refuseUntilReady(app, ledger);
  refuseInfinity(app);
  postEvents(app, ledger);
  importEvents(app, ledger);
  const reading = new Reading(ledger);
  eventLogRoutes(app, reading);
  initiativeRoutes(app, reading);
  meetingRoutes(app, reading);
  recordRoutes(app, reading);
  claimRoutes(app, reading);
  changesRoute(app, reading);
  logRoutes(app, ledger);
  exportRoute(app, ledger);
  tileRoutes(app, ledger);
  rebuildRoute(app, ledger);
}

/** While the read models are of another version; what tells of the ledger's state goes on. */
function refuseUntilReady(app: App, { rebuilds }: Ledger): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (rebuilds.areReady || !/^\/(v1|tile|checkpoint)\b/.test(request.url)) return done();
    // Another instance may have rebuilt them since.
    rebuilds
      .outdated()
      .then(() => rebuilds.check())
      .then(() => done(), done);
  });
}

/** Ajv reads text such as 1e400 as an infinite integer, and then asks neither for its minimum nor its maximum. */
function refuseInfinity(app: App): void {
  app.addHook('preHandler', (request, _reply, done) => {
    if (!request.url.includes('?')) return done();
    const numbers = Object.entries(request.query as object);
    const [name] = numbers.find(([, value]) => Math.abs(value) === Number.POSITIVE_INFINITY) ?? [];
    done(name === undefined ? undefined : badQuery(`/query/${name}`, 'is too large'));
  });
}

import type { TObject } from 'typebox';
import type { Pages } from '../../answers/page.ts';
import { answerSchemas } from '../../answers/schemas.ts';
import { readingHere } from '../../reading/here.ts';
import type { Reading } from '../../reading/tasks.ts';
import { badQuery } from '../../views/at.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { accessRoutes } from './access.ts';
import { AnswerSender, answerRoutes } from './answers.ts';
import { asyncApiRoute } from './async-api.ts';
import { dataPackageRoute } from './data-package.ts';
import { exportRoute } from './export.ts';
import { importEvents } from './import-events.ts';
import { logRoutes } from './log.ts';
import { loginRoutes } from './login.ts';
import { pageRoutes } from './pages.ts';
import { partyRoute } from './parties.ts';
import { postEvents } from './post-events.ts';
import { principalRoutes } from './principals.ts';
import { rebuildRoute } from './rebuild.ts';
import { schemaRoutes } from './schemas.ts';
import { streamRoute } from './stream.ts';
import { tileRoutes } from './tiles.ts';
import { tokenRoutes } from './tokens.ts';
import { undoEvents } from './undo-events.ts';

/** Every route of the API that works on the ledger, and the pages for people. threads: where they compute what is read. */
export function addRoutes(
  app: App,
  ledger: Ledger,
  clock: () => number,
  pages: Pages,
  threads?: Reading,
): void {
  const here = readingHere(ledger, async () => pages);
  const { store } = ledger;
  // Nobody who records waits any more, and a thread that begins now could open another file.
  const reading: Reading = threads
    ? { compute: (task, asked, signal) => (store.hasFailed() ? here : threads).compute(task, asked, signal) }
    : here;
  const sender = new AnswerSender(ledger, reading, here);
  for (const schema of answerSchemas) app.addSchema(schema);
  refuseUntilReady(app, ledger);
  refuseOddNumbers(app);
  postEvents(app, ledger);
  undoEvents(app, ledger);
  importEvents(app, ledger);
  answerRoutes(app, sender);
  partyRoute(app, ledger);
  dataPackageRoute(app, ledger, reading);
  logRoutes(app, ledger);
  exportRoute(app, ledger, reading);
  tileRoutes(app, ledger);
  rebuildRoute(app, ledger);
  streamRoute(app, ledger);
  principalRoutes(app, ledger);
  tokenRoutes(app, ledger, clock);
  accessRoutes(app, ledger);
  schemaRoutes(app);
  asyncApiRoute(app);
  loginRoutes(app, ledger);
  pageRoutes(app, ledger, sender, reading, pages);
}

/** While the read models are of another version; what tells of the ledger's state goes on. */
function refuseUntilReady(app: App, { upkeep }: Ledger): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (upkeep.areReady || !/^\/(v1|tile|checkpoint)\b/.test(request.url)) return done();
    // Another instance may have rebuilt them since.
    upkeep
      .outdated()
      .then(() => upkeep.check())
      .then(() => done(), done);
  });
}

/**
 * A number of a query or a header is written in digits. Ajv takes whatever JavaScript reads as a number: 0x10, 1e3, blanks
 * around it, and 1e400, which is infinite, so that it is asked neither for its minimum nor for its maximum.
 */
function refuseOddNumbers(app: App): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const { querystring, headers } = request.routeOptions.schema ?? {};
    const odd = request.url.includes('?') ? oddNumberIn(request.query, querystring) : undefined;
    if (odd !== undefined) return done(badQuery(`/query/${odd}`, 'must be an integer, in digits'));
    const oddHeader = headers === undefined ? undefined : oddNumberIn(request.headers, headers);
    done(
      oddHeader === undefined
        ? undefined
        : badQuery(`/headers/${oddHeader}`, 'must be an integer, in digits'),
    );
  });
}

/** The name of a text, or of a list with a text, that is no number, where the schema asks for one. */
const oddNumberIn = (texts: unknown, schema: unknown): string | undefined =>
  numbersIn(schema).find((name) => {
    const given = [(texts as Record<string, unknown>)[name]].flat();
    return given.some((text) => typeof text === 'string' && !/^-?[0-9]{1,16}$/.test(text));
  });

/** The members of a schema that are integers, or lists of them: looked for once. */
function numbersIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const known = numbers.get(schema);
  if (known) return known;
  const { properties = {} } = schema as Partial<TObject>;
  const found = Object.entries<Typed>(properties)
    .filter(([, { type, items }]) => type === 'integer' || items?.type === 'integer')
    .map(([name]) => name);
  numbers.set(schema, found);
  return found;
}

const numbers = new WeakMap<object, string[]>();

interface Typed {
  type?: string;
  items?: { type?: string };
}

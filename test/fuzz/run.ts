import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { verifyLedger } from '../../src/verify/verify.ts';
import { checkStore } from '../helpers/check-store.ts';
import type { Ending } from '../helpers/child.ts';
import { Random } from '../kills/random.ts';
import { Conformance, type Request, type Route } from './document.ts';
import { hostile } from './hostile.ts';
import { askedLedger } from './ledger.ts';
import { requestsTo } from './requests.ts';

export interface Options {
  requests: number;
  seed: string;
  told?: (done: number) => void;
}

export interface Outcome {
  /** Answers by whoever asked and by their status. */
  answers: Map<string, number>;
  operations: number;
  /** What was found wrong, with the request. */
  wrong: string[];
}

/** Requests of one operation are made together, as to begin takes as long as to make some. */
const madeTogether = 20;

/**
 * Requests made from the OpenAPI document: valid ones, nearly valid and hostile ones, to every operation, of an administrator, a
 * recorder, a reader and of nobody. Each answer must be as documented and no error of the server, and what is refused, or only read,
 * must leave the log as it is. In the end the ledger must be whole.
 */
export async function runFuzz(t: Ending, { requests, seed, told }: Options): Promise<Outcome> {
  const { app, file, askers, tokens } = await askedLedger(t);
  const conformance = new Conformance(app);
  const random = new Random(seed);
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  t.teardown(() => db.close());
  const head = db.prepare<[], number>('select position from head').pluck();
  const routes = conformance.routes.flatMap((route): Route[] => Array(weightOf(route)).fill(route));
  const made = new Map<Route, Request[]>();
  const next = (route: Route): Request => {
    const waiting = made.get(route) ?? [];
    if (waiting.length === 0)
      waiting.push(
        ...fc.sample(withHostile(conformance, route), { numRuns: madeTogether, seed: random.below(2 ** 31) }),
      );
    made.set(route, waiting);
    const request = waiting.pop();
    if (!request) throw new Error('no request was made');
    return request;
  };
  const credentials: [name: string, header: () => string | undefined][] = [
    ...Array(8).fill(['admin', () => `Bearer ${tokens.admin}`]),
    ...Array(5).fill(['recorder', () => `Bearer ${tokens.recorder}`]),
    ...Array(3).fill(['reader', () => `Bearer ${tokens.reader}`]),
    ...Array(3).fill(['nobody', () => undefined]),
    [
      'wrong',
      () =>
        random.pick(['Bearer', 'Bearer x', `Bearer ${tokens.admin}x`, 'Basic YTpi', 'Bearer '.repeat(99)]),
    ],
  ];
  const outcome: Outcome = { answers: new Map(), operations: conformance.routes.length, wrong: [] };
  for (let done = 0; done < requests; done++) {
    const route = random.pick(routes);
    const request = next(route);
    // Whoever asks must go on to be known.
    if (askers.includes(String(request.path['principalId']))) continue;
    const [who, header] = random.pick(credentials);
    const authorization = header();
    const sent = {
      ...request,
      headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
    };
    const before = head.get();
    try {
      const status = await conformance.check(route, sent);
      const name = `${who} ${status}`;
      outcome.answers.set(name, (outcome.answers.get(name) ?? 0) + 1);
      const mayRecord = status < 300 && route.method !== 'get';
      if (!mayRecord && head.get() !== before) throw new Error(`${status}, and yet the log has changed`);
    } catch (error) {
      outcome.wrong.push(
        `${who}: ${route.method.toUpperCase()} ${route.path}: ${error}\n${JSON.stringify(request).slice(0, 3_000)}`,
      );
    }
    if ((done + 1) % 1_000 === 0) told?.(done + 1);
  }
  await app.close();
  checkStore(file);
  for (const finding of (await verifyLedger(`file:${file}`)).findings)
    outcome.wrong.push(JSON.stringify(finding));
  return outcome;
}

/** A third is hostile beyond what a schema can say. */
const withHostile = (conformance: Conformance, { operation }: Route): fc.Arbitrary<Request> => {
  const usual = requestsTo(conformance, operation);
  return fc.oneof(
    usual,
    usual,
    usual.chain((request) => hostile(request, operation)),
  );
};

/** A rebuild takes a thread and long; what changes something has more to go wrong. */
function weightOf({ path, method }: Route): number {
  if (path === '/v1/rebuild') return 1;
  return method === 'get' ? 8 : 24;
}

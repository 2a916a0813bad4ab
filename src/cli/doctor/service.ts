import { request } from 'node:http';
import type { Config } from '../../config.ts';
import { addressOf } from '../../store/service-address.ts';
import { causeOf, serviceOf } from '../service.ts';
import {
  type Answer,
  type AskedService,
  type Check,
  type Finding,
  ok,
  type Surroundings,
  warning,
  wrong,
} from './check.ts';

/** How long a service may take to answer. */
const answerMs = 5_000;

/** Asks the service of this ledger, where one runs, and the one that LEDGER_URL names. No other address is asked. */
export function askServices(
  config: Config,
  file: string | undefined,
  isInUse: boolean,
): Promise<AskedService[]> {
  const { LEDGER_URL, ...others } = config;
  const named = LEDGER_URL?.replace(/\/+$/, '');
  const own = file === undefined ? serviceOf(others).url : isInUse ? addressOf(file) : undefined;
  const places: [string | undefined, AskedService['by']][] = [
    [named, 'LEDGER_URL'],
    [own === named ? undefined : own, file === undefined ? 'HOST and PORT' : 'its ledger'],
  ];
  return Promise.all(
    places.flatMap(([url, by]) =>
      url === undefined ? [] : ask(`${url}/readyz`).then((answer) => ({ url, by, answer })),
    ),
  );
}

/** No token is sent: what is asked for needs none. */
async function ask(url: string): Promise<AskedService['answer']> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(answerMs) });
    const { detail, warnings } = partsOf(await answer.json().catch(() => undefined));
    const date = Date.parse(answer.headers.get('date') ?? '');
    return { status: answer.status, atMs: Number.isNaN(date) ? undefined : date, detail, warnings };
  } catch (error) {
    return { cause: causeOf(error) };
  }
}

/** Another program may have sent it. */
function partsOf(body: unknown): Pick<Answer, 'detail' | 'warnings'> {
  const { detail, warnings } = (body ?? {}) as { detail?: unknown; warnings?: unknown };
  return {
    detail: typeof detail === 'string' ? detail : undefined,
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
  };
}

/** Whether services run, are ready, and answer to the name by which others know them. */
export const service: Check<Surroundings> = {
  name: 'service',
  async look(given) {
    const { services, isServed, file } = given;
    const findings = services.flatMap(findingsOf);
    if (services.every(({ by }) => by === 'LEDGER_URL')) {
      if (!isServed || file === undefined) findings.push(ok('none runs on this ledger now'));
      else
        findings.push(
          warning(
            'a process has the ledger open and does not say where it answers: a command that records, or a service that is starting. Ask again when it has ended or started.',
          ),
        );
    }
    return [...findings, ...(await ofNames(given))];
  },
};

function findingsOf({ url, by, answer }: AskedService): Finding[] {
  if ('cause' in answer) {
    if (by === 'HOST and PORT') return [ok(`none answers at ${url} (${answer.cause})`)];
    if (by === 'LEDGER_URL')
      return [
        wrong(`none answers at ${url} (${answer.cause}). Start it, or set LEDGER_URL to where it answers.`),
      ];
    return [
      wrong(
        `the one that has the ledger open does not answer at ${url} (${answer.cause}). Look at its log; if it hangs, stop it (SIGTERM) and start it again.`,
      ),
    ];
  }
  const { status, detail, warnings } = answer;
  if (status === 200)
    return [
      ok(`${url} is ready`),
      ...warnings.map((text) => warning(`${url} warns: ${text}. docs/operate.md says what to do.`)),
    ];
  if (detail === undefined)
    return [
      wrong(`${url} answers with status ${status}, as no ledger does. Set LEDGER_URL, or HOST and PORT.`),
    ];
  return [wrong(`${url} is not ready: ${detail} Until that is over posts are refused. Its log says more.`)];
}

/** Whether the service on this machine answers to the host of PUBLIC_URL, as a proxy asks it. */
async function ofNames({ config: { PUBLIC_URL }, services }: Surroundings): Promise<Finding[]> {
  if (PUBLIC_URL === undefined) return [];
  const { host } = new URL(PUBLIC_URL);
  const findings: Finding[] = [];
  for (const { by, url, answer } of services) {
    // One that speaks https itself is asked by its own name anyway.
    if (by === 'LEDGER_URL' || 'cause' in answer || !url.startsWith('http:')) continue;
    if ((await statusFor(`${url}/livez`, host)) === 403)
      findings.push(
        wrong(
          `${url} does not answer to ${host}, the host of PUBLIC_URL. Restart it with this PUBLIC_URL, or run doctor with the settings of the service.`,
        ),
      );
  }
  return findings;
}

/** The status of an answer; fetch sends the host of the address alone. undefined: no answer came. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const asked = request(url, { headers: { host }, signal: AbortSignal.timeout(answerMs) }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  asked.on('error', () => resolve(undefined)).end();
  return promise;
}

/** Whether the port for Prometheus answers that a running service was to open. */
export const metrics: Check<Surroundings> = {
  name: 'metrics',
  async look({ config: { METRICS_PORT }, isServed }) {
    // A free port that the service took is known to it alone.
    if (METRICS_PORT === undefined || METRICS_PORT === 0 || !isServed) return [];
    const url = `http://127.0.0.1:${METRICS_PORT}/metrics`;
    return [
      (await statusFor(url, 'localhost')) === 200
        ? ok(`${url} answers`)
        : wrong(
            `${url} does not answer. Restart the service with this METRICS_PORT; its log says where it listens.`,
          ),
    ];
  },
};

import type { Config } from '../../config.ts';
import { isLocked, StoreUnavailable } from '../../store/lock-file.ts';
import { fileOf, isPostgres } from '../../store/open-store.ts';
import { CannotVerify } from '../../verify/reader.ts';
import { readSignerFiles } from '../../verify/signer-files.ts';
import { withStoredLedger } from '../../verify/stored-ledger.ts';
import { backup } from './backups.ts';
import { type Check, type Finding, type Opened, type Surroundings, wrong } from './check.ts';
import { clock, clockOfService } from './clock.ts';
import { configuration, configurationIn, program } from './configuration.ts';
import { database } from './database.ts';
import { disk } from './disk.ts';
import { certificate, names } from './names.ts';
import { access, identityProvider } from './people.ts';
import { data, mayBeOpened, signerDirectory, temporary } from './places.ts';
import { askServices, metrics, service } from './service.ts';
import { checkpoint, signer } from './signing.ts';
import { kept, search, tables } from './tables.ts';
import { messageOf } from './words.ts';

/** In the order of the lines. */
const ofSurroundings: readonly Check<Surroundings>[] = [
  program,
  configuration,
  data,
  signerDirectory,
  temporary,
  disk,
  names,
  certificate,
  service,
  metrics,
  clockOfService,
  identityProvider,
  backup,
];

/** These read the ledger. */
const ofLedger: readonly Check<Opened>[] = [clock, tables, kept, search, signer, checkpoint, access];

/** A finding, and the check that made it. */
export interface Named extends Finding {
  check: string;
}

/**
 * Looks at everything that a service with this environment depends on, and gives the findings one after the other. It changes nothing.
 * What fails is a finding, too.
 */
export async function* examine(
  env: Record<string, string | undefined>,
  nowMs: number,
): AsyncGenerator<Named> {
  const config = configurationIn(env);
  if (Array.isArray(config)) {
    yield* found([program], undefined);
    yield* named(configuration.name, config);
    return;
  }
  for await (const { check, status, detail } of examineBy(config, nowMs))
    yield { check, status, detail: withoutSecrets(detail, config) };
}

async function* examineBy(config: Config, nowMs: number): AsyncGenerator<Named> {
  const given = await surroundingsOf(config, nowMs);
  if ('status' in given) {
    yield* found([program], undefined);
    yield* named(data.name, [given]);
    return;
  }
  yield* found(ofSurroundings, given);
  const { file } = given;
  // Why not, the check of the data has said.
  if (file !== undefined && !mayBeOpened(file)) return;
  yield* found([database], given);
  yield* inLedger(given);
}

async function surroundingsOf(config: Config, nowMs: number): Promise<Surroundings | Finding> {
  const { DATABASE_URL } = config;
  try {
    const file = isPostgres(DATABASE_URL) ? undefined : fileOf(DATABASE_URL);
    const isInUse = file !== undefined && isLocked(`${file}-lock`);
    const services = await askServices(config, file, isInUse);
    return {
      config,
      nowMs,
      file,
      services,
      isServed: isInUse || services.some(({ answer }) => 'status' in answer),
    };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return wrong(`DATABASE_URL: ${error.message}`);
  }
}

async function* inLedger(given: Surroundings): AsyncGenerator<Named> {
  const { DATABASE_URL, SIGNER_DIR } = given.config;
  try {
    yield* await withStoredLedger(DATABASE_URL, async (ledger) => {
      // Before the ledger, as both go on beside this.
      const signer = SIGNER_DIR === '' ? undefined : readSignerFiles(SIGNER_DIR);
      const start = await ledger.start();
      const findings: Named[] = [];
      for await (const one of found(ofLedger, { ...given, ledger, start, signer })) findings.push(one);
      return findings;
    });
  } catch (error) {
    if (!(error instanceof CannotVerify)) throw error;
    const others = ofLedger.map(({ name }) => name).join(', ');
    yield* named('ledger', [wrong(`${error.message} Until then nobody can look at: ${others}.`)]);
  }
}

async function* found<Given>(checks: readonly Check<Given>[], given: Given): AsyncGenerator<Named> {
  for (const { name, look } of checks) yield* named(name, await lookSafely(look, given));
}

/** A check that fails has found something, which the operator is to hear of like of anything else. */
async function lookSafely<Given>(look: Check<Given>['look'], given: Given): Promise<Finding[]> {
  try {
    return await look(given);
  } catch (error) {
    // Its message says what to do.
    if (error instanceof CannotVerify) return [wrong(error.message)];
    return [wrong(`this could not be looked at: ${messageOf(error)} Look at what it names, then ask again.`)];
  }
}

function* named(check: string, findings: readonly Finding[]): Generator<Named> {
  for (const finding of findings) yield { check, ...finding };
}

/** A shorter secret would be a part of many words. */
const secretLeast = 8;

/** Messages of others may show an address with its password. */
function withoutSecrets(text: string, { DATABASE_URL, LEDGER_TOKEN, OIDC_CLIENT_SECRET }: Config): string {
  const [, password = ''] = /^\w+:\/\/[^/?#]*?:([^/?#]*)@/.exec(DATABASE_URL) ?? [];
  const [, parameter = ''] = /[?&]password=([^&]*)/.exec(DATABASE_URL) ?? [];
  const secrets = [password, parameter, LEDGER_TOKEN, OIDC_CLIENT_SECRET ?? ''];
  return secrets
    .flatMap((secret) => [secret, decoded(secret)])
    .filter(({ length }) => length >= secretLeast)
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text.replaceAll(/:\/\/[^/@\s]*@/g, '://'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

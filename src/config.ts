import { isIP } from 'node:net';
import { Ajv, type ValidateFunction } from 'ajv';
import { type Static, Type } from 'typebox';
import { type Limits, standardLimits } from './shapes/limits.ts';

const databaseUrlMustBe = 'file:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE';

/** The URL names no ledger, or could name two. The message says what it must be. */
export class WrongDatabaseUrl extends Error {
  constructor(why = '') {
    super(why === '' ? databaseUrlMustBe : `${databaseUrlMustBe}; ${why}`);
  }
}

/**
 * Gives the URL in the form that the rest of the program knows: in `file:PATH` all after the colon is the path. Throws
 * WrongDatabaseUrl for a text that as a URL, as a path, or in a shell would name different files.
 */
export function databaseUrlOf(text: string): string {
  if (text.trim() !== text || /\p{Cc}/u.test(text))
    throw new WrongDatabaseUrl('it may not begin or end with a blank or contain a line break');
  if (/^postgres(ql)?:\/\/./.test(text)) return text;
  if (!text.startsWith('file:')) throw new WrongDatabaseUrl();
  return `file:${pathIn(text.slice('file:'.length))}`;
}

function pathIn(rest: string): string {
  const [, host = '', path = ''] = /^\/\/([^/]*)(.*)$/.exec(rest) ?? [undefined, '', rest];
  if (host !== '' && host !== 'localhost')
    throw new WrongDatabaseUrl(
      'file:// is followed by the name of a machine, which must be this one: write file:PATH',
    );
  if (path === '' || path === ':memory:') throw new WrongDatabaseUrl();
  if (path.trim() !== path) throw new WrongDatabaseUrl('its path may not begin with a blank');
  if (path.endsWith('/')) throw new WrongDatabaseUrl('its path must name a file, not a directory');
  if (/^~(\/|$)/.test(path)) throw new WrongDatabaseUrl('~ is not replaced: write the whole path');
  if (/[?#]|%[0-9a-f]{2}/i.test(path))
    throw new WrongDatabaseUrl(
      'its path is taken as it is written, so it may not have ?, # or percent-encoding',
    );
  return path;
}

/**
 * The environment in one table: what each variable is for, its default, and what it must be, in the words of the error
 * message. Nothing else in the project reads process.env.
 */
const environment = Type.Object({
  HOST: Type.String({
    description:
      'Address to listen on; another one than of this machine itself needs a principal to be known',
    default: '127.0.0.1',
    pattern: '^[0-9A-Za-z.:-]{1,255}$',
    mustBe: 'an address or a name of this machine, such as 127.0.0.1, ::1 or 0.0.0.0',
  }),
  PORT: Type.Integer({
    description: 'Port to listen on; 0 takes a free one',
    default: 3000,
    minimum: 0,
    maximum: 65535,
    mustBe: 'a whole number from 0 to 65535',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      description:
        'The address by which others know the service, such as https://ledger.example.org, also with a path',
      pattern: '^https?://[0-9A-Za-z.:\\[\\]-]+(/(?!\\.{1,2}(/|$))[0-9A-Za-z._~-]+)*/?$',
      format: 'url',
      mustBe: 'an http or https URL, with a path or without one',
    }),
  ),
  TLS_CERT: Type.Optional(
    Type.String({
      description: 'File of a certificate in PEM, with its chain, to serve https without a proxy',
      pattern: '\\S',
      mustBe: 'the path of a file with a certificate in PEM',
    }),
  ),
  TLS_KEY: Type.Optional(
    Type.String({
      description: 'File of its private key in PEM',
      pattern: '\\S',
      mustBe: 'the path of a file with a private key in PEM',
    }),
  ),
  PUBLIC_READ: Type.String({
    description:
      'What everybody may read: true for all, or initiatives with commas between them; nobody by default',
    default: '',
    pattern: '^(|true|[a-z0-9][a-z0-9-]{0,62}(,[a-z0-9][a-z0-9-]{0,62})*)$',
    mustBe: 'true, or ids of initiatives with commas between them',
  }),
  OIDC_ISSUER: Type.Optional(
    Type.String({
      description: 'The identity provider: its issuer, such as https://login.example.org/realms/office',
      pattern: '^(https://[^\\s?#@]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:[0-9]+)?(/[^\\s?#]*)?)$',
      mustBe: 'an https URL, or http on this machine',
    }),
  ),
  OIDC_AUDIENCE: Type.Optional(
    Type.String({
      description: 'What the access tokens of the provider must be meant for; without it none is accepted',
      pattern: '^\\S+$',
      mustBe: 'the name of this service at the provider',
    }),
  ),
  OIDC_TOKEN_TYPE: Type.Enum(['at+jwt', 'JWT'], {
    description: 'The type in the header of access tokens: at+jwt, or JWT for providers that write no other',
    default: 'at+jwt',
    mustBe: 'at+jwt or JWT',
  }),
  OIDC_CLIENT_ID: Type.Optional(
    Type.String({
      description: 'The client of the provider by which people log in; without it nobody does',
      pattern: '^\\S+$',
      mustBe: 'the id of a client at the provider',
    }),
  ),
  OIDC_CLIENT_SECRET: Type.Optional(
    Type.String({
      description: 'The secret of this client',
      pattern: '^\\S+$',
      mustBe: 'the secret of the client',
    }),
  ),
  OIDC_GRANTS: Type.Optional(
    Type.String({
      description: 'A JSON file that says which claims of the provider give which rights',
      pattern: '\\S',
      mustBe: 'the path of a JSON file',
    }),
  ),
  TRUST_PROXY: Type.String({
    description: 'Addresses of proxies, with commas between them, whose X-Forwarded headers are believed',
    default: '',
    format: 'proxies',
    mustBe:
      'IP addresses or ranges such as 10.0.0.0/8, with commas between them, and no range of more addresses than a network has',
  }),
  RATE_LIMIT: Type.Integer({
    description:
      'Requests that a principal may send in a minute, or an address of which nobody is known; 0: any number',
    default: 6000,
    minimum: 0,
    maximum: 1_000_000,
    mustBe: 'a whole number from 0 to 1000000',
  }),
  LONG_REQUESTS: Type.Integer({
    description: 'Streams, exports and imports that a principal, or such an address, may have open at once',
    default: 20,
    minimum: 1,
    maximum: 2000,
    mustBe: 'a whole number from 1 to 2000',
  }),
  MAX_BODY: Type.Integer({
    description: 'Bytes of the body of a request that is no file',
    default: standardLimits.bodyBytes,
    minimum: 16_384,
    maximum: 67_108_864,
    mustBe: 'a whole number of bytes from 16384 to 67108864',
  }),
  MAX_BATCH: Type.Integer({
    description: 'Events that a request may make',
    default: standardLimits.events,
    minimum: 1,
    maximum: standardLimits.events,
    mustBe: `a whole number from 1 to ${standardLimits.events}`,
  }),
  MAX_NESTING: Type.Integer({
    description: 'Levels of JSON in a body, or in a line of a file',
    default: standardLimits.levels,
    minimum: 16,
    maximum: 100,
    mustBe: 'a whole number from 16 to 100',
  }),
  HEADERS_TIMEOUT: Type.Integer({
    description: 'Seconds until all headers of a request must have come',
    default: standardLimits.headersMs / 1_000,
    minimum: 1,
    maximum: 600,
    mustBe: 'a whole number of seconds from 1 to 600',
  }),
  REQUEST_TIMEOUT: Type.Integer({
    description: 'Seconds until all of a request must have come that is no file',
    default: standardLimits.requestMs / 1_000,
    minimum: 1,
    maximum: 3_600,
    mustBe: 'a whole number of seconds from 1 to 3600',
  }),
  MAX_IMPORTS: Type.Integer({
    description: 'Large files that may be imported or synced at once; each takes a thread',
    default: standardLimits.files,
    minimum: 1,
    maximum: 64,
    mustBe: 'a whole number from 1 to 64',
  }),
  MAX_WAITING: Type.Integer({
    description: 'Requests that may wait to be recorded; of one principal half of them',
    default: standardLimits.waiting,
    minimum: 2,
    maximum: 100_000,
    mustBe: 'a whole number from 2 to 100000',
  }),
  MAX_EVENT_LOOP_DELAY: Type.Integer({
    description:
      'Milliseconds that the event loop may be late, on average, before requests are refused with 503; 0: any number',
    default: 1000,
    minimum: 0,
    maximum: 60_000,
    mustBe: 'a whole number from 0 to 60000',
  }),
  CORS_ORIGINS: Type.String({
    description:
      'Origins, with commas between them, whose pages may read answers and write with a token; none by default',
    default: '',
    format: 'origins',
    mustBe: 'origins as a browser writes them, such as https://app.example.org, with commas between them',
  }),
  DATABASE_URL: Type.String({
    description: 'Where the ledger is kept: file:PATH for SQLite, postgres://… for PostgreSQL',
    default: 'file:./data/ledger.db',
    mustBe: databaseUrlMustBe,
  }),
  LOG_ORIGIN: Type.Optional(
    Type.String({
      description: 'Name of the log in its checkpoints, fixed at the first start',
      pattern: '^[^\\s+]{1,200}$',
      mustBe:
        'a name of at most 200 characters without spaces and plus signs, such as log.example.org/milestones',
    }),
  ),
  SIGNER_DIR: Type.String({
    description:
      "Directory of the signer's keys and state, apart from the data; empty: this instance does not sign",
    default: './signer',
    pattern: '^(?!~(/|$))(\\S([^\\x00-\\x1f]*\\S)?)?$',
    mustBe: 'a directory as a whole path, without a blank or line break at its ends',
  }),
  BACKUP_DIR: Type.Optional(
    Type.String({
      description: 'Directory into which the service backs up its ledger in SQLite; without it nothing is',
      pattern: '^(?!~(/|$))\\S([^\\x00-\\x1f]*\\S)?$',
      mustBe: 'a directory as a whole path, without a blank or line break at its ends',
    }),
  ),
  BACKUP_EVERY: Type.Integer({
    description: 'Minutes from one backup to the next',
    default: 60,
    minimum: 1,
    maximum: 10_080,
    mustBe: 'a whole number from 1 to 10080',
  }),
  BACKUP_KEEP: Type.Integer({
    description: 'Days of which the last backup is kept; all of the last day are',
    default: 30,
    minimum: 1,
    maximum: 3650,
    mustBe: 'a whole number from 1 to 3650',
  }),
  LOG_LEVEL: Type.String({
    description: 'Lowest level that is logged',
    default: 'info',
    enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    mustBe: 'trace, debug, info, warn, error, fatal or silent',
  }),
  LEDGER_URL: Type.Optional(
    Type.String({
      description: 'The running service that commands ask, as --url',
      pattern: '^https?://[^\\s?#@]+$',
      mustBe: 'an http or https URL',
    }),
  ),
  LEDGER_TOKEN: Type.String({
    description: 'The token that commands send to a running service',
    default: '',
    pattern: '^[!-~]*$',
    mustBe: 'a token, without blanks',
  }),
  METRICS_PORT: Type.Optional(
    Type.Integer({
      description:
        'Port on 127.0.0.1 that serves /metrics without credentials, 0: a free one; without it none does',
      minimum: 0,
      maximum: 65535,
      mustBe: 'a whole number from 0 to 65535',
    }),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      description:
        'Collector of OpenTelemetry to which traces are sent by OTLP over HTTP; without it none are made',
      pattern: '^https?://[^\\s?#@]+$',
      format: 'url',
      mustBe: 'an http or https URL, such as http://127.0.0.1:4318',
    }),
  ),
  READING_THREADS: Type.Integer({
    description:
      'Threads that compute what is read from a ledger in SQLite, beside the one that records; 0: none',
    default: 1,
    minimum: 0,
    maximum: 64,
    mustBe: 'a whole number from 0 to 64',
  }),
  ALLOW_CLOCK_JUMP: Type.Boolean({
    description: 'Accept a clock that is a day behind or a year ahead of the last event',
    default: false,
    mustBe: 'true or false',
  }),
});

export type Config = Static<typeof environment>;

/** The message has one line for each variable with a wrong value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

let validate: ValidateFunction<Config> | undefined;

/** Throws a ConfigError that names every variable with a wrong value, but no value: a URL may hold a password. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  validate ??= new Ajv({
    allErrors: true,
    coerceTypes: true,
    useDefaults: true,
    keywords: ['mustBe'],
    formats: { url: URL.canParse, proxies: isOf(isProxy), origins: isOf(isOrigin) },
    meta: false,
    validateSchema: false,
    code: { optimize: false },
  }).compile<Config>(environment);
  const wrong = new Map<string, string>();
  // Leave out other variables, and those that are undefined.
  const data: unknown = Object.fromEntries(
    names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
  const config = validate(data) ? data : undefined;
  for (const { instancePath } of validate.errors ?? []) {
    const name = instancePath.slice(1) as Name; // The schema has no other members.
    wrong.set(name, describe(name).mustBe);
  }
  const given = config?.DATABASE_URL ?? env['DATABASE_URL'];
  try {
    if (given !== undefined) {
      const url = databaseUrlOf(given);
      if (config) {
        requireWhole(config);
        const { PUBLIC_URL } = config;
        return {
          ...config,
          ...(PUBLIC_URL !== undefined && { PUBLIC_URL: new URL(PUBLIC_URL).href.replace(/\/$/, '') }),
          DATABASE_URL: url,
        };
      }
    }
  } catch (error) {
    if (!(error instanceof WrongDatabaseUrl)) throw error;
    wrong.set('DATABASE_URL', error.message);
  }
  throw new ConfigError(
    names.flatMap((name) => (wrong.has(name) ? [`${name} must be ${wrong.get(name)}.`] : [])).join('\n'),
  );
}

/** Whether a text is empty, or each of its parts between commas is what it must be. */
const isOf =
  (isOne: (part: string) => boolean) =>
  (text: string): boolean =>
    text === '' || text.split(',').every(isOne);

/**
 * An address, or a range that is no larger than what one operator has: 10.0.0.0/8, and fc00::/7 of IPv6. To believe everybody
 * would let everybody say that they are somebody else.
 */
function isProxy(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return false;
  if (bits === undefined) return true;
  if (!/^[0-9]{1,3}$/.test(bits)) return false;
  // What begins with zeros may hold all addresses of IPv4.
  if (version === 6 && /^(:|0)/.test(address)) return false;
  return Number(bits) >= (version === 4 ? 8 : 7) && Number(bits) <= (version === 4 ? 32 : 128);
}

/** One origin of pages: `null` is none, and `*` stands for several. */
const isOrigin = (text: string): boolean => /^https?:[^*]+$/.test(text) && URL.parse(text)?.origin === text;

/** Throws a ConfigError where some variables are set, and others that they need are not. */
function requireWhole(config: Config): void {
  const {
    OIDC_ISSUER,
    OIDC_AUDIENCE,
    OIDC_TOKEN_TYPE,
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_GRANTS,
    PUBLIC_URL,
    DATABASE_URL,
    BACKUP_DIR,
  } = config;
  const faults: string[] = [];
  const needs = (name: Name, needed: Name): void => {
    if (config[name] !== undefined && config[needed] === undefined)
      faults.push(`${name} needs ${needed}, which is not set.`);
  };
  for (const name of ['OIDC_AUDIENCE', 'OIDC_CLIENT_ID', 'OIDC_GRANTS'] as const) needs(name, 'OIDC_ISSUER');
  needs('TLS_CERT', 'TLS_KEY');
  needs('TLS_KEY', 'TLS_CERT');
  needs('OIDC_ISSUER', 'OIDC_GRANTS');
  needs('OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET');
  needs('OIDC_CLIENT_SECRET', 'OIDC_CLIENT_ID');
  needs('OIDC_CLIENT_ID', 'PUBLIC_URL');
  if (OIDC_ISSUER !== undefined && OIDC_GRANTS !== undefined && !OIDC_AUDIENCE && !OIDC_CLIENT_ID)
    faults.push('OIDC_ISSUER needs OIDC_AUDIENCE for programs, or OIDC_CLIENT_ID for people, or both.');
  if (OIDC_TOKEN_TYPE === 'JWT' && OIDC_AUDIENCE !== undefined && OIDC_AUDIENCE === OIDC_CLIENT_ID)
    faults.push(
      'OIDC_TOKEN_TYPE=JWT needs an OIDC_AUDIENCE other than OIDC_CLIENT_ID, which tokens for the login are meant for.',
    );
  // A browser sends the cookie of a session over https alone, and to this machine.
  if (OIDC_CLIENT_ID && OIDC_CLIENT_SECRET && PUBLIC_URL?.startsWith('http:') && !isOnLoopback(PUBLIC_URL))
    faults.push('OIDC_CLIENT_ID needs a PUBLIC_URL that begins with https.');
  if (config.HEADERS_TIMEOUT > config.REQUEST_TIMEOUT)
    faults.push(
      'HEADERS_TIMEOUT must not be longer than REQUEST_TIMEOUT, as a request begins with its headers.',
    );
  if (BACKUP_DIR !== undefined && /^postgres(ql)?:/.test(DATABASE_URL))
    faults.push(
      'BACKUP_DIR is for a ledger in SQLite. Unset it, and back up PostgreSQL with pg_dump: docs/postgres.md ("Backup").',
    );
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
}

const isOnLoopback = (url: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

/** What requests may take, as it is set. */
export const limitsOf = (config: Config): Limits => ({
  bodyBytes: config.MAX_BODY,
  events: config.MAX_BATCH,
  levels: config.MAX_NESTING,
  headersMs: config.HEADERS_TIMEOUT * 1_000,
  requestMs: config.REQUEST_TIMEOUT * 1_000,
  files: config.MAX_IMPORTS,
  waiting: config.MAX_WAITING,
});

/** The list for --help. */
export function environmentHelp(): string {
  const lines = names.map((name) => {
    const { description, default: standard = name === 'LOG_ORIGIN' ? 'made at the first start' : 'none' } =
      describe(name);
    return `  ${`${name} `.padEnd(20)}${description} (default: ${standard})`;
  });
  return `\nEnvironment:\n${lines.join('\n')}\n`;
}

type Name = keyof Config;

interface Described {
  description: string;
  default: unknown;
  mustBe: string;
}

// The keys of an object literal, in its order.
const names = Object.keys(environment.properties) as Name[];

/** The table's entry; TypeBox does not know in its types what else an entry holds. */
function describe(name: Name): Described {
  return environment.properties[name] as unknown as Described;
}

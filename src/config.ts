import { envSchema } from 'env-schema';
import { type Static, Type } from 'typebox';

/** What names a ledger. */
export const databaseUrl = {
  pattern: '^(file:|postgres(ql)?://).',
  mustBe: 'file:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
};

/**
 * The environment, in one table: what each variable is for, its default, and what it must be, in words that a wrong
 * value is answered with. Nothing else in the project reads process.env.
 */
const environment = Type.Object({
  HOST: Type.String({
    description: 'Address to listen on',
    default: '127.0.0.1',
    enum: ['127.0.0.1', '::1', 'localhost'],
    mustBe: '127.0.0.1, ::1 or localhost, since a ledger without authentication serves its own machine only',
  }),
  PORT: Type.Integer({
    description: 'Port to listen on; 0 takes a free one',
    default: 3000,
    minimum: 0,
    maximum: 65535,
    mustBe: 'a whole number from 0 to 65535',
  }),
  DATABASE_URL: Type.String({
    description: 'Where the ledger is kept: file:PATH for SQLite, postgres://… for PostgreSQL',
    default: 'file:./data/ledger.db',
    ...databaseUrl,
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
    mustBe: 'a directory',
  }),
  LOG_LEVEL: Type.String({
    description: 'Least level that is logged',
    default: 'info',
    enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    mustBe: 'trace, debug, info, warn, error, fatal or silent',
  }),
  ALLOW_CLOCK_JUMP: Type.Boolean({
    description: 'Accept a clock that is a day behind or a year ahead of the last event',
    default: false,
    mustBe: 'true or false',
  }),
});

export type Config = Static<typeof environment>;

/** A start that cannot succeed: one line for each variable that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Throws a ConfigError that names every variable with a wrong value, but no value: a URL may hold a password. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const wrong = new Set<string>();
  try {
    return envSchema<Config>({
      schema: environment,
      env: false,
      // Without the rest of the environment, and without variables that were passed as undefined.
      data: Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
      ajv: { customOptions: (ajv) => ajv.addKeyword('mustBe') },
    });
  } catch (error) {
    // env-schema hangs Ajv's errors onto its own.
    const { errors = [] } = error as { errors?: { instancePath: string }[] };
    for (const { instancePath } of errors) wrong.add(instancePath.slice(1));
    if (wrong.size === 0) throw error;
  }
  throw new ConfigError(
    names
      .flatMap((name) => (wrong.has(name) ? [`${name} must be ${describe(name).mustBe}.`] : []))
      .join('\n'),
  );
}

/** The list for --help. */
export function environmentHelp(): string {
  const lines = names.map((name) => {
    const { description, default: standard = 'made at the first start' } = describe(name);
    return `  ${name.padEnd(18)}${description} (default: ${standard})`;
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

import { type Command, InvalidArgumentError, Option } from 'commander';
import { expiryOf, tokenDaysMax } from '../access/token.ts';
import { type OpenLedger, openLedger } from '../app.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { instantOf } from '../db/rows.ts';
import { type Grant, initiativeOrAllPattern, type Role, roles } from '../shapes/grant.ts';
import { revokeToken, tokensOf } from '../store/credentials.ts';
import { StoreLocked } from '../store/lock-file.ts';
import { addPrincipal, issueToken } from '../store/principals.ts';
import { principalsAt } from '../views/principals.ts';
import { CouldNotRun, say } from './outcome.ts';
import { serviceUrl } from './service-url.ts';

interface Created {
  label: string;
  role?: Role;
  initiative?: string;
  principal?: string;
  expires: string;
  url?: string;
}

export function tokenCommand(program: Command): void {
  const token = program
    .command('token')
    .description('make, list and end tokens; stop the service first, or ask it with --url and LEDGER_TOKEN');
  const url = () => new Option('--url <url>', 'the address of a running service');
  token
    .command('create')
    .description(
      'make a token, and a principal for it unless --principal names one; the token is printed once',
    )
    .requiredOption('--label <label>', 'what the principal and the token are called')
    .addOption(
      new Option('--role <role>', 'what a new principal may do').choices(roles).conflicts('principal'),
    )
    .addOption(
      new Option('--initiative <id>', 'where it may do that: an initiative, or * for all')
        .argParser(initiativeOrAll)
        .conflicts('principal'),
    )
    .option('--principal <id>', 'a principal that there is')
    .requiredOption('--expires <when>', `when it ends: 30d or an instant, at most ${tokenDaysMax} days ahead`)
    .addOption(url())
    .addHelpText('after', environmentHelp())
    .action((created: Created) => create(readConfig(), created, Date.now()));
  token
    .command('list')
    .description('list the tokens, without their texts')
    .addOption(url())
    .addHelpText('after', environmentHelp())
    .action(({ url }: { url?: string }) => list(readConfig(), url));
  token
    .command('revoke')
    .argument('<id>', 'the id of a token')
    .description('end a token; 1: there is none, or it had ended')
    .addOption(url())
    .addHelpText('after', environmentHelp())
    .action((id: string, { url }: { url?: string }) => revoke(readConfig(), id, url, Date.now()));
}

function initiativeOrAll(text: string): string {
  if (new RegExp(initiativeOrAllPattern).test(text)) return text;
  throw new InvalidArgumentError('It is the id of an initiative, or * (in quotes).');
}

/** The command line is the operator's: who can read the files of a ledger needs nobody's leave. */
const author = { principal: 'operator', authority: 'operator' } as const;

async function create(config: Config, created: Created, nowMs: number): Promise<void> {
  const { label, role, initiative, principal, expires, url } = created;
  if (principal === undefined && (role === undefined || initiative === undefined))
    throw new CouldNotRun(
      'Say what the new principal may do: --role and --initiative. Or name one that there is: --principal.',
    );
  const expiresAt = expiryOf(expires, nowMs);
  if (expiresAt === undefined)
    throw new CouldNotRun(
      `--expires must be days such as 30d, or an instant, and at most ${tokenDaysMax} days ahead.`,
    );
  const grants: Grant[] = role && initiative !== undefined ? [{ role, initiativeId: initiative }] : [];
  const reason = { code: 'other', text: `Made by the command line, for ${label}.` } as const;
  if (url !== undefined) {
    const principalId =
      principal ??
      (await ask<{ principalId: string }>(config, url, 'POST', '/v1/principals', { label, grants, reason }))
        .principalId;
    const body = { principalId, label, expires };
    const { token, tokenId } = await ask<{ token: string; tokenId: string }>(
      config,
      url,
      'POST',
      '/v1/tokens',
      body,
    );
    return tell(principalId, tokenId, token);
  }
  await withLedger(config, async ({ store, recorder }) => {
    if (principal !== undefined) await requirePrincipal({ store }, principal);
    const principalId =
      principal ?? (await addPrincipal({ store, recorder, author }, { label, grants, reason })).principalId;
    const { tokenId, token } = await issueToken(store, { principalId, label, expiresAt }, nowMs);
    tell(principalId, tokenId, token);
  });
}

/** The token alone on standard output, so that it can be kept by a script. */
function tell(principalId: string, tokenId: string, token: string): void {
  process.stderr.write(`principal ${principalId}, token ${tokenId}; it is shown once:\n`);
  say(token);
}

async function requirePrincipal({ store }: Pick<OpenLedger, 'store'>, principalId: string): Promise<void> {
  const { position } = await store.head();
  const principals = await principalsAt(store.db, position);
  if (!principals.some((one) => one.principalId === principalId && one.enabled))
    throw new CouldNotRun(`There is no principal ${principalId}, or it is disabled.`);
}

interface Listed {
  tokenId: string;
  principalId: string;
  label: string;
  expires: string;
  revokedAt: string | null;
}

async function list(config: Config, url: string | undefined): Promise<void> {
  const tellAll = (tokens: Listed[]): void => {
    for (const { tokenId, principalId, label, expires, revokedAt } of tokens)
      say(
        [tokenId, principalId, revokedAt === null ? `until ${expires}` : `revoked ${revokedAt}`, label].join(
          '\t',
        ),
      );
  };
  if (url !== undefined)
    return tellAll((await ask<{ items: Listed[] }>(config, url, 'GET', '/v1/tokens')).items);
  await withLedger(config, async ({ store }) => {
    const rows = await tokensOf(store.db);
    tellAll(
      rows.map((row) => ({
        tokenId: row.token_id,
        principalId: row.principal_id,
        label: row.label,
        expires: instantOf(row.expires_at),
        revokedAt: row.revoked_at === null ? null : instantOf(row.revoked_at),
      })),
    );
  });
}

async function revoke(
  config: Config,
  tokenId: string,
  url: string | undefined,
  nowMs: number,
): Promise<void> {
  if (url !== undefined) {
    await ask(config, url, 'DELETE', `/v1/tokens/${encodeURIComponent(tokenId)}`);
    return say(`${tokenId} is revoked`);
  }
  await withLedger(config, async ({ store }) => {
    if (await store.durably(revokeToken(tokenId, nowMs))) return say(`${tokenId} is revoked`);
    say(`There is no token ${tokenId}, or it was revoked before.`);
    process.exitCode = 1;
  });
}

async function withLedger(config: Config, work: (ledger: OpenLedger) => Promise<void>): Promise<void> {
  let ledger: OpenLedger | undefined;
  try {
    ledger = await openLedger(config, false);
    await ledger.upkeep.bringUpToDate();
    await work(ledger);
  } catch (error) {
    if (!(error instanceof StoreLocked)) throw error;
    throw new CouldNotRun(
      `${error.message} Or ask the service: --url ${serviceUrl(config)}, with LEDGER_TOKEN.`,
    );
  } finally {
    await ledger?.close();
  }
}

/** Asks a running service. Throws CouldNotRun with what it answers where it refuses. */
async function ask<T>(
  { LEDGER_TOKEN }: Config,
  url: string,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const answer = await fetch(new URL(path, url), {
    method,
    headers: {
      ...(LEDGER_TOKEN === '' ? {} : { authorization: `Bearer ${LEDGER_TOKEN}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: Error) => {
    throw new CouldNotRun(
      `${url} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}.`,
    );
  });
  const text = await answer.text();
  if (!answer.ok) {
    const { title = `It answered ${answer.status}`, detail = '' } = /json/.test(
      answer.headers.get('content-type') ?? '',
    )
      ? JSON.parse(text)
      : {};
    throw new CouldNotRun(`${title}. ${detail}`.trim());
  }
  return text === '' ? (undefined as T) : (JSON.parse(text) as T);
}

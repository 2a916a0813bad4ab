import { type Command, InvalidArgumentError, Option } from 'commander';
import { expiryOf, tokenDaysMax } from '../access/token.ts';
import { tokenList, tokenView } from '../answers/access.ts';
import { type OpenLedger, openLedger } from '../app.ts';
import { type Client, ProblemError } from '../client/client.ts';
import { type Config, environmentHelp, readConfig } from '../config.ts';
import { type Grant, initiativeOrAllPattern, type Role, roles } from '../shapes/grant.ts';
import { revokeToken } from '../store/credentials.ts';
import { StoreLocked } from '../store/lock-file.ts';
import { addPrincipal, issueToken } from '../store/principals.ts';
import { principalNow } from '../views/principals.ts';
import { CouldNotRun, say } from './outcome.ts';
import { asking, namedService, type Service, serviceOf, urlOption } from './service.ts';

interface Created {
  label: string;
  role?: Role;
  initiative?: string;
  principal?: string;
  expires: string;
  json?: boolean;
  url?: string;
}

const examples = `
Examples:
  milestone-ledger token create --label "Office" --role recorder --initiative sci --expires 30d
  milestone-ledger token list --json | jq .items
`;

export function tokenCommand(program: Command): void {
  const token = program
    .command('token')
    .addHelpText('after', examples)
    .description('make, list and end tokens; stop the service first, or ask it with --url and LEDGER_TOKEN');
  const command = (name: string, description: string): Command =>
    token
      .command(name)
      .description(description)
      .addOption(urlOption())
      .addHelpText('after', environmentHelp());
  command(
    'create',
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
    .option('--json', 'print JSON')
    .action((created: Created) => create(readConfig(), created, Date.now()));
  command('list', 'list the tokens, without their texts')
    .option('--json', 'print JSON')
    .action(({ url, json }: { url?: string; json?: boolean }) => list(readConfig(), url, json));
  command('revoke', 'end a token; 1: there is none, or it had ended')
    .argument('<id>', 'the id of a token')
    .action((id: string, { url }: { url?: string }) => revoke(readConfig(), id, url, Date.now()));
}

function initiativeOrAll(text: string): string {
  if (new RegExp(initiativeOrAllPattern).test(text)) return text;
  throw new InvalidArgumentError('It is the id of an initiative, or * (in quotes).');
}

/** The command line is the operator's: whoever can read the files of a ledger needs nobody's leave. */
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
  const added = { label, grants, reason };
  const service = namedService(config, url);
  const { principalId, tokenId, token } = service
    ? await told(service, async (client) => {
        const principalId = principal ?? (await client.post('/v1/principals', {}, added)).principalId;
        return client.post('/v1/tokens', {}, { principalId, label, expires });
      })
    : await withLedger(config, async ({ store, recorder, signer }) => {
        if (principal !== undefined && !(await principalNow(store, principal))?.enabled)
          throw new CouldNotRun(`There is no principal ${principal}, or it is disabled.`);
        const principalId = principal ?? (await addPrincipal({ store, recorder, author }, added)).principalId;
        // From then on no older copy, in which the ledger may be open, passes for this ledger.
        await signer?.sign();
        const { row, token } = await issueToken(store, { principalId, label, expiresAt }, nowMs);
        return { ...tokenView(row), token };
      });
  if (created.json) return say(JSON.stringify({ principalId, tokenId, token }));
  // The token alone on standard output, so that a script can keep it.
  process.stderr.write(`principal ${principalId}, token ${tokenId}; it is shown once:\n`);
  say(token);
}

async function list(config: Config, url: string | undefined, json = false): Promise<void> {
  const service = namedService(config, url);
  const tokens = service
    ? (await told(service, (client) => client.get('/v1/tokens'))).items
    : await withLedger(config, async ({ store }) => tokenList(store));
  if (json) return say(JSON.stringify({ items: tokens }));
  for (const { tokenId, principalId, label, expires, revokedAt } of tokens) {
    const ends = revokedAt === null ? `until ${expires}` : `revoked ${revokedAt}`;
    say([tokenId, principalId, ends, label].join('\t'));
  }
}

async function revoke(
  config: Config,
  tokenId: string,
  url: string | undefined,
  nowMs: number,
): Promise<void> {
  const service = namedService(config, url);
  if (service) await told(service, (client) => client.delete('/v1/tokens/{tokenId}', { tokenId }));
  else if (!(await withLedger(config, ({ store }) => store.durably(revokeToken(tokenId, nowMs))))) {
    process.exitCode = 1;
    return say(`There is no token ${tokenId}, or it was revoked before.`);
  }
  say(`${tokenId} is revoked`);
}

async function withLedger<T>(config: Config, work: (ledger: OpenLedger) => Promise<T>): Promise<T> {
  let ledger: OpenLedger | undefined;
  try {
    ledger = await openLedger(config, false);
    await ledger.upkeep.bringUpToDate();
    return await work(ledger);
  } catch (error) {
    if (!(error instanceof StoreLocked)) throw error;
    throw new CouldNotRun(
      `${error.message} Or ask the service: --url ${serviceOf(config).url}, with LEDGER_TOKEN.`,
    );
  } finally {
    await ledger?.close();
  }
}

/** Throws CouldNotRun with what the service says where it refuses. */
const told = <T>(service: Service, work: (client: Client) => Promise<T>): Promise<T> =>
  asking(service, work).catch((error) => {
    if (!(error instanceof ProblemError)) throw error;
    const { title = '', detail = '' } = error.problem ?? {};
    throw new CouldNotRun(`${title}. ${detail}`.trim());
  });

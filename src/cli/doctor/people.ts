import { granted, may } from '../../access/rights.ts';
import type { VersionRow } from '../../db/rows.ts';
import type { PrincipalRow, TokenRow } from '../../db/schema.ts';
import { grantsBy, readRules } from '../../http/identity/grants.ts';
import { Provider } from '../../http/identity/provider.ts';
import { byRole, everyInitiative, type GrantsByRole } from '../../shapes/grant.ts';
import { ownId } from '../../shapes/stored-event.ts';
import { principalOf, ruleFor } from '../../views/principals.ts';
import { causeOf } from '../service.ts';
import { type Check, type Finding, type Opened, ok, type Surroundings, warning, wrong } from './check.ts';
import { duration } from './words.ts';

/** Time to make another token. One that was made for less is not meant to last. */
const soonMs = 7 * 86_400_000;

const principals = `select records.position, made, initiative_id, record_id, kind, version, standing,
    coalesce(records.state, (select leaf from events where events.position = records.position)) as state
  from records where initiative_id = $1 and kind = 'principal' and to_position is null order by made`;

/** Whether somebody has to be known, and whether anybody can still administer. */
export const access: Check<Opened> = {
  name: 'access',
  async look({ ledger, config, nowMs }) {
    const { OIDC_ISSUER, OIDC_GRANTS } = config;
    const all = (await ledger.read<VersionRow>(principals, ownId)).map(principalOf);
    if (all.length === 0 && OIDC_ISSUER === undefined)
      return [
        warning(
          "the ledger is open: whoever can use this machine can record. Stop the service and make the first administrator: token create --label Administrator --role admin --initiative '*' --expires 30d",
        ),
      ];
    const administrators = new Set(
      all.filter((one) => ruleFor(one, 'administer')).map(({ principalId }) => principalId),
    );
    const tokens = (await ledger.read<TokenRow>('select * from tokens')).filter(
      ({ revoked_at, expires_at }) => revoked_at === null && expires_at > nowMs,
    );
    const users = (await ledger.read<PrincipalRow>('select * from principals')).filter(
      ({ issuer }) => issuer !== null && issuer === OIDC_ISSUER,
    );
    const byToken = tokens.filter((token) => administrators.has(token.principal_id) && isWhole(token));
    const byProvider = users.filter(({ principal_id }) => administrators.has(principal_id));
    const gives = OIDC_GRANTS !== undefined && givesAdministration(OIDC_GRANTS);
    const findings: Finding[] = [];
    if (byToken.length === 0 && byProvider.length === 0 && !gives) {
      const [one] = administrators;
      findings.push(
        wrong(
          `no administrator can log in. Stop the service and make a token: token create ${one === undefined ? "--role admin --initiative '*'" : `--principal ${one}`} --label Administrator --expires 30d`,
        ),
      );
    } else
      findings.push(
        ok(
          `somebody has to be known; ${byToken.length > 0 ? 'an administrator has a token' : 'the identity provider knows administrators'}`,
        ),
      );
    for (const { token_id, principal_id, created_at, expires_at } of tokens)
      if (expires_at - nowMs < soonMs && expires_at - created_at > soonMs)
        findings.push(
          warning(
            `the token ${token_id} of ${principal_id} ends in ${duration(expires_at - nowMs)}. Make another (token create --principal ${principal_id}), or revoke it.`,
          ),
        );
    return findings;
  },
};

/** Whether a token gives all that an administrator of all has. Its grants were written by this ledger. */
const isWhole = ({ grants }: TokenRow): boolean =>
  grants === null ||
  may(granted(JSON.parse(grants) as GrantsByRole), 'administer', everyInitiative) !== undefined;

/** Whether some claim of the provider makes an administrator of all. */
function givesAdministration(file: string): boolean {
  const rules = readRules(file);
  return rules.some(({ claim, value }) =>
    may(granted(byRole(grantsBy(rules, { [claim]: value }))), 'administer', everyInitiative),
  );
}

/** Whether the identity provider answers as one. It is asked only where it is set. */
export const identityProvider: Check<Surroundings> = {
  name: 'identity provider',
  async look({ config, nowMs }) {
    const { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_TOKEN_TYPE, OIDC_CLIENT_ID } = config;
    if (OIDC_ISSUER === undefined) return [];
    let cause = '';
    const provider = new Provider(
      {
        issuer: OIDC_ISSUER,
        audience: OIDC_AUDIENCE,
        tokenType: OIDC_TOKEN_TYPE,
        clientId: OIDC_CLIENT_ID,
        // Nothing that is asked here needs it.
        clientSecret: undefined,
      },
      () => nowMs,
      (error) => {
        cause = causeOf(error);
      },
    );
    const isThere = await provider.configuration().then(
      () => true,
      () => false,
    );
    return [
      isThere
        ? ok(`${OIDC_ISSUER} answers`)
        : wrong(
            `${OIDC_ISSUER} does not answer as an identity provider (${cause}), so nobody new can log in. Look at OIDC_ISSUER, at the network, and at the provider.`,
          ),
    ];
  },
};

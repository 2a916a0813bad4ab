import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';
import { ConfigError } from '../../config.ts';
import { object } from '../../shapes/fields.ts';
import { Grant, Grants } from '../../shapes/grant.ts';

/** Who has a claim with a value, or with it among its values, has the grants. */
const Rule = object({
  claim: Type.String({ minLength: 1, not: { enum: ['email', 'preferred_username'] } }),
  value: Type.String({ minLength: 1 }),
  grants: Grants,
});
const Rules = Type.Array(Rule, { minItems: 1 });
export type Rules = Static<typeof Rules>;

/** The rules of the file OIDC_GRANTS. Throws a ConfigError that says what is wrong with it. */
export function readRules(file: string): Rules {
  let rules: unknown;
  try {
    rules = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`OIDC_GRANTS: ${file} can't be read as JSON: ${(error as Error).message}.`);
  }
  const validate = new Ajv({ meta: false, validateSchema: false }).addSchema(Grant).compile<Rules>(Rules);
  if (validate(rules)) return rules;
  const [fault] = validate.errors ?? [];
  const what =
    fault?.keyword === 'not'
      ? 'must not be one that people can change, such as an e-mail address'
      : `${fault?.message}${fault?.keyword === 'additionalProperties' ? `: ${JSON.stringify(fault.params['additionalProperty'])}` : ''}`;
  throw new ConfigError(
    `OIDC_GRANTS: in ${file} ${fault?.instancePath || 'the whole'} ${what}. It is a list such as [{ "claim": "groups", "value": "ledger-admins", "grants": [{ "role": "admin", "initiativeId": "*" }] }].`,
  );
}

/** What a user of the provider may do. */
export function grantsBy(rules: Rules, claims: { [claim: string]: unknown }): Grant[] {
  const holds = ({ claim, value }: Rules[number]): boolean =>
    Object.hasOwn(claims, claim) && [claims[claim]].flat().includes(value);
  return rules.filter(holds).flatMap(({ grants }) => grants);
}

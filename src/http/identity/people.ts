import { type Granted, granted, grantsIn } from '../../access/rights.ts';
import { Refusal } from '../../errors.ts';
import { canonicalJson } from '../../shapes/canonical-json.ts';
import { byRole } from '../../shapes/grant.ts';
import { keyedHash } from '../../shapes/keyed-hash.ts';
import { isVisible } from '../../shapes/visible.ts';
import { knownPrincipals, principalOf } from '../../store/credentials.ts';
import { addPrincipal, changeRights } from '../../store/principals.ts';
import type { Recorder } from '../../store/recorder.ts';
import type { Store } from '../../store/store.ts';
import { grantsBy, type Rules } from './grants.ts';
import type { Claims } from './provider.ts';

/** The operator wrote the rules by which this is recorded. */
const author = { principal: 'operator', authority: 'operator' } as const;
const because = (text: string) => ({ code: 'other', text }) as const;

const labelCharactersMax = 200;

/** The principals that users of an identity provider are: known by issuer and subject, and by nothing that changes. */
export class People {
  readonly #store: Store;
  readonly #recorder: () => Recorder;
  readonly #rules: Rules;

  constructor(store: Store, recorder: () => Recorder, rules: Rules) {
    this.#store = store;
    this.#recorder = recorder;
    this.#rules = rules;
  }

  /** What a user may do by the rules. */
  grantsOf({ all }: Claims): Granted {
    return granted(byRole(grantsBy(this.#rules, all)));
  }

  /**
   * The id of a user's principal, which is recorded at the first sight. Throws a Refusal, `forbidden` where no rule ever fitted: a provider
   * may know more people than a log should tell of.
   */
  async principalIdOf(claims: Claims): Promise<string> {
    const { issuer, subject } = claims;
    const grants = grantsIn(this.grantsOf(claims));
    for (let time = 0; ; time++) {
      const known = await principalOf(this.#store.db, issuer, subject);
      if (known) return known.principal_id;
      if (grants.length === 0)
        throw new Refusal('forbidden', 'No rule for users of the identity provider gives you a right here.');
      const { principalId } = await addPrincipal(this.#by(), {
        label: labelIn(claims),
        grants,
        reason: because(
          'Signed in for the first time. The rights are those that OIDC_GRANTS gives for the claims.',
        ),
        user: { issuer, subject },
        // Of first requests at once, on several instances too, one is recorded. The others get the same answer.
        idempotency: this.#keyFor(issuer, subject, time),
      });
      const row = (await knownPrincipals(this.#store.db)).get(principalId);
      if (row?.issuer === issuer && row.subject === subject) return principalId;
      // The answer was kept of a principal that was erased since: the user is another one.
    }
  }

  /** From then on a principal has these rights. That somebody else recorded the same meanwhile is as good. Throws a Refusal. */
  async changeRights(principalId: string, grants: Granted): Promise<void> {
    try {
      await changeRights(this.#by(), principalId, {
        grants: grantsIn(grants),
        reason: because(
          'The claims of the identity provider changed, and OIDC_GRANTS gives these rights for them.',
        ),
      });
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'no-change')) throw error;
    }
  }

  #by() {
    return { store: this.#store, recorder: this.#recorder(), author };
  }

  #keyFor(issuer: string, subject: string, time: number) {
    const sight = canonicalJson({ firstSightOf: [issuer, subject, time] });
    const fingerprint = keyedHash(this.#store.fingerprintKey, sight);
    return { key: fingerprint.toString('hex'), fingerprint };
  }
}

/** What people see; the claim is another's text. */
function labelIn({ all: { name } }: Claims): string | null {
  if (typeof name !== 'string' || !isVisible(name) || /\p{Cc}|\p{Cs}/u.test(name)) return null;
  return [...name.trim()].slice(0, labelCharactersMax).join('');
}

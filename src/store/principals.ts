import { randomUUID } from 'node:crypto';
import { newToken, tokenHash } from '../access/token.ts';
import type { TokenRow } from '../db/schema.ts';
import type { Posting } from '../ledger/posting.ts';
import type { Reason } from '../shapes/fields.ts';
import { byRole, type Grant, type GrantsByRole } from '../shapes/grant.ts';
import type { Posted } from '../shapes/posted.ts';
import { ownId } from '../shapes/stored-event.ts';
import { insertPrincipal, insertToken } from './credentials.ts';
import type { Receipt } from './receipt.ts';
import type { Recorder } from './recorder.ts';
import type { Store } from './store.ts';

/** The ledger in which principals are recorded, and who says so. */
export interface By {
  store: Store;
  recorder: Recorder;
  author: Pick<Posting, 'principal' | 'authority'>;
}

interface NewPrincipal {
  label: string | null;
  grants: Grant[];
  reason: Reason;
  /** Who it is to an identity provider. */
  user?: { issuer: string; subject: string };
  /** Two requests with the same one mean the same principal. */
  idempotency?: Posting['idempotency'];
}

/** Records a principal, and keeps its label beside the log. The id tells nothing of the label. Throws a Refusal. */
export async function addPrincipal(
  by: By,
  { label, grants, reason, user, idempotency }: NewPrincipal,
): Promise<{ principalId: string }> {
  const event = { type: 'PrincipalAdded', data: { grants: byRole(grants) }, reason };
  const { recorded } = await record(by, event, idempotency);
  const principalId = recorded[0]?.recordId ?? '';
  const { issuer = null, subject = null } = user ?? {};
  await by.store.durably(insertPrincipal({ principal_id: principalId, label, issuer, subject }));
  return { principalId };
}

/** From then on the principal has these rights and no others. Throws a Refusal. */
export const changeRights = (
  by: By,
  recordId: string,
  { grants, reason }: { grants: Grant[]; reason: Reason },
): Promise<Receipt> => record(by, { type: 'RightsChanged', recordId, grants: byRole(grants), reason });

/** From then on the principal may do nothing. Throws a Refusal. */
export const disablePrincipal = (
  by: By,
  recordId: string,
  { reason }: { reason: Reason },
): Promise<Receipt> => record(by, { type: 'PrincipalDisabled', recordId, reason });

const record = (
  { recorder, author }: By,
  event: Posted,
  idempotency?: Posting['idempotency'],
): Promise<Receipt> =>
  recorder.record({
    initiativeId: ownId,
    ...author,
    items: [{ index: 0, pointer: '', event }],
    dryRun: false,
    ...(idempotency && { idempotency }),
  });

interface NewToken {
  principalId: string;
  label: string;
  /** It gives no more than these; absent: all that its principal has. */
  grants?: GrantsByRole | undefined;
  /** Milliseconds. */
  expiresAt: number;
}

/** Makes a token. Its text is given here alone: the ledger keeps a hash of it. */
export async function issueToken(
  store: Store,
  { principalId, label, grants, expiresAt }: NewToken,
  nowMs: number,
): Promise<{ token: string; row: TokenRow }> {
  const token = newToken();
  const hash = tokenHash(token);
  if (!hash) throw new Error('a new token has not the form of one');
  const row = {
    token_id: randomUUID(),
    principal_id: principalId,
    hash,
    label,
    grants: grants === undefined ? null : JSON.stringify(grants),
    created_at: nowMs,
    expires_at: expiresAt,
    revoked_at: null,
    used_at: null,
  };
  await store.durably(insertToken(row));
  return { token, row };
}

import type { Db, PrincipalRow, SessionRow, TokenRow } from '../db/schema.ts';
import { type Asking, ask } from '../shapes/asking.ts';

// The labels of principals, their tokens and their sessions stand beside the log. Changes are for `Store.durably`.

/** Inserts a row whose members are columns of the table. */
function insertion(table: 'principals' | 'tokens' | 'sessions', row: object, more = '') {
  const places = Object.keys(row).map((_, i) => `$${i + 1}`);
  const text = `insert into ${table} (${Object.keys(row)}) values (${places}) ${more}`;
  return ask(text, ...Object.values(row));
}

/** Whoever was inserted before stays. */
export const insertPrincipal = (row: PrincipalRow) => insertion('principals', row, 'on conflict do nothing');

export const allPrincipals = (): Asking<PrincipalRow[]> => ask<PrincipalRow>('select * from principals');

/** Empties the label and the user of a principal. From then on the user is another principal. */
export const erasePrincipal = (principalId: string) =>
  ask(
    'update principals set label = null, issuer = null, subject = null where principal_id = $1',
    principalId,
  );

export const insertToken = (row: TokenRow) => insertion('tokens', row);

/** false: there is no such token, or it was revoked before. */
export function* revokeToken(tokenId: string, atMs: number): Asking<boolean> {
  const rows = yield* ask(
    'update tokens set revoked_at = $1 where token_id = $2 and revoked_at is null returning token_id',
    atMs,
    tokenId,
  );
  return rows.length > 0;
}

export const useToken = (tokenId: string, atMs: number) =>
  ask('update tokens set used_at = $1 where token_id = $2', atMs, tokenId);

export const tokenByHash = (db: Db, hash: Uint8Array): Promise<TokenRow | undefined> =>
  db.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();

/** The tokens of one principal, or of all, in the order in which they were made. */
export const tokensOf = (db: Db, principalId?: string): Promise<TokenRow[]> =>
  db
    .selectFrom('tokens')
    .selectAll()
    .$if(principalId !== undefined, (some) => some.where('principal_id', '=', principalId ?? ''))
    .orderBy('created_at')
    .orderBy('token_id')
    .execute();

/** The labels and users of principals, by their ids. */
export async function knownPrincipals(db: Db): Promise<Map<string, PrincipalRow>> {
  const rows = await db.selectFrom('principals').selectAll().execute();
  return new Map(rows.map((row) => [row.principal_id, row]));
}

/** The principal that a user of an identity provider is. */
export const principalOf = (db: Db, issuer: string, subject: string): Promise<PrincipalRow | undefined> =>
  db
    .selectFrom('principals')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();

/** Keeps a session, and deletes all that have ended. */
export function* insertSession(row: SessionRow): Asking<void> {
  yield* ask('delete from sessions where ends_at <= $1 or idle_ends_at <= $2', row.begun_at, row.begun_at);
  yield* insertion('sessions', row);
}

export const useSession = (hash: Uint8Array, atMs: number, idleEndsAt: number) =>
  ask('update sessions set used_at = $1, idle_ends_at = $2 where hash = $3', atMs, idleEndsAt, hash);

export const endSession = (hash: Uint8Array) => ask('delete from sessions where hash = $1', hash);

export const endSessionsOf = (principalId: string) =>
  ask('delete from sessions where principal_id = $1', principalId);

export const sessionByHash = (db: Db, hash: Uint8Array): Promise<SessionRow | undefined> =>
  db.selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst();

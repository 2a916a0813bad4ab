import { type Kysely, sql } from 'kysely';

/** As 0008-fork. Besides, the head only moves forward, as instances of any role may move it. */
const statements = [
  `alter table head add column forked_size bigint,
    add column forked_root bytea check (length(forked_root) = 32)`,
  `create function refuse_head() returns trigger language plpgsql as $$
    begin raise exception 'the head only moves forward'; end $$`,
  `create trigger head_only_moves_forward before update on head for each row
    when (new.position < old.position or new.recorded_at < old.recorded_at
      or new.position = old.position
        and (new.root_hash, new.recorded_at) is distinct from (old.root_hash, old.recorded_at))
    execute function refuse_head()`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

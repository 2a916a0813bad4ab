-- A role for the service that can add to the log, and not change it: not the owner of the tables, who migrates.
-- Run by the owner, in the database of the ledger, after the command `migrate` and after each later one:
--   psql "$OWNER_URL" -f migrations/postgres-service-role.sql
-- The service then connects as this role; it has no password yet.
do $$ begin
  if not exists (select from pg_roles where rolname = 'milestone_ledger_service') then
    create role milestone_ledger_service login;
  end if;
end $$;

-- Where the ledger is in another schema than those of the search_path, as after restoring a dump.
do $$ begin
  if to_regclass('head') is null then
    perform set_config('search_path', format('%I', nspname), false) from pg_class
      join pg_namespace as n on n.oid = relnamespace where relname = 'head' and relkind = 'r';
  end if;
end $$;

do $$ begin
  execute format('grant usage on schema %I to milestone_ledger_service', current_schema);
  execute format('grant select on all tables in schema %I to milestone_ledger_service', current_schema);
end $$;
grant insert on events, tiles, checkpoints, signing_keys, openings, idempotency_keys, records, record_numbers,
  count_snapshots, principals, tokens, sessions to milestone_ledger_service;

-- The end of the log moves on; versions are superseded; numbers go up; a key's period ends; a log gets a new name.
-- (Before, the whole row of the head could be updated.)
revoke update on head from milestone_ledger_service;
grant update (position, recorded_at, root_hash, forked_size, forked_root) on head to milestone_ledger_service;
grant update (to_position) on records to milestone_ledger_service;
grant update (last_number) on record_numbers to milestone_ledger_service;
grant update (signs_until) on signing_keys to milestone_ledger_service;
grant update (origin) on ledger to milestone_ledger_service;

-- What a principal is called is erased; a token is used, and revoked; a session is used, and deleted when it ends.
grant update (label, issuer, subject) on principals to milestone_ledger_service;
grant update (revoked_at, used_at) on tokens to milestone_ledger_service;
grant update (used_at, idle_ends_at) on sessions to milestone_ledger_service;
grant delete on sessions to milestone_ledger_service;

-- Names are erased, with the fingerprints that they may be in, and old answers are forgotten.
grant delete on openings, idempotency_keys to milestone_ledger_service;
grant update (fingerprint) on events, idempotency_keys to milestone_ledger_service;

-- The search index is filled behind the log, and emptied where another version filled it.
grant insert, delete on search_texts, search_segments, search_postings to milestone_ledger_service;
grant insert, update on search_index to milestone_ledger_service;

-- Read models are made anew beside the ones in use and take their place by renaming, which only the owner of the tables can:
-- the owner runs the command `rebuild`, after `migrate` where a new version of the service asks for it. The privileges
-- above come with the tables.

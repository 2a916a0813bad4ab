-- Repairs a ledger whose head is not at the end of its rows: /readyz and posts say that events, records or tiles have a row beyond
-- the head, that events are missing before it, or that the tree has not its root. Run by the owner of the tables, in the database of the ledger; instances may be running:
--   psql "$OWNER_URL" -v ON_ERROR_STOP=1 -f migrations/postgres-repair.sql
-- Events beyond the head that are whole (each follows the one before, its leaf says what its columns say, and its record was
-- made with it) are of the log: the head moves behind them, as what was acknowledged is always whole. Where the head itself is
-- false, that is asked of all events behind the newest checkpoint. What is beyond is removed. Then run `rebuild` and `verify`, and restart instances that still answer `history-fork`.
-- Where the ledger is in another schema than those of the search_path, as after restoring a dump.
do $$ begin
  if to_regclass('head') is null then
    perform set_config('search_path', format('%I', nspname), false) from pg_class
      join pg_namespace as n on n.oid = relnamespace where relname = 'head' and relkind = 'r';
  end if;
end $$;

-- The root of the tree over the first leaves (RFC 9162, section 2.1.1), from nothing but the leaves.
create or replace function pg_temp.root_of(size bigint) returns bytea language plpgsql as $$
declare
  subtrees bytea[] := '{}';
  node bytea;
  bits bigint;
  event record;
begin
  for event in select position, leaf from events where position <= size order by position loop
    node := sha256('\x00'::bytea || convert_to(event.leaf, 'UTF8'));
    bits := event.position - 1;
    while bits % 2 = 1 loop
      node := sha256('\x01'::bytea || subtrees[cardinality(subtrees)] || node);
      subtrees := trim_array(subtrees, 1);
      bits := bits / 2;
    end loop;
    subtrees := subtrees || node;
  end loop;
  if cardinality(subtrees) = 0 then return sha256(''); end if;
  node := subtrees[cardinality(subtrees)];
  for i in reverse cardinality(subtrees) - 1 .. 1 loop
    node := sha256('\x01'::bytea || subtrees[i] || node);
  end loop;
  return node;
end $$;

create or replace function pg_temp.is_whole(at bigint) returns boolean language plpgsql as $$
begin
  return (select (leaf::json ->> 'eventId', leaf::json ->> 'initiativeId', leaf::json ->> 'recordId',
        leaf::json ->> 'version', leaf::json ->> 'type', (leaf::json ->> 'recordedAt')::timestamptz)
      = (event_id, initiative_id, record_id, version::text, type, to_timestamp(recorded_at / 1000.0))
      and exists (select from records where records.position = at
        and (records.initiative_id, records.record_id, records.version)
          = (events.initiative_id, events.record_id, events.version))
      and recorded_at >= (select coalesce(max(recorded_at), 0) from events as earlier where earlier.position = at - 1)
    from events where position = at);
exception when data_exception then
  return false;
end $$;

do $$
declare
  was head;
  goes_to bigint;
  removed bigint;
  signed bigint;
  signed_root bytea;
begin
  select * into strict was from head for update;
  select size, root_hash into signed, signed_root from checkpoints
    where starts_with(note, (select origin from ledger) || E'\n') order by size desc limit 1;
  if (select count(*) from events where position <= was.position) = was.position
      and pg_temp.root_of(was.position) = was.root_hash then
    goes_to := was.position;
  else
    goes_to := coalesce(signed, 0);
  end if;
  while pg_temp.is_whole(goes_to + 1) loop goes_to := goes_to + 1; end loop;
  if signed > goes_to or pg_temp.root_of(signed) <> signed_root then
    raise exception 'The checkpoint of size % was signed, and the events that are left are not those: restore newer data.', signed;
  end if;

  alter table events disable trigger events_are_never_deleted;
  alter table tiles disable trigger tiles_are_never_deleted;
  alter table head disable trigger head_only_moves_forward;
  delete from events where position > goes_to;
  get diagnostics removed = row_count;
  delete from records where position > goes_to;
  delete from tiles where (tile_index + 1) * 256::numeric ^ (level + 1) > goes_to;
  alter table events enable trigger events_are_never_deleted;
  alter table tiles enable trigger tiles_are_never_deleted;

  update head set position = goes_to, root_hash = pg_temp.root_of(goes_to),
    recorded_at = coalesce((select recorded_at from events where position = goes_to), 0);
  -- What was taken for a fork is none if it is in the log.
  update head set forked_size = null, forked_root = null
    where forked_size <= goes_to and pg_temp.root_of(forked_size) = forked_root;
  alter table head enable trigger head_only_moves_forward;
  raise notice 'The head was at %, and is at %; % events beyond it were removed.', was.position, goes_to, removed;
end $$;

import type Sqlite from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import type { Facts, MilestonesAt } from '../ledger/facts.ts';
import { prepare } from './prepared.ts';
import { keptAnswerOf, loggedEventOf, stateText, versionColumns, versionOf } from './rows.ts';
import type { Database, KeyRow } from './schema.ts';
import { compiledOnce } from './sqlite-statements.ts';

/**
 * The facts that decisions ask for, read on the writer's handle. What a group asks many of is one statement, given as a
 * JSON array: of ids that are new, as most are, it takes an eighth of what as many statements do.
 */
export function sqliteFacts(handle: Sqlite.Database, db: Kysely<Database>): Facts {
  const versions = prepare(handle, (p: { refs: string }) =>
    db
      .selectFrom(wanted(p.refs))
      .innerJoin('records', (join) =>
        join.on(
          'records.position',
          '=',
          sql<number>`(select position from events where initiative_id = wanted.value ->> 0
            and record_id = wanted.value ->> 1 order by version desc limit 1)`,
        ),
      )
      .select(versionColumns),
  );
  const events = prepare(handle, (p: { eventIds: string }) =>
    db
      .selectFrom(wanted(p.eventIds))
      .innerJoin('events', 'events.event_id', 'wanted.value')
      .selectAll('events'),
  );
  const answer = prepare(handle, (p: Pick<KeyRow, 'principal' | 'initiative_id' | 'key'>) =>
    db
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('principal', '=', p.principal)
      .where('initiative_id', '=', p.initiative_id)
      .where('key', '=', p.key),
  );
  const number = prepare(handle, (p: { initiativeId: string; kind: string }) =>
    db
      .selectFrom('record_numbers')
      .select('last_number')
      .where('initiative_id', '=', p.initiativeId)
      .where('kind', '=', p.kind),
  );
  const current = (p: { initiativeId: string; meetingId: string }) =>
    db
      .selectFrom('records')
      .where('initiative_id', '=', p.initiativeId)
      .where('meeting_id', '=', p.meetingId)
      .where('standing', '=', sql.lit(1))
      .where('to_position', 'is', null);
  const count = prepare(handle, (p: { initiativeId: string; meetingId: string; kind: string }) =>
    current(p)
      .where('kind', '=', p.kind)
      .select(({ fn }) => fn.countAll<number>().as('count')),
  );
  const claims = prepare(handle, (p: { initiativeId: string; meetingId: string }) =>
    current(p).where('kind', '=', sql.lit('claim')).select(versionColumns).orderBy('made'),
  );
  const titled = prepare(handle, (p: { titleKeys: string }) =>
    db
      .selectFrom(wanted(p.titleKeys))
      .innerJoin('records', (join) =>
        join.on(
          'records.position',
          'in',
          sql<number>`(select position from records where title_key = wanted.value and standing = 1
            and to_position is null order by made limit 2)`,
        ),
      )
      .select(versionColumns)
      .orderBy('made'),
  );
  const name = prepare(handle, (p: { commitment: string }) =>
    db
      .selectFrom('openings')
      .innerJoin('events', 'events.position', 'openings.position')
      .select(['name', 'openings.position', 'initiative_id as initiativeId', 'record_id as recordId'])
      .where('commitment', '=', p.commitment),
  );
  return {
    versions: (refs) =>
      versions
        .all({ refs: JSON.stringify(refs.map(({ initiativeId, recordId }) => [initiativeId, recordId])) })
        .map(versionOf),
    events: (eventIds) => events.all({ eventIds: JSON.stringify(eventIds) }).map(loggedEventOf),
    keptAnswers: (keys) =>
      keys
        .flatMap(
          ({ principal, initiativeId, key }) =>
            answer.get({ principal, initiative_id: initiativeId, key }) ?? [],
        )
        .map(keptAnswerOf),
    lastNumbers: (asked) => asked.map((one) => ({ ...one, lastNumber: number.get(one)?.last_number ?? 0 })),
    milestonesAt({ kind, occurredOn, limit, ...meeting }: MilestonesAt) {
      let query = current(meeting)
        .select(versionColumns)
        .where('kind', 'in', kind ? [kind] : ['mou', 'project']);
      // The state holds the date as given; `latest` alone would match other spellings of the same day.
      if (occurredOn !== undefined) query = query.where(sql`${stateText} ->> 'occurredOn'`, '=', occurredOn);
      const { sql: text, parameters } = query.orderBy('made').limit(limit).compile();
      const rows = handle
        .prepare<unknown[], Parameters<typeof versionOf>[0]>(compiledOnce(text))
        .all(...parameters);
      return rows.map(versionOf);
    },
    countsAt: (places) => places.map((place) => ({ ...place, count: count.get(place)?.count ?? 0 })),
    claimsAbout: (meetings) =>
      meetings
        .flatMap(({ initiativeId, recordId: meetingId }) => claims.all({ initiativeId, meetingId }))
        .map(versionOf),
    sameTitle: (titleKeys) => titled.all({ titleKeys: JSON.stringify(titleKeys) }).map(versionOf),
    names: (commitments) =>
      new Map(
        commitments.flatMap((commitment) => {
          const row = name.get({ commitment });
          return row ? [[commitment, row] as const] : [];
        }),
      ),
  };
}

/** The elements of a JSON array, as a table with a column `value`. */
const wanted = (list: string) => sql<{ value: string }>`json_each(+${list})`.as('wanted');

import type Sqlite from 'better-sqlite3';
import { type Kysely, sql } from 'kysely';
import type { Facts, MilestonesAt } from '../ledger/facts.ts';
import { prepare } from './prepared.ts';
import { keptAnswerOf, loggedEventOf, stateText, versionColumns, versionOf } from './rows.ts';
import type { Database, KeyRow } from './schema.ts';
import { compiledOnce } from './sqlite-statements.ts';

/** The facts that decisions ask for, as point reads on the writer's handle. */
export function sqliteFacts(handle: Sqlite.Database, db: Kysely<Database>): Facts {
  const version = prepare(handle, (p: { initiativeId: string; recordId: string }) =>
    db
      .selectFrom('events')
      .innerJoin('records', 'records.position', 'events.position')
      .select(versionColumns)
      .where('events.initiative_id', '=', p.initiativeId)
      .where('events.record_id', '=', p.recordId)
      .orderBy('events.version', 'desc')
      .limit(sql.lit(1)),
  );
  const event = prepare(handle, (p: { eventId: string }) =>
    db.selectFrom('events').selectAll().where('event_id', '=', p.eventId),
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
  const titled = prepare(handle, (p: { titleKey: number }) =>
    db
      .selectFrom('records')
      .select(versionColumns)
      .where('title_key', '=', p.titleKey)
      .where('standing', '=', sql.lit(1))
      .where('to_position', 'is', null)
      .orderBy('made')
      .limit(sql.lit(2)),
  );
  const name = prepare(handle, (p: { commitment: string }) =>
    db
      .selectFrom('openings')
      .innerJoin('events', 'events.position', 'openings.position')
      .select(['name', 'openings.position', 'initiative_id as initiativeId', 'record_id as recordId'])
      .where('commitment', '=', p.commitment),
  );
  return {
    versions: (refs) => refs.flatMap((ref) => version.get(ref) ?? []).map(versionOf),
    events: (eventIds) => eventIds.flatMap((eventId) => event.get({ eventId }) ?? []).map(loggedEventOf),
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
    sameTitle: (titleKeys) => titleKeys.flatMap((titleKey) => titled.all({ titleKey })).map(versionOf),
    names: (commitments) =>
      new Map(
        commitments.flatMap((commitment) => {
          const row = name.get({ commitment });
          return row ? [[commitment, row] as const] : [];
        }),
      ),
  };
}

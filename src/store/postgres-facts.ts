import type { Facts } from '../ledger/facts.ts';
import type { Run } from './postgres-tree.ts';
import { keptAnswerOf, loggedEventOf, type VersionRow, versionOf } from './rows.ts';
import type { EventRow, KeyRow } from './schema.ts';

const version = `r.position, r.made, r.initiative_id, r.record_id, r.kind, r.version, r.standing,
  coalesce(r.state, e.leaf) as state`;

/** Standing milestones or claims at a meeting, now. */
const atMeeting = (initiativeId: string, meetingId: string) => `from records r join events e using (position)
  where r.initiative_id = ${initiativeId} and r.meeting_id = ${meetingId}
    and r.standing = 1 and r.to_position is null`;

/** The facts that decisions ask for: one query for all that is asked of a kind. */
export function postgresFacts(run: Run): Facts {
  const versions = async (text: string, values: unknown[]) =>
    (await run<VersionRow>(text, values)).map(versionOf);
  return {
    versions: (refs) =>
      versions(
        `select newest.* from unnest($1::text[], $2::text[]) as asked (initiative_id, record_id)
          cross join lateral (
            select ${version} from events e join records r using (position)
            where e.initiative_id = asked.initiative_id and e.record_id = asked.record_id
            order by e.version desc limit 1
          ) as newest`,
        [refs.map(({ initiativeId }) => initiativeId), refs.map(({ recordId }) => recordId)],
      ),
    events: async (eventIds) =>
      (await run<EventRow>('select * from events where event_id = any ($1)', [eventIds])).map(loggedEventOf),
    async keptAnswers(keys) {
      const rows = await run<KeyRow>(
        `select kept.* from idempotency_keys as kept
          join unnest($1::text[], $2::text[], $3::text[]) as asked (principal, initiative_id, key)
          using (principal, initiative_id, key)`,
        [
          keys.map(({ principal }) => principal),
          keys.map(({ initiativeId }) => initiativeId),
          keys.map(({ key }) => key),
        ],
      );
      return rows.map(keptAnswerOf);
    },
    lastNumbers: (asked) =>
      run(
        `select initiative_id as "initiativeId", kind, last_number as "lastNumber" from record_numbers
          join unnest($1::text[], $2::text[]) as asked (initiative_id, kind) using (initiative_id, kind)`,
        [asked.map(({ initiativeId }) => initiativeId), asked.map(({ kind }) => kind)],
      ),
    milestonesAt: ({ initiativeId, meetingId, kind, occurredOn, limit }) =>
      versions(
        // The state holds the date as given; `latest` alone would match other spellings of the same day.
        `select ${version} ${atMeeting('$1', '$2')} and r.kind = any ($3)
          and ($4::text is null or coalesce(r.state, e.leaf)::json ->> 'occurredOn' = $4)
          order by r.made limit $5`,
        [initiativeId, meetingId, kind ? [kind] : ['mou', 'project'], occurredOn ?? null, limit],
      ),
    countsAt: (places) =>
      run(
        `select asked.initiative_id as "initiativeId", asked.meeting_id as "meetingId", asked.kind, count
          from unnest($1::text[], $2::text[], $3::text[]) as asked (initiative_id, meeting_id, kind)
          cross join lateral (
            select count(*) as count from records r
              where r.initiative_id = asked.initiative_id and r.meeting_id = asked.meeting_id
                and r.kind = asked.kind and r.standing = 1 and r.to_position is null
          ) as counted`,
        [
          places.map(({ initiativeId }) => initiativeId),
          places.map(({ meetingId }) => meetingId),
          places.map(({ kind }) => kind),
        ],
      ),
    claimsAbout: (meetings) =>
      versions(
        `select claims.* from unnest($1::text[], $2::text[]) as asked (initiative_id, meeting_id)
          cross join lateral (
            select ${version} ${atMeeting('asked.initiative_id', 'asked.meeting_id')} and r.kind = 'claim'
          ) as claims order by made`,
        [meetings.map(({ initiativeId }) => initiativeId), meetings.map(({ recordId }) => recordId)],
      ),
    sameTitle: (titleKeys) =>
      versions(
        `select ${version} from unnest($1::bigint[]) as asked (title_key)
          cross join lateral (
            select * from records where title_key = asked.title_key and standing = 1 and to_position is null
            order by made limit 2
          ) as r join events e using (position)`,
        [titleKeys],
      ),
    async names(commitments) {
      const rows = await run<Named>(
        `select commitment, o.name, o.position, e.initiative_id as "initiativeId", e.record_id as "recordId"
          from openings o join events e using (position) where commitment = any ($1)`,
        [commitments],
      );
      return new Map(rows.map(({ commitment, ...held }) => [commitment, held]));
    },
  };
}

interface Named {
  commitment: string;
  name: string;
  position: number;
  initiativeId: string;
  recordId: string;
}

import { keptAnswerOf, loggedEventOf, type VersionRow, versionOf } from '../db/rows.ts';
import type { EventRow, KeyRow } from '../db/schema.ts';
import type { Facts, HeldName, NumberedIds, PlaceOfKind } from '../ledger/facts.ts';
import { type Asking, ask, type Query } from '../shapes/asking.ts';
import type { Version } from '../shapes/record.ts';

/** What the engines have no common SQL for. */
export interface Dialect {
  /** The first parameter, a list, as a table `asked` whose column `value` is the JSON of each. */
  asked: string;
  list: (asked: unknown[]) => unknown;
  /** A column of text, which is JSON, as what `->>` takes. */
  json: (text: string) => string;
  /** A comparison with the one column of a query that is asked anew for each row, and answered from an index. */
  among: (query: string) => string;
  /** The same, where the query gives one row at most. */
  one: (query: string) => string;
  /** The hash of a leaf from its column, or the leaf itself. */
  leafHash: string;
  /** The `items` of an object in a column of text, which is JSON, as a table `item` whose column `value` is the JSON of each. */
  items: (text: string) => string;
  /** Inserts rows, all with the columns of the first that was ever inserted into this table. */
  insert: (table: string, rows: readonly object[], onConflict?: string) => Query[];
}

const state = 'coalesce(r.state, (select leaf from events e where e.position = r.position))';
const version = `r.position, r.made, r.initiative_id, r.record_id, r.kind, r.version, r.standing, ${state} as state`;
const current = 'r.standing = 1 and r.to_position is null';

/**
 * The facts that decisions ask for: one query for all that is asked of a kind. What many are asked of is one parameter, a list
 * of lists. A cross join keeps SQLite from beginning with the larger table.
 */
export function factsIn({ asked, list: listOf, json, among, one }: Dialect): Facts {
  const list = <T>(all: T[], parts: (one: T) => (string | number)[]): unknown => listOf(all.map(parts));
  return {
    versions: (refs) =>
      versionsOf(
        ask(
          `select ${version} from ${asked} cross join records r where r.position ${one(
            `select position from events where initiative_id = asked.value ->> 0
              and record_id = asked.value ->> 1 order by version desc limit 1`,
          )}`,
          list(refs, ({ initiativeId, recordId }) => [initiativeId, recordId]),
        ),
      ),
    *events(eventIds) {
      const rows = yield* ask<EventRow>(
        `select events.* from ${asked} cross join events where event_id = asked.value ->> 0`,
        list(eventIds, (eventId) => [eventId]),
      );
      return rows.map(loggedEventOf);
    },
    *keptAnswers(keys) {
      const rows = yield* ask<KeyRow>(
        `select kept.* from ${asked} cross join idempotency_keys kept where principal = asked.value ->> 0
          and initiative_id = asked.value ->> 1 and kept.key = asked.value ->> 2`,
        list(keys, ({ principal, initiativeId, key }) => [principal, initiativeId, key]),
      );
      return rows.map(keptAnswerOf);
    },
    lastNumbers: (numbered) =>
      ask<NumberedIds & { lastNumber: number }>(
        `select initiative_id as "initiativeId", kind, last_number as "lastNumber"
          from ${asked} cross join record_numbers
          where initiative_id = asked.value ->> 0 and kind = asked.value ->> 1`,
        list(numbered, ({ initiativeId, kind }) => [initiativeId, kind]),
      ),
    milestonesAt({ initiativeId, meetingId, kind, occurredOn, limit }) {
      const text = (
        dated: string,
        limit: string,
      ) => `select ${version} from records r where r.initiative_id = $1
        and r.meeting_id = $2 and r.kind in ($3, $4) ${dated} and ${current} order by r.made limit ${limit}`;
      const values = [initiativeId, meetingId, kind ?? 'mou', kind ?? 'project'];
      // The state holds the date as given; `latest` alone would match other spellings of the same day.
      return occurredOn === undefined
        ? versionsOf(ask(text('', '$5'), ...values, limit))
        : versionsOf(
            ask(text(`and ${json(state)} ->> 'occurredOn' = $5`, '$6'), ...values, occurredOn, limit),
          );
    },
    countsAt: (places) =>
      ask<PlaceOfKind & { count: number }>(
        `select asked.value ->> 0 as "initiativeId", asked.value ->> 1 as "meetingId", asked.value ->> 2 as kind,
          (select count(*) from records r where r.initiative_id = asked.value ->> 0
            and r.meeting_id = asked.value ->> 1 and r.kind = asked.value ->> 2 and ${current}) as count
          from ${asked}`,
        list(places, ({ initiativeId, meetingId, kind }) => [initiativeId, meetingId, kind]),
      ),
    claimsAbout: (meetings) =>
      versionsOf(
        ask(
          `select ${version} from ${asked} cross join records r where r.initiative_id = asked.value ->> 0
            and r.meeting_id = asked.value ->> 1 and r.kind = 'claim' and ${current} order by r.made`,
          list(meetings, ({ initiativeId, recordId }) => [initiativeId, recordId]),
        ),
      ),
    sameTitle: (titleKeys, limit) =>
      versionsOf(
        ask(
          `select ${version} from ${asked} cross join records r where r.position ${among(
            `select position from records r where title_key = cast(asked.value ->> 0 as bigint)
              and ${current} order by made limit $2`,
          )} order by r.made`,
          list(titleKeys, (titleKey) => [titleKey]),
          limit,
        ),
      ),
    *names(commitments) {
      const rows = yield* ask<HeldName & { commitment: string }>(
        `select commitment, o.name, o.position, e.initiative_id as "initiativeId", e.record_id as "recordId"
          from ${asked} cross join openings o cross join events e
          where commitment = asked.value ->> 0 and e.position = o.position`,
        list(commitments, (commitment) => [commitment]),
      );
      return rows.map(({ commitment, ...name }) => [commitment, name]);
    },
  };
}

function* versionsOf(asking: Asking<VersionRow[]>): Asking<Version[]> {
  return (yield* asking).map(versionOf);
}

import { keptAnswerOf, type LoggedRow, loggedEventOf, type VersionRow, versionOf } from '../db/rows.ts';
import type { KeyRow } from '../db/schema.ts';
import type { Alike, Facts, GivenId, HeldName, NumberedIds, PlaceOfKind } from '../ledger/facts.ts';
import { changedMax } from '../ledger/facts.ts';
import { type Asking, ask, type Query } from '../shapes/asking.ts';
import type { Version } from '../shapes/record.ts';
import { ownId } from '../shapes/stored-event.ts';

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
  insert: (table: string, rows: Iterable<object>, onConflict?: string) => Iterable<Query>;
}

// By name: a statement that stays prepared fails once a table has a further column.
const loggedColumns =
  'e.position, e.event_id, e.initiative_id, e.record_id, e.version, e.type, e.recorded_at, e.leaf, e.fingerprint';
const keptColumns =
  'principal, initiative_id, kept.key, fingerprint, first_position, last_position, kept.extra';
const state = 'coalesce(r.state, (select leaf from events e where e.position = r.position))';
const version = `r.position, r.made, r.initiative_id, r.record_id, r.kind, r.version, r.standing, ${state} as state`;
/** Records of one kind that are looked at for a warning, so that it costs a group some milliseconds at most. */
const lookedAtMax = 2_000;
/** Records of one look that are counted: some times what one request makes. */
const alikeMax = 4_000;
/** A claim is compared with each. */
const metricsMax = 200;

const current = 'r.standing = 1 and r.to_position is null';

const lastOf = (kind: 'meeting' | 'claim'): string =>
  `select position from records r where initiative_id = asked.value ->> 0 and kind = '${kind}'
    and ${current} order by made desc limit $2`;

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
      const rows = yield* ask<LoggedRow>(
        `select ${loggedColumns} from ${asked} cross join events e where e.event_id = asked.value ->> 0`,
        list(eventIds, (eventId) => [eventId]),
      );
      return rows.map(loggedEventOf);
    },
    *keptAnswers(keys) {
      const rows = yield* ask<Omit<KeyRow, 'recorded_at' | 'mac'>>(
        `select ${keptColumns} from ${asked} cross join idempotency_keys kept where principal = asked.value ->> 0
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
    milestonesAt({ initiativeId, meetingId, occurredOn, limit }) {
      const text = (
        dated: string,
        limit: string,
      ) => `select ${version} from records r where r.initiative_id = $1
        and r.meeting_id = $2 and r.kind in ('mou', 'project') ${dated} and ${current} order by r.made limit ${limit}`;
      // The state holds the date as given; `latest` alone would match other spellings of the same day.
      return occurredOn === undefined
        ? versionsOf(ask(text('', '$3'), initiativeId, meetingId, limit))
        : versionsOf(
            ask(
              text(`and ${json(state)} ->> 'occurredOn' = $3`, '$4'),
              initiativeId,
              meetingId,
              occurredOn,
              limit,
            ),
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
    externalIds: (given) =>
      ask<GivenId & { recordId: string }>(
        `select r.initiative_id as "initiativeId", r.kind, r.external_id as "externalId", r.record_id as "recordId"
          from ${asked} cross join records r where r.initiative_id = asked.value ->> 0
            and r.kind = asked.value ->> 1 and r.external_id = asked.value ->> 2 and ${current}`,
        list(given, ({ initiativeId, kind, externalId }) => [initiativeId, kind, externalId]),
      ),
    alike: (titleKeys) =>
      ask<Alike>(
        `select r.title_key as "titleKey", r.made, r.initiative_id as "initiativeId", r.record_id as "recordId"
          from ${asked} cross join records r where r.position ${among(
            `select position from records r where title_key = cast(asked.value ->> 0 as bigint)
              and ${current} order by made limit $2`,
          )} order by r.made`,
        list(titleKeys, (titleKey) => [titleKey]),
        alikeMax,
      ),
    meetingsWith: (marks) =>
      versionsOf(
        ask(
          `select ${version} from ${asked} cross join records r where r.position ${among(lastOf('meeting'))}
            and (r.earliest = asked.value ->> 1 and r.latest = asked.value ->> 1
              or cast(${json(state)} -> 'data' ->> 'ordinal' as text) = asked.value ->> 1) order by r.made`,
          list(marks, ({ initiativeId, mark }) => [initiativeId, mark]),
          lookedAtMax,
        ),
      ),
    metrics: (initiativeIds) =>
      ask<{ initiativeId: string; metric: string }>(
        `select distinct r.initiative_id as "initiativeId", ${json(state)} -> 'data' ->> 'metric' as metric
          from ${asked} cross join records r where r.position ${among(lastOf('claim'))} order by 1, 2 limit $3`,
        list(initiativeIds, (initiativeId) => [initiativeId]),
        lookedAtMax,
        metricsMax,
      ),
    namedParties: () =>
      versionsOf(
        ask(
          `select ${version} from records r where r.initiative_id = $1 and r.kind = 'party' and ${current} order by r.made`,
          ownId,
        ),
      ),
    changedSince: (initiativeId, position) =>
      ask<{ recordId: string }>(
        `select distinct record_id as "recordId" from events where initiative_id = $1 and position > $2 limit $3`,
        initiativeId,
        position,
        changedMax + 1,
      ),
    correlationIds: (initiativeId, recordIds) =>
      ask<{ recordId: string; correlationId: string }>(
        `select e.record_id as "recordId", ${json('e.leaf')} ->> 'correlationId' as "correlationId"
          from ${asked} cross join events e where e.initiative_id = $2 and e.record_id = asked.value ->> 0
            and ${json('e.leaf')} ->> 'correlationId' is not null`,
        list(recordIds, (recordId) => [recordId]),
        initiativeId,
      ),
    eventsAt: (initiativeId, positions) =>
      ask<{ position: number; leaf: string }>(
        `select e.position, e.leaf from ${asked} cross join events e
          where e.position = cast(asked.value ->> 0 as bigint) and e.initiative_id = $2`,
        list(positions, (position) => [position]),
        initiativeId,
      ),
    versionsBefore: (positions) =>
      versionsOf(
        ask(
          `select ${version} from ${asked} cross join records r where r.position ${one(
            'select prev_position from records n where n.position = cast(asked.value ->> 0 as bigint)',
          )}`,
          list(positions, (position) => [position]),
        ),
      ),
    eventOfVersion: ({ initiativeId, recordId }, version) =>
      ask<{ position: number; eventId: string }>(
        `select position, event_id as "eventId" from events
          where initiative_id = $1 and record_id = $2 and version = $3`,
        initiativeId,
        recordId,
        version,
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

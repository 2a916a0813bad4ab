import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { canonicalJson, type Json } from '../../src/ledger/canonical-json.ts';
import { parseEdtf } from '../../src/ledger/edtf.ts';
import { evolve } from '../../src/ledger/evolve.ts';
import { commitmentsInText } from '../../src/ledger/people.ts';
import type { Version } from '../../src/ledger/record.ts';
import { eventOf, leafBytesMax, type StoredEvent } from '../../src/ledger/stored-event.ts';
import type { Database, EventRow, RecordRow } from '../../src/store/schema.ts';
import { readModels } from '../../src/views/read-models.ts';
import { recordRowOf } from '../../src/views/record-row.ts';

/** Every row of a table, in its order. */
export type Rows = <T extends keyof Database>(table: T) => Row<T>[];
export type Row<T extends keyof Database> = Database[T] extends infer R
  ? { [C in keyof R]: C extends 'id' ? number : R[C] }
  : never;

/** The tables that are checked, and the columns that give the order of their rows. */
export const orders = {
  events: 'position',
  head: 'id',
  tiles: 'level, tile_index',
  openings: 'commitment',
  idempotency_keys: 'id',
  records: 'position',
  record_numbers: 'initiative_id, kind',
  view_versions: 'view',
} as const satisfies Partial<Record<keyof Database, string>>;

/** Checks a database file. Works beside an open ledger. */
export function checkStore(file: string): void {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    // In one transaction, as the ledger may be writing.
    db.transaction(() => {
      assert.equal(db.pragma('quick_check', { simple: true }), 'ok');
      checkRows(rowsOf(db));
      const left =
        "select name from sqlite_schema where type = 'table' and (name like '%_rebuilt' or name like '%_replaced')";
      assert.deepEqual(db.prepare<[], string>(left).pluck().all(), [], 'no rebuild left a table');
    })();
  } finally {
    db.close();
  }
}

/** The rows in a database file; its own type says what is in it. */
export const rowsOf =
  (db: Sqlite.Database): Rows =>
  <T extends keyof Database>(table: T) =>
    db
      .prepare<[], Row<T>>(`select * from ${table} order by ${orders[table as keyof typeof orders] ?? 1}`)
      .all();

/**
 * Throws where the rows are not what the log among them says: log, tree, openings and the read models `records` and
 * `record_numbers`. Hashes are computed here, without src/tlog.
 */
export function checkRows(rows: Rows): void {
  const events = rows('events');
  checkEvents(events);
  checkTree(rows, events);
  checkOpenings(rows, events);
  checkKeys(rows, events);
  checkRecords(rows, events);
  checkVersions(rows);
}

function checkEvents(events: EventRow[]): void {
  const versions = new Map<string, number>();
  let recordedAt = 0;
  for (const [index, row] of events.entries()) {
    const at = `position ${row.position}`;
    assert.equal(row.position, index + 1, 'positions have no gaps');
    const event = eventOf(row.leaf);
    assert.equal(canonicalJson(event), row.leaf, `${at}: the leaf is canonical`);
    assert.ok(Buffer.byteLength(row.leaf) <= leafBytesMax, `${at}: the leaf is not too large`);
    assert.ok(!hasNull(event as unknown as Json), `${at}: nothing is stored as null`);
    assert.deepEqual(columnsOf(row), columnsOfEvent(event), `${at}: the columns say what the leaf says`);
    assert.ok(row.fingerprint === null || row.fingerprint.length === 32, `${at}: the fingerprint is a hash`);
    assert.ok(row.recorded_at >= recordedAt, `${at}: recordedAt never goes back`);
    recordedAt = row.recorded_at;
    const key = `${row.initiative_id}/${row.record_id}`;
    assert.equal(row.version, (versions.get(key) ?? 0) + 1, `${at}: versions of a record have no gaps`);
    versions.set(key, row.version);
  }
}

const columnsOf = ({ position: _, leaf: __, fingerprint: ___, ...columns }: EventRow) => ({ ...columns });

function columnsOfEvent(event: StoredEvent): ReturnType<typeof columnsOf> {
  const latest = event.occurredOn === undefined ? null : (parseEdtf(event.occurredOn)?.latest ?? null);
  const days = (day: string): number => Date.parse(day) / 86_400_000;
  return {
    event_id: event.eventId,
    initiative_id: event.initiativeId,
    record_id: event.recordId,
    version: event.version,
    type: event.type,
    kind: event.kind,
    latest,
    late_days: latest === null ? null : days(event.recordedAt.slice(0, 10)) - days(latest),
    recorded_at: Date.parse(event.recordedAt),
    recorded_by: event.recordedBy,
    reason_code: event.reason?.code ?? null,
  };
}

function hasNull(value: Json): boolean {
  if (value === null) return true;
  return typeof value === 'object' && Object.values(value).some(hasNull);
}

/** Head and full tiles, against the tree over the leaves. */
function checkTree(all: Rows, events: EventRow[]): void {
  const hashes = events.map(({ leaf }) => sha256(Buffer.from([0]), Buffer.from(leaf)));
  const [head] = all('head');
  assert.equal(head?.position, events.length, 'the head is at the end of the log');
  assert.equal(head.recorded_at, events.at(-1)?.recorded_at ?? 0, 'the head has the last recordedAt');
  assert.equal(hex(head.root_hash), hex(treeHash(hashes)), 'the head has the root of the tree');
  const tiles = all('tiles').map(({ level, tile_index, root, hashes }) => ({
    level,
    tile_index,
    root: hex(root),
    hashes: hex(hashes),
  }));
  assert.deepEqual(tiles, fullTilesOf(hashes, 0), 'the tiles are those of the tree');
}

function fullTilesOf(hashes: Buffer[], level: number): { level: number; [member: string]: unknown }[] {
  const tiles = Array.from({ length: Math.floor(hashes.length / 256) }, (_, index) =>
    hashes.slice(index * 256, (index + 1) * 256),
  );
  if (tiles.length === 0) return [];
  const roots = tiles.map(treeHash);
  return [
    ...tiles.map((tile, index) => ({
      level,
      tile_index: index,
      root: hex(roots[index] ?? Buffer.alloc(0)),
      hashes: hex(Buffer.concat(tile)),
    })),
    ...fullTilesOf(roots, level + 1),
  ];
}

/** MTH of RFC 6962, section 2.1, as it is written there. */
function treeHash(hashes: Buffer[]): Buffer {
  const [first] = hashes;
  if (first === undefined) return sha256();
  if (hashes.length === 1) return first;
  const k = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return sha256(Buffer.from([1]), treeHash(hashes.slice(0, k)), treeHash(hashes.slice(k)));
}

/** Each opening opens the commitment, which is first in the leaf at its position; none is missing. */
function checkOpenings(all: Rows, events: EventRow[]): void {
  const first = new Map<string, EventRow>();
  for (const row of events)
    for (const commitment of commitmentsInText(row.leaf))
      if (!first.has(commitment)) first.set(commitment, row);
  const openings = new Map(all('openings').map((row) => [row.commitment, row]));
  for (const { commitment, position, salt, name } of openings.values()) {
    assert.equal(commitment, hex(sha256(salt, Buffer.from(name))), `${commitment} opens`);
    assert.equal(first.get(commitment)?.position, position, `${commitment} stands in its leaf`);
  }
  for (const [commitment, { position, fingerprint }] of first) {
    // Erasing a name also empties the fingerprints of what it was posted in.
    assert.ok(openings.has(commitment) || fingerprint === null, `position ${position} lacks an opening`);
  }
}

function checkKeys(all: Rows, events: EventRow[]): void {
  for (const row of all('idempotency_keys')) {
    assert.ok(1 <= row.first_position && row.first_position <= row.last_position, `${row.key}: its range`);
    const range = events.slice(row.first_position - 1, row.last_position);
    assert.equal(range.length, row.last_position - row.first_position + 1, `${row.key} stands for events`);
    for (const event of range) {
      assert.equal(event.initiative_id, row.initiative_id, `${row.key} stands for events of its initiative`);
      assert.equal(event.recorded_at, row.recorded_at, `${row.key} stands for events of one request`);
    }
  }
}

/** `records` and `record_numbers`, against the fold of the log. */
function checkRecords(all: Rows, events: EventRow[]): void {
  const versions = new Map<string, Version>();
  const rows: RecordRow[] = [];
  const numbers = new Map<string, { initiative_id: string; kind: string; last_number: number }>();
  for (const { position, leaf } of events) {
    const event = eventOf(leaf);
    const key = `${event.initiativeId}/${event.recordId}`;
    const before = versions.get(key);
    const after = { record: evolve(before?.record, event), position, made: before?.made ?? position };
    versions.set(key, after);
    const superseded = before && rows[before.position - 1];
    if (superseded) superseded.to_position = position;
    rows.push(recordRowOf({ before, after }));
    const [, kind, digits] =
      /^(initiative|meeting|mou|project|claim)-([0-9]{1,9})$/.exec(event.recordId) ?? [];
    if (kind === undefined || Number(digits) === 0) continue;
    const numberKey = `${event.initiativeId}/${kind}`;
    const last_number = Math.max(Number(digits), numbers.get(numberKey)?.last_number ?? 0);
    numbers.set(numberKey, { initiative_id: event.initiativeId, kind, last_number });
  }
  assert.deepEqual(all('records'), rows, 'records are the fold of the log');
  const order = (a: { initiative_id: string; kind: string }) => `${a.initiative_id}/${a.kind}`;
  assert.deepEqual(
    all('record_numbers').sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    [...numbers.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    'record_numbers are the highest in the log',
  );
}

/** Every read model is of this version. */
function checkVersions(all: Rows): void {
  assert.deepEqual(
    all('view_versions'),
    readModels
      .map(({ name, version }) => ({ view: name, version }))
      .sort((a, b) => (a.view < b.view ? -1 : 1)),
    'the read models are of this version',
  );
}

function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

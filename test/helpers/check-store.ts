import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { eventRowOf } from '../../src/db/rows.ts';
import { type Database, type EventRow, eventColumns, type RecordRow } from '../../src/db/schema.ts';
import {
  columnFaults,
  type Difference,
  lineOf,
  numberDifferences,
  recordDifferences,
} from '../../src/projections/differences.ts';
import { type Folded, fold, RecordNumbers } from '../../src/projections/record-fold.ts';
import { answeredAtOnce } from '../../src/shapes/asking.ts';
import { canonicalJson, type Json } from '../../src/shapes/canonical-json.ts';
import type { Change } from '../../src/shapes/change.ts';
import { commitmentsInText } from '../../src/shapes/people.ts';
import { eventOf, leafBytesMax } from '../../src/shapes/stored-event.ts';
import { readModels } from '../../src/views/read-models.ts';

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
    // Of a change, only what is named here makes the row.
    const made = eventRowOf({ position: row.position, event, leaf: row.leaf, fingerprint: null } as Change);
    assert.equal(columnFaults(derived, row, made), undefined, `${at}: the columns say what the leaf says`);
    assert.ok(row.fingerprint === null || row.fingerprint.length === 32, `${at}: the fingerprint is a hash`);
    assert.ok(row.recorded_at >= recordedAt, `${at}: recordedAt never goes back`);
    recordedAt = row.recorded_at;
    const key = `${row.initiative_id}/${row.record_id}`;
    assert.equal(row.version, (versions.get(key) ?? 0) + 1, `${at}: versions of a record have no gaps`);
    versions.set(key, row.version);
  }
}

const derived = eventColumns.filter((column) => !['position', 'leaf', 'fingerprint'].includes(column));

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

/** `records` and `record_numbers`, against the fold of the log, as verification compares them. */
function checkRecords(all: Rows, events: EventRow[]): void {
  const records = all('records');
  const stored = new Map(records.map((row) => [row.position, row]));
  const numbers = new RecordNumbers();
  const newest = new Map<string, Folded>();
  const differences: Difference[] = [];
  for (const { position, leaf } of events) {
    const event = eventOf(leaf);
    const key = `${event.initiativeId}/${event.recordId}`;
    const folded = fold(position, event, newest.get(key));
    newest.set(key, folded);
    numbers.add(event);
    // What it asks for is the event of a later version.
    const differing = answeredAtOnce(
      recordDifferences(folded.row, stored),
      ({ values: [initiative, record, version] }) =>
        events.filter(
          (row) => row.initiative_id === initiative && row.record_id === record && row.version === version,
        ),
    );
    differences.push(...differing);
  }
  differences.push(...numberDifferences(all('record_numbers'), numbers.rows));
  assert.deepEqual(differences.map(lineOf), [], 'the read models are the fold of the log');
  assert.equal(records.length, events.length, 'each event has one row in records');
  assert.deepEqual(standingRows(records), standingLeaves(events), 'as many records stand as were recorded');
}

/** How many records stand, by initiative and kind: a naive count of the leaves, without the fold. */
function standingLeaves(events: EventRow[]): Record<string, number> {
  const standing = new Map<string, { kind: string; stands: boolean }>();
  for (const { leaf } of events) {
    const { initiativeId, recordId, type, kind, to } = JSON.parse(leaf);
    const key = `${initiativeId}/${recordId}`;
    const record = standing.get(key) ?? { kind, stands: true };
    if (type === 'RecordRetracted' || type === 'PrincipalDisabled') record.stands = false;
    if (type === 'RecordReinstated') record.stands = true;
    if (type === 'RecordReclassified') record.kind = to;
    standing.set(key, record);
  }
  return countOf(
    [...standing].flatMap(([key, { kind, stands }]) => (stands ? `${key.split('/')[0]} ${kind}` : [])),
  );
}

const standingRows = (records: RecordRow[]): Record<string, number> =>
  countOf(
    records.flatMap(({ initiative_id, kind, standing, to_position }) =>
      standing === 1 && to_position === null ? `${initiative_id} ${kind}` : [],
    ),
  );

function countOf(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
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

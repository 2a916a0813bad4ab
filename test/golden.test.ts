import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'tap';
import { eventTypes as known } from '../events/catalogue.ts';
import { evolve } from '../src/rules.ts';
import { canonicalJson } from '../src/shapes/canonical-json.ts';
import type { LedgerRecord } from '../src/shapes/record.ts';
import { eventOf } from '../src/shapes/stored-event.ts';
import { leafHash } from '../src/tlog/merkle.ts';
import { goldenChanges } from './helpers/golden.ts';

/** Their names. */
const eventTypes = known.map(({ type }) => type);
const changes = goldenChanges();
/** Those of the files: event types, then further requests. */
const names = [...changes.keys()];

const read = (name: string): string => readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8');

/** The file without the line break at its end, which is not part of the leaf. */
function leafOfFile(type: string): string {
  const text = read(`${type}.json`);
  if (!/^[^\n]+\n$/.test(text)) throw new Error(`${type}.json must be one line`);
  return text.slice(0, -1);
}

interface Beside {
  leafHash: string;
  before: LedgerRecord | null;
  after: LedgerRecord;
}
const besideOf = (type: string): Beside => JSON.parse(read(`${type}.record.json`));

test('every event type has its golden files, further requests have some, and there are no others', (t) => {
  t.same(names.slice(0, eventTypes.length), eventTypes);
  const files = names.flatMap((name) => [`${name}.json`, `${name}.record.json`]);
  t.same(readdirSync(new URL('./golden/', import.meta.url)).sort(), [...files, 'README.md'].sort());
  t.end();
});

test('the first example of each event type, and each further request, becomes its golden leaf, byte for byte', (t) => {
  for (const [type, { leaf }] of changes) t.equal(leaf, leafOfFile(type), type);
  t.end();
});

test('a golden leaf has its leaf hash', (t) => {
  for (const type of names) {
    const leaf = leafOfFile(type);
    t.equal(Buffer.from(leafHash(Buffer.from(leaf))).toString('hex'), besideOf(type).leafHash, type);
  }
  t.end();
});

test('a golden leaf is canonical JSON', (t) => {
  for (const type of names) t.equal(canonicalJson(JSON.parse(leafOfFile(type))), leafOfFile(type), type);
  t.end();
});

test('a golden leaf takes its record from the state before to the state after', (t) => {
  for (const type of names) {
    const { before, after } = besideOf(type);
    const copy = structuredClone(before);
    t.strictSame(evolve(before ?? undefined, eventOf(leafOfFile(type))), after, type);
    t.strictSame(before, copy, `${type}: the state before is not changed`);
  }
  t.end();
});

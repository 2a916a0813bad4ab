import { sql } from 'kysely';
import { recordOf } from '../db/rows.ts';
import type { Db } from '../db/schema.ts';
import { searchVersion } from '../projections/search-segment.ts';
import { facetsOf, wordsOf } from '../shapes/facets.ts';
import { type Texts, textsMatch, type Wanted } from '../shapes/record-filter.ts';
import { whileDue } from '../turns.ts';
import { versionsAt } from './records.ts';
import { listed, portionsOf } from './slices.ts';

/** Versions whose texts are read at once. */
const portionMax = 512;

/**
 * The texts of versions, in portions in the order of the rows: those that the search index has, and of the others what their records
 * say. Others have their turns between two portions.
 */
export async function* textsOf<Row extends { position: number; bytes: number }>(
  db: Db,
  rows: readonly Row[],
): AsyncGenerator<[Row, Texts][]> {
  for (const portion of portionsOf(rows, portionMax)) {
    const found = await db
      .selectFrom('search_texts')
      .selectAll()
      .where('position', 'in', listed(portion.map(({ position }) => position)))
      .where(sql<boolean>`(select version from search_index) = ${searchVersion}`)
      .execute();
    const texts = new Map<number, Texts>(found.map((row) => [row.position, row]));
    const missing = portion.flatMap(({ position }) => (texts.has(position) ? [] : position));
    if (missing.length > 0)
      for (const row of await versionsAt(db, missing)) {
        const record = recordOf(row);
        texts.set(row.position, { facets: facetsOf(record), words: wordsOf(record) });
        await whileDue();
      }
    yield portion.flatMap((row): [Row, Texts][] => {
      const some = texts.get(row.position);
      return some ? [[row, some]] : [];
    });
    await whileDue();
  }
}

/** The rows whose texts are what filters want. */
export async function matchingTexts<Row extends { position: number; bytes: number }>(
  db: Db,
  rows: readonly Row[],
  wanted: Wanted,
): Promise<Row[]> {
  const matched: Row[] = [];
  for await (const portion of textsOf(db, rows))
    for (const [row, texts] of portion) {
      await whileDue();
      if (textsMatch(texts, wanted)) matched.push(row);
    }
  return matched;
}

import type { Db } from '../db/schema.ts';
import { commitmentsIn, commitmentsInText } from '../shapes/people.ts';
import type { LedgerRecord } from '../shapes/record.ts';

/** The name of a person behind a commitment. */
export interface OpeningRow {
  commitment: string;
  name: string;
  /** In hex. */
  salt: string;
}

const commitmentsAtOnce = 500;

/** The openings of the commitments in leaves, without those of erased names. */
export const openingsOf = (db: Db, leaves: { leaf: string }[]) =>
  openingsBy(
    db,
    leaves.flatMap(({ leaf }) => commitmentsInText(leaf)),
  );

async function openingsBy(db: Db, commitments: string[]): Promise<Map<string, OpeningRow>> {
  const openings = new Map<string, OpeningRow>();
  for (let i = 0; i < commitments.length; i += commitmentsAtOnce) {
    const rows = await db
      .selectFrom('openings')
      .select(['commitment', 'name', 'salt'])
      .where('commitment', 'in', commitments.slice(i, i + commitmentsAtOnce))
      .execute();
    for (const { commitment, name, salt } of rows)
      openings.set(commitment, { commitment, name, salt: Buffer.from(salt).toString('hex') });
  }
  return openings;
}

/** The names of persons in records, by their commitments, without erased names. */
export async function namesIn(db: Db, records: readonly LedgerRecord[]): Promise<Map<string, string>> {
  const commitments = records.flatMap(({ data }) => commitmentsIn(data));
  return new Map([...(await openingsBy(db, commitments))].map(([key, { name }]) => [key, name]));
}

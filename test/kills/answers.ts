import type { App } from '../../src/app.ts';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Rows } from '../helpers/check-store.ts';
import { PlainTree } from '../tlog/plain-tree.ts';
import type { Check } from './checks.ts';
import { initiatives } from './requests.ts';

/** What an instance counts in each initiative, and as of which position. */
export type Summaries = { initiativeId: string; position: number; summary: unknown }[];

export const summariesAt = (url: string): Promise<Summaries> =>
  Promise.all(
    initiatives.map(async (initiativeId) => {
      let answer: Response;
      do answer = await fetch(`${url}/v1/initiatives/${initiativeId}/summary`);
      while (answer.status === 503);
      // As every read model has it.
      const { asOf, ...summary } = (await answer.json()) as { asOf: { position: number } };
      return { initiativeId, position: asOf.position, summary };
    }),
  );

/** What an instance answers that knows nothing but the database. */
export async function checksOfAnswers(
  databaseUrl: string,
  signerDirectory: string,
  rows: Rows,
  counted: Summaries,
): Promise<Check[]> {
  const app = await openLedgerApp(
    readConfig({ DATABASE_URL: databaseUrl, SIGNER_DIR: signerDirectory }),
    false,
  );
  try {
    return [
      {
        name: 'each instance counted like one that began afterwards',
        wrong: await miscounted(app, counted),
      },
      {
        name: 'head, answers and checkpoint have the root computed from the leaves',
        wrong: await otherRoots(app, rows),
      },
    ];
  } finally {
    await app.close();
  }
}

async function miscounted(app: App, counted: Summaries): Promise<string[]> {
  const wrong: string[] = [];
  for (const { initiativeId, position, summary } of counted) {
    const url = `/v1/initiatives/${initiativeId}/summary?asOfPosition=${position}`;
    const { asOf: _, ...again } = (await app.inject(url)).json();
    wrong.push(...differing(`${initiativeId} as of ${position}`, summary, again));
  }
  return wrong;
}

/** The tree is computed by RFC 9162 as it is written, without src/tlog. */
async function otherRoots(app: App, rows: Rows): Promise<string[]> {
  const leaves = rows('events').map(({ leaf }) => Buffer.from(leaf));
  const size = leaves.length;
  const root = Buffer.from(new PlainTree(leaves).mth(0, size));
  // Where no checkpoint covers the event yet, one is signed.
  await app.inject(`/v1/events/${rows('events').at(-1)?.event_id}/proof`);
  const signed = (await app.inject('/v1/log/checkpoint')).body.split('\n').slice(1, 3);
  const { basis } = (await app.inject('/v1/summary')).json();
  return [
    ...differing('the head', rows('head')[0]?.root_hash.toHex(), root.toHex()),
    ...differing('an answer', basis, { treeSize: size, rootHash: root.toHex() }),
    ...differing('the checkpoint', signed, [`${size}`, root.toString('base64')]),
  ];
}

function differing(what: string, actual: unknown, expected: unknown): string[] {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  return is === should ? [] : [`${what}: ${is} instead of ${should}`];
}

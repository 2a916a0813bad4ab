import { setImmediate as nextRound } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { test } from 'tap';
import { TurnTakingDialect } from '../src/store/sqlite/dialect.ts';
import { mapInTurns, turn } from '../src/turns.ts';

/** Takes the processor. */
function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

/** How often the event loop came round while something was under way. */
async function roundsDuring(work: Promise<unknown>): Promise<number> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  let rounds = 0;
  for (; !isOver; rounds++) await nextRound();
  await over;
  return rounds;
}

test('whoever makes one query after the other lets go of the event loop', async (t) => {
  const db = new Kysely<object>({ dialect: new TurnTakingDialect({ database: new Sqlite(':memory:') }) });
  const count = sql`with recursive number(n) as (select 1 union all select n + 1 from number where n < 20000)
    select count(*) from number`;
  const chain = async (): Promise<void> => {
    for (let i = 0; i < 40; i++) await count.execute(db);
  };
  const startMs = performance.now();
  const rounds = await roundsDuring(chain());
  const tookMs = performance.now() - startMs;
  t.ok(rounds > 5, `${rounds} rounds in ${tookMs} ms`);
  await db.destroy();
});

test('those who work through much have turns one after the other, and whoever comes in waits for none of them', async (t) => {
  const order: string[] = [];
  const long = async (name: string): Promise<void> => {
    await mapInTurns([1, 2, 3], (part) => {
      work(5);
      order.push(`${name}${part}`);
    });
  };
  await turn();
  const both = Promise.all([long('a'), long('b')]);
  await nextRound();
  order.push('in');
  await both;
  t.ok(order.indexOf('in') <= 3, order.join());
  const parts = order.filter((one) => one !== 'in').map((one) => one.charAt(0));
  t.ok(/^(ab){3}$|^(ba){3}$/.test(parts.join('')), order.join());
});

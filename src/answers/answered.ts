import type { Static, TSchema } from 'typebox';
import type { Visible } from '../access/visible.ts';
import type { At } from '../views/at.ts';
import { type Answer, askedAt } from './answer.ts';
import type { Ledger } from './ledger.ts';

/** An answer whose shape is known to the compiler. */
export type Shaped<S extends TSchema> = Answer & { shape: S };

/** An answer as an object, as its route sends it, but for the moment and the basis; of a list the page that is asked for. */
export type Answered<S extends TSchema> = Omit<Static<S>, 'asOf' | 'basis'> & {
  /** Where the next page begins. */
  next?: string;
};

/** Which page of a list, and whether all its items are counted. */
interface Paging {
  after?: string | undefined;
  limit?: number;
  count?: boolean;
}

/** What a page may take. */
const bytesMax = 2 * 1024 * 1024;

/** Asks for an answer without a request. Throws a Refusal as its route does. */
export async function answered<S extends TSchema>(
  answer: Shaped<S>,
  ledger: Ledger,
  at: At,
  visible: Visible,
  parameters: { [name: string]: unknown },
  { after, limit, count }: Paging = {},
): Promise<Answered<S>> {
  const asked = await askedAt(ledger, at, visible, parameters);
  if (!('open' in answer)) return objectOf(await answer.compute(asked));
  const read = await answer.open(asked);
  const page = await read({ after, limit: limit ?? answer.limit, bytesMax });
  return objectOf({
    ...page.moments,
    [answer.named]: page.items.map((item) => objectOf(item)),
    ...(page.next !== undefined && { next: page.next }),
    ...(count && { total: await page.total() }),
    ...(await page.more?.()),
  });
}

/** What an answer computes is of its shape, which tests compare it with. */
const objectOf = <T>(value: object | string): T =>
  (typeof value === 'string' ? JSON.parse(value) : value) as T;

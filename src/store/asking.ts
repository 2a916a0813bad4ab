/** A query that both engines understand. Its parameters are $1, $2 and so on, in this order and each once. */
export interface Query {
  text: string;
  values: unknown[];
}

/**
 * Work that yields its queries and goes on with their rows. So it is the same on both engines: one answers at once, within
 * a turn of the event loop, the other later.
 */
export type Asking<T> = Generator<Query, T, object[]>;

/** The rows of a query, whose type is what the query selects. */
export function* ask<R extends object>(text: string, ...values: unknown[]): Asking<R[]> {
  return (yield { text, values }) as R[];
}

export function answeredAtOnce<T>(asking: Asking<T>, answer: (query: Query) => object[]): T {
  let step = asking.next([]);
  while (!step.done) step = asking.next(answer(step.value));
  return step.value;
}

export async function answered<T>(
  asking: Asking<T>,
  answer: (query: Query) => Promise<object[]>,
): Promise<T> {
  let step = asking.next([]);
  while (!step.done) step = asking.next(await answer(step.value));
  return step.value;
}

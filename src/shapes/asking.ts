/**
 * A query that both engines understand. Its parameters are $1, $2 and so on, in this order and each once. The text holds no value: it
 * stays prepared.
 */
export interface Query {
  text: string;
  values: unknown[];
}

/**
 * Work yields the queries whose rows it needs and goes on with their rows. So one code serves both engines: SQLite answers at once,
 * PostgreSQL later, with one round trip for the queries that are yielded together. Long work now and then yields no query, so that
 * its runner can give others a turn.
 */
export type Asking<T> = Generator<readonly Query[], T, object[][]>;

/** The rows of a query. Their type is what the query selects. */
export function* ask<R extends object>(text: string, ...values: unknown[]): Asking<R[]> {
  const [rows = []] = yield [{ text, values }];
  return rows as R[];
}

/** Does several pieces of work side by side, and asks the queries of each round together. */
export function* together(works: Asking<void>[]): Asking<void> {
  let open = works.map((work) => ({ work, step: work.next([]) }));
  for (;;) {
    open = open.filter(({ step }) => !step.done);
    if (open.length === 0) return;
    const asked = open.map(({ step }) => step.value ?? []);
    const rows = yield asked.flat();
    let answered = 0;
    for (const [i, one] of open.entries()) {
      const from = answered;
      answered += asked[i]?.length ?? 0;
      one.step = one.work.next(rows.slice(from, answered));
    }
  }
}

export function answeredAtOnce<T>(asking: Asking<T>, answer: (query: Query) => object[]): T {
  let step = asking.next([]);
  while (!step.done) step = asking.next(step.value.map(answer));
  return step.value;
}

/** pause: awaited when the work yields no query. */
export async function answered<T>(
  asking: Asking<T>,
  answer: (query: Query) => object[] | Promise<object[]>,
  pause: () => Promise<void> | undefined = () => undefined,
): Promise<T> {
  let step = asking.next([]);
  while (!step.done) {
    if (step.value.length === 0) await pause();
    const rows = step.value.map(answer);
    // An answer that is there at once is used at once.
    step = asking.next(rows.every(Array.isArray) ? rows : await Promise.all(rows));
  }
  return step.value;
}

/** The same, where the queries of a round are answered together. rows: those of the queries that it has yielded already. */
export async function answeredTogether<T>(
  asking: Asking<T>,
  answer: (queries: readonly Query[]) => Promise<object[][]>,
  pause: () => Promise<void> | undefined,
  rows: object[][] = [],
): Promise<T> {
  let step = asking.next(rows);
  while (!step.done) {
    if (step.value.length === 0) await pause();
    step = asking.next(step.value.length === 0 ? [] : await answer(step.value));
  }
  return step.value;
}

import type Sqlite from 'better-sqlite3';
import type { Compilable, InferResult } from 'kysely';
import { compiledOnce } from './sqlite-statements.ts';

const marker = Symbol('parameter');
interface Marker {
  [marker]: string;
}

/** A statement that Kysely built and compiled once; parameters are bound by name. */
export interface Prepared<P, R> {
  get(parameters: P): R | undefined;
  all(parameters: P): R[];
  run(parameters: P): Sqlite.RunResult;
}

/**
 * Compiles a query once. `build` gets in place of each parameter a marker that may only be used as a value.
 * An insert through Kysely's driver costs more than ten times a run of what this returns.
 */
export function prepare<P extends object, Q extends Compilable<unknown>>(
  handle: Sqlite.Database,
  build: (parameters: P) => Q,
): Prepared<P, InferResult<Q> extends (infer R)[] ? R : never> {
  const markers = new Proxy({}, { get: (_, name): Marker => ({ [marker]: String(name) }) });
  // The proxy has every member that P may have.
  const query = build(markers as P).compile();
  const names = query.parameters.map((value) => (value as Marker | null)?.[marker] as keyof P | undefined);
  const statement = handle.prepare(compiledOnce(query.sql));
  const bind = (parameters: P): unknown[] =>
    names.map((name, i) => (name === undefined ? query.parameters[i] : parameters[name]));
  type Row = InferResult<Q> extends (infer R)[] ? R : never;
  return {
    get: (parameters) => statement.get(bind(parameters)) as Row | undefined,
    all: (parameters) => statement.all(bind(parameters)) as Row[],
    run: (parameters) => statement.run(bind(parameters)),
  };
}

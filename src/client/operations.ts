import type { components, paths } from './schema.ts';

/** Each shape that the OpenAPI document names: `Schemas['Receipt']`. */
export type Schemas = components['schemas'];

export type Method = 'get' | 'post' | 'delete';

/** The paths that take a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [m in M]: object } ? P : never;
}[keyof paths];

export type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

type Members<T> = [NonNullable<T>] extends [never] ? unknown : NonNullable<T>;

/** What takes a list takes a single value, too. */
type OneOrMore<Q> = {
  [name in keyof Q]: Q[name] extends readonly (infer V)[] | undefined ? Q[name] | V : Q[name];
};

/** What stands in the path and in the query, together: no name is in both. The client asks for JSON, so there is no format. */
export type Parameters<O> = O extends { parameters: { path?: infer P; query?: infer Q } }
  ? Omit<Members<P> & OneOrMore<Members<Q>>, 'format'>
  : never;

type BodyOf<A> = A extends { content: infer C }
  ? C extends { 'application/json': infer J }
    ? J
    : string
  : undefined;

/** What is answered: JSON as an object, else text, else nothing. */
export type AnswerTo<O> = O extends { responses: infer R }
  ? BodyOf<R[Extract<keyof R, 200 | 201 | 204>]>
  : never;

/** What is sent: JSON, else text, else nothing. */
export type Sent<O> = O extends { requestBody: { content: infer C } }
  ? C extends { 'application/json': infer B }
    ? B
    : string
  : undefined;

type Listed<A> = A extends { items: (infer I)[] } | { versions: (infer I)[] } ? I : never;

/** The paths of lists. */
export type ListPath = {
  [P in PathOf<'get'>]: [Listed<AnswerTo<Operation<P, 'get'>>>] extends [never] ? never : P;
}[PathOf<'get'>];

export type ItemOf<P extends ListPath> = Listed<AnswerTo<Operation<P, 'get'>>>;

/** Parameters and options; parameters may be left out where none is required. */
export type Asked<O, Options> =
  Record<never, never> extends Parameters<O>
    ? [parameters?: Parameters<O>, options?: Options]
    : [parameters: Parameters<O>, options?: Options];

import type { App } from '../../src/app.ts';
import { effort } from '../helpers/effort.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
}
type Paths = Record<string, { get?: { parameters?: Parameter[] } }>;

/** What a ledger answers to a GET: also what it refuses. */
export interface Answer {
  path: string;
  status: number;
  body: string;
}

type InjectedAnswer = { statusCode: number; body: string; headers: { link?: unknown } };

/** Values to ask with, by the name of the parameter. */
export type Values = Record<string, (string | number)[]>;

/**
 * Asks every path of the OpenAPI document that is read with GET, with each of its parameters in turn, save those paths that are
 * left out. Lists are followed for some pages. Throws where there is no value for a parameter.
 */
export async function allAnswers(app: App, values: Values, leftOut: string[] = []): Promise<Answer[]> {
  const asked = addressesOf(app, values, leftOut);
  const answers: Answer[] = [];
  for (const first of asked) {
    let path: string | undefined = first;
    for (let page = 0; path !== undefined && page < 2; page++) {
      const { statusCode, body, headers }: InjectedAnswer = await app.inject(path);
      // A refusal names its request.
      answers.push({ path, status: statusCode, body: statusCode === 200 ? body : JSON.parse(body).code });
      const link: string = `${headers.link ?? ''}`;
      path = /^<([^>]+)>; rel="next"/.exec(link)?.[1];
    }
  }
  return answers;
}

/** Every path of the document of an application that is read with GET, with each of its parameters in turn. */
export function addressesOf(app: App, values: Values, leftOut: string[] = []): string[] {
  const { paths } = app.swagger() as unknown as { paths: Paths };
  return Object.entries(paths).flatMap(([path, { get }]) =>
    // A stream has no end, and metrics are those of the process.
    get && !['/v1/events/stream', '/metrics', ...leftOut].includes(path)
      ? pathsOf(path, get.parameters ?? [], values)
      : [],
  );
}

function pathsOf(path: string, parameters: Parameter[], values: Values): string[] {
  const valuesOf = (name: string): (string | number)[] => {
    const list = values[name];
    if (!list) throw new Error(`${path}: no values for ${name}`);
    return list;
  };
  const filled = parameters
    .filter((one) => one.in === 'path')
    .reduce(
      (all, { name }) =>
        valuesOf(name).flatMap((value) => all.map((one) => one.replace(`{${name}}`, `${value}`))),
      [path],
    );
  const queries = parameters
    .filter((one) => one.in === 'query')
    .flatMap(({ name }) => valuesOf(name).map((value) => `?${name}=${encodeURIComponent(value)}`));
  return [...filled, ...filled.slice(0, effort(1, 2)).flatMap((one) => queries.map((query) => one + query))];
}

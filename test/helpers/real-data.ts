import type { App } from '../../src/app.ts';
import { type DemoInitiative, readDemo, readShenzhen } from '../../src/cli/demo/requests.ts';

/** The three initiatives of `demo/`. */
export const shenzhen = await readShenzhen();
export const chongqing = await readDemo('chongqing.ndjson', 'sg-cn-chongqing-cci');
export const egyptJordan = await readDemo('egypt-jordan.ndjson', 'eg-jo-jhc');

/** Records a real initiative; gives the last position of each request by its key. */
export async function recordReal(
  app: App,
  { initiativeId, requests }: DemoInitiative,
): Promise<(key: string) => number> {
  const positions = new Map<string, number>();
  for (const { key, events } of requests) {
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/initiatives/${initiativeId}/events`,
      payload: { events },
    });
    if (answer.statusCode !== 201) throw new Error(`${key}: ${answer.body}`);
    positions.set(key, answer.json().basis.treeSize);
  }
  return (key) => {
    const position = positions.get(key);
    if (position === undefined) throw new Error(`no request has the key ${key}`);
    return position;
  };
}

/** GET of a path below an initiative, which must be answered with 200. */
export const readerOf =
  (app: App, { initiativeId }: DemoInitiative) =>
  async (path: string) => {
    const answer = await app.inject(`/v1/initiatives/${initiativeId}${path}`);
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`);
    return answer.json();
  };

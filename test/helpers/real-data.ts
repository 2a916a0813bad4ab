import type { App } from '../../src/app.ts';
import { bodyOf, type RealInitiative } from '../../src/cli/demo/requests.ts';

/** Records a real initiative; gives the last position of each request by its key. */
export async function recordReal(
  app: App,
  { initiativeId, requests }: RealInitiative,
): Promise<(key: string) => number> {
  const positions = new Map<string, number>();
  for (const request of requests) {
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/initiatives/${initiativeId}/events`,
      payload: bodyOf(request),
    });
    if (answer.statusCode !== 201) throw new Error(`${request.key}: ${answer.body}`);
    positions.set(request.key, answer.json().basis.treeSize);
  }
  return (key) => {
    const position = positions.get(key);
    if (position === undefined) throw new Error(`no request has the key ${key}`);
    return position;
  };
}

/** GET of a path below an initiative, which must be answered with 200. */
export const readerOf =
  (app: App, { initiativeId }: RealInitiative) =>
  async (path: string) => {
    const answer = await app.inject(`/v1/initiatives/${initiativeId}${path}`);
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.body}`);
    return answer.json();
  };

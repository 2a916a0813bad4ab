import { readFile } from 'node:fs/promises';
import type { Schemas } from '../../client/client.ts';

/** What public announcements say about an initiative, as an officer posts it: request by request, in this order. */
export interface DemoInitiative {
  initiativeId: string;
  requests: DemoRequest[];
}

/** One request, recorded all or nothing. Its key is in the log: the correlationId of each of its events. */
export interface DemoRequest {
  key: string;
  events: Schemas['PostedEvent'][];
}

/** Built files stand in `dist/`, one folder deeper. */
const demoFiles = new URL(
  import.meta.url.endsWith('.ts') ? '../../../demo/' : '../../../../demo/',
  import.meta.url,
);

/** Reads a file of `demo/`, which holds one posted event a line. Lines with one correlationId are one request. */
export async function readDemo(file: string, initiativeId: string): Promise<DemoInitiative> {
  const text = await readFile(new URL(file, demoFiles), 'utf8');
  // The package ships these files, and a test imports each of them.
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Schemas['PostedEvent']);
  const requests = Map.groupBy(events, ({ correlationId }) => correlationId ?? '');
  return { initiativeId, requests: Array.from(requests, ([key, events]) => ({ key, events })) };
}

export const readShenzhen = (): Promise<DemoInitiative> => readDemo('shenzhen.ndjson', 'sg-cn-shenzhen-sci');

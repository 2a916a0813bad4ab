import type { Test } from 'tap';
import { buildLedger } from '../../helpers/ledger.ts';

export interface Register {
  app: Awaited<ReturnType<typeof buildLedger>>;
  /** Records events in one request; gives the receipt. */
  post: (initiativeId: string, ...events: object[]) => Promise<Receipt>;
  /** GET that must be answered with 200; gives the JSON. */
  get: (path: string) => ReturnType<typeof JSON.parse>;
  /** The ids of the records that a list has, in its order. */
  ids: (path: string) => Promise<string[]>;
  /** GET that must be refused; gives status and code. */
  refused: (path: string) => Promise<string>;
  /** The items of all pages of a list, by their Link headers; `between` runs after each page. */
  walk: (path: string, between?: (page: number) => Promise<unknown>) => Promise<Item[]>;
  setClock: (instant: string) => void;
}

interface Receipt {
  recorded: { position: number; eventId: string; recordId: string; recordedAt: string; leafHash: string }[];
  basis: { treeSize: number; rootHash: string };
}

type Item = ReturnType<typeof JSON.parse>;

const hourMs = 3_600_000;

/** A ledger whose clock goes on by an hour with each request that records, from 1 March 2024 on. */
export async function openRegister(t: Test): Promise<Register> {
  let now = Date.parse('2024-03-01T00:00:00.000Z');
  const app = await buildLedger(t, () => now);

  const post: Register['post'] = async (initiativeId, ...events) => {
    now += hourMs;
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/initiatives/${initiativeId}/events`,
      payload: { events },
    });
    if (answer.statusCode !== 201) throw new Error(`${answer.statusCode}: ${answer.body}`);
    return answer.json();
  };
  const get: Register['get'] = async (path: string) => {
    const answer = await app.inject(path);
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode}: ${answer.body}`);
    return answer.json();
  };
  const ids: Register['ids'] = async (path) =>
    (await get(path)).items.map(({ recordId }: { recordId: string }) => recordId);
  const refused: Register['refused'] = async (path) => {
    const answer = await app.inject(path);
    return `${answer.statusCode} ${answer.json().code}`;
  };
  const walk: Register['walk'] = async (path, between) => {
    const items: Item[] = [];
    let next: string | undefined = path;
    for (let page = 1; next !== undefined; page++) {
      if (page > 100) throw new Error(`${path} has no end`);
      const answer = await app.inject(next);
      if (answer.statusCode !== 200) throw new Error(`${next}: ${answer.statusCode}: ${answer.body}`);
      const json = answer.json();
      items.push(...(json.items ?? json.versions));
      await between?.(page);
      next = nextOf(answer.headers.link);
    }
    return items;
  };
  const setClock = (instant: string): void => {
    now = Date.parse(instant) - hourMs;
  };
  return { app, post, get, ids, refused, walk, setClock };
}

export const nextOf = (link: unknown): string | undefined =>
  /^<([^>]+)>; rel="next"$/.exec(String(link ?? ''))?.[1];

const source = { publisher: 'The Straits Times', url: 'https://example.org/a' };
const why = { code: 'other', text: 'As the test needs it.' };

export const registered = (name = 'An initiative', more: object = {}): object => ({
  type: 'InitiativeRegistered',
  data: { name, ...more },
});
export const meeting = (recordId: string, occurredOn: string, data: object = {}): object => ({
  type: 'MeetingHeld',
  recordId,
  occurredOn,
  data,
});
export const mou = (recordId: string, occurredOn?: string, data: object = {}, more: object = {}): object => ({
  type: 'MoUSigned',
  recordId,
  ...(occurredOn === undefined ? {} : { occurredOn }),
  data,
  ...more,
});
export const project = (
  recordId: string,
  occurredOn?: string,
  data: object = {},
  more: object = {},
): object => ({
  ...mou(recordId, occurredOn, data, more),
  type: 'ProjectLaunched',
});
export const claim = (recordId: string, occurredOn: string, data: object): object => ({
  type: 'FigureClaimed',
  recordId,
  occurredOn,
  data: { metric: 'mous', value: 1, qualifier: 'exact', scope: 'all', ...data },
  sources: [source],
});
export const corrected = (recordId: string, changes: object): object => ({
  type: 'RecordCorrected',
  recordId,
  changes,
  reason: why,
});
export const retracted = (recordId: string): object => ({ type: 'RecordRetracted', recordId, reason: why });
export const reinstated = (recordId: string): object => ({ type: 'RecordReinstated', recordId, reason: why });
export const reclassified = (recordId: string, to: string): object => ({
  type: 'RecordReclassified',
  recordId,
  to,
  reason: why,
});

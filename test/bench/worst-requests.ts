import type { RequestOptions } from 'node:http';
import { randomOf } from './ledgers.ts';
import { loneInitiatives } from './worst-ledger.ts';

/**
 * read: answered, refused: an answer that nothing was recorded, write: of up to 100 events, large: a write of more, of which
 * the figure is printed only.
 */
export type Cost = 'read' | 'refused' | 'write' | 'large';

export interface Asked {
  path: string;
  method?: RequestOptions['method'];
  type?: string;
  body?: string;
}

interface Question {
  cost: Cost;
  /** Requests that are under way at the same time; 1 by default. */
  atOnce?: number;
  /** They have no end, and are held open meanwhile. */
  holds?: boolean;
  /** Those that are held end in the same instant, not in turns as they began. */
  cut?: boolean;
  /** The body is followed by a line break now and then, and does not end. */
  drips?: boolean;
  /** The requests, one after the other. size: the events of the ledger at the beginning. */
  next: (random: () => number, size: number) => Asked;
}

const get = (path: string): Question => ({ cost: 'read', next: () => ({ path }) });
const gets = (next: (random: () => number, size: number) => string): Question => ({
  cost: 'read',
  next: (random, size) => ({ path: next(random, size) }),
});

const below = (random: () => number, end: number): number => Math.floor(random() * end);
const pastOf = (random: () => number, size: number): number => Math.ceil(size - below(random, size / 2));
const lettersOf = (length: number): string => `${'a'.repeat(length - 1)}b`;
const json = 'application/json';

const events = (initiativeId: string): string => `/v1/initiatives/${initiativeId}/events`;
const posted = (cost: Cost, initiativeId: string, body: () => object, query = ''): Question => {
  let text: string | undefined;
  return {
    cost,
    next: () => {
      text ??= JSON.stringify(body());
      return { path: events(initiativeId) + query, method: 'POST', type: json, body: text };
    },
  };
};
const imported = (cost: Cost, initiativeId: string, body: () => string, query = ''): Question => {
  let text: string | undefined;
  return {
    cost,
    next: () => {
      text ??= body();
      const path = `/v1/initiatives/${initiativeId}/import${query}`;
      return { path, method: 'POST', type: 'application/x-ndjson', body: text };
    },
  };
};

const equal = (events: number) => ({
  events: Array.from({ length: events }, () => ({
    type: 'MoUSigned',
    occurredOn: '2023-12-14',
    data: { title: 'A title that all have' },
  })),
});
const reason = { code: 'other', text: 'To see how long it takes.' };

/** The worst that a request of each kind may ask of the ledger in worst-ledger.ts. */
export const questions: { [name: string]: Question } = {
  'q: letters in letters': get(`/v1/records?q=${lettersOf(200)}`),
  'q: nothing, counted': get('/v1/records?q=nothing+of+the+kind&count=true'),
  'q: twelve at once': { ...get(`/v1/initiatives/sci/mous?q=${lettersOf(200)}`), atOnce: 12 },
  'q: four searchers': {
    ...gets((random) => `/v1/initiatives/sci/mous?q=nothing+of+the+kind+${below(random, 1e9)}`),
    atOnce: 4,
  },
  'q: one letter': get('/v1/records?q=e&limit=1000&count=true'),
  'records: filter without match': get('/v1/records?pillar=nowhere&limit=1000'),
  'records: counted': get('/v1/records?count=true&limit=1'),
  'records: many sources, counted': get('/v1/records?sources=7&standing=all&count=true'),
  'records: retracted, counted': get('/v1/records?standing=false&count=true&limit=1000'),
  'records: page beside retracted': get('/v1/records?limit=1000'),
  'records: seldom, far behind': get('/v1/records?kind=project&zone=nowhere&after=100000'),
  'records: past': gets((random, size) => `/v1/records?asOfPosition=${pastOf(random, size)}&count=true`),
  'records: long page': get('/v1/initiatives/long/mous?limit=1000'),
  'records: until, counted': get('/v1/initiatives/sci/mous?until=2021-06-30&count=true'),
  'records: in force, counted': get('/v1/initiatives/sci/projects?inForceOn=1999-06-30&count=true'),
  'events: long page': get('/v1/initiatives/long/events?limit=1000'),
  'events: filter without match': get('/v1/events?recordedBy=nobody&count=true'),
  'events: late, newest first': get('/v1/initiatives/sci/events?lateByDays=900000&order=desc&count=true'),
  'claims: one series': get('/v1/initiatives/series/claims?limit=1000'),
  'claims: many meetings': get('/v1/initiatives/crowded/claims?limit=1'),
  'claims: many initiatives': get('/v1/claims?status=over&count=true'),
  'claims: whole table': get('/v1/initiatives/series/claims?format=csv'),
  'meetings: missing ordinals': get('/v1/initiatives/sparse/meetings?limit=1'),
  'meetings: one of many': get('/v1/initiatives/crowded/meetings/meeting-1999'),
  'meetings: whole table': get('/v1/initiatives/crowded/meetings?format=csv'),
  'initiatives: page': get('/v1/initiatives?limit=1000'),
  'initiatives: whole table, past': gets(
    (random, size) => `/v1/initiatives?format=csv&asOfPosition=${pastOf(random, size)}`,
  ),
  'summary: all': get('/v1/summary'),
  'summary: all, past': gets((random, size) => `/v1/summary?asOfPosition=${pastOf(random, size)}`),
  'summary: all, until': get('/v1/summary?until=2021-06-30'),
  'summary: of claims': gets(
    (random, size) => `/v1/initiatives/series/summary?asOfPosition=${size - below(random, 1_000)}`,
  ),
  'summary: past': gets((random, size) => `/v1/initiatives/sci/summary?asOfPosition=${pastOf(random, size)}`),
  'summary: each of thousands': gets(
    (random) => `/v1/initiatives/lone-${below(random, loneInitiatives)}/summary`,
  ),
  'long addresses': gets(
    (random) =>
      `/v1/initiatives/lone-1/mous?party=${encodeURIComponent('中'.repeat(800))}${below(random, 1e9)}`,
  ),
  'changes: whole log': get('/v1/initiatives/sci/changes?count=true&limit=1000'),
  'changes: whole log, seldom': get('/v1/initiatives/changed/changes?count=true&limit=1000'),
  'history: counted by path': get('/v1/initiatives/changed/records/often/history?path=/data/zone&count=true'),
  'history: whole table': get('/v1/initiatives/changed/records/often/history?format=csv'),
  'table: records': get('/v1/initiatives/sci/mous?format=csv'),
  'table: long records': get('/v1/initiatives/long/mous?format=csv'),
  'lines: records': get('/v1/records?format=ndjson'),
  'lines: long records': get('/v1/initiatives/long/mous?format=ndjson'),
  'table: events': get('/v1/events?format=csv'),
  'lines: events without match': get('/v1/events?recordedBy=nobody&format=ndjson'),
  'export: all': get('/v1/export'),
  'export: one of many': gets((random) => `/v1/export?initiativeId=lone-${below(random, loneInitiatives)}`),
  'proof: consistency': gets(
    (random, size) => `/v1/log/proofs/consistency?from=${pastOf(random, size)}&to=${size}`,
  ),
  'streams: little matches': {
    ...get('/v1/events/stream?type=RecordReinstated'),
    atOnce: 200,
    holds: true,
  },
  'streams: 2,000 live': {
    ...gets((_random, size) => `/v1/events/stream?after=${size}`),
    atOnce: 2_000,
    holds: true,
  },
  // A connection that closes costs some 75 us in node itself, and whatever closes in one instant is one turn.
  'streams: 2,000 cut at once': {
    ...gets((_random, size) => `/v1/events/stream?after=${size}`),
    cost: 'large',
    atOnce: 2_000,
    holds: true,
    cut: true,
  },
  'imports that drip': {
    ...imported('read', 'sci', () => '\n'),
    atOnce: 4,
    holds: true,
    drips: true,
  },
  'refused: 90,000 keys': posted('refused', 'sci', () => ({
    type: 'RecordCorrected',
    recordId: 'record-1',
    changes: { data: Object.fromEntries(Array.from({ length: 90_000 }, (_, i) => [`k${i}`, 1])) },
    reason,
  })),
  'refused: the last of 1,000': posted('refused', 'sci', () => ({
    events: [...equal(999).events, { type: 'RecordRetracted', recordId: 'not-there', reason }],
  })),
  'refused: shapes': posted('refused', 'sci', () => ({
    events: Array.from({ length: 1_000 }, () => ({ type: 'MoUSigned', data: { title: 1, zone: 2 } })),
  })),
  'tried: 1,000 equal titles': posted('refused', 'sci', () => equal(1_000), '?dryRun=true'),
  'tried: import of 5,000': imported(
    'refused',
    'sci',
    () =>
      equal(5_000)
        .events.map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    '?dryRun=true',
  ),
  'write: 100 equal titles': posted('write', 'sci', () => equal(100)),
  'write: 100 titles of letters': posted('write', 'repeated', () => ({
    events: equal(90).events.map((event) => ({ ...event, data: { title: 'a'.repeat(10_000) } })),
  })),
  'write: claims about a meeting': posted('write', 'sci', () => ({
    events: Array.from({ length: 100 }, (_, i) => ({
      type: 'FigureClaimed',
      occurredOn: '2023-12-14',
      data: { metric: 'mous', value: i, qualifier: 'exact', scope: 'meeting:meeting-7' },
      sources: [{ publisher: 'Smart Cities World' }],
    })),
  })),
  'write: import line by line': imported('write', 'sci', () =>
    equal(5_000)
      .events.map((event) => `${JSON.stringify(event)}\n`)
      .join(''),
  ),
  'large: 1,000 equal titles': posted('large', 'sci', () => equal(1_000)),
  'large: repeat 1,000': posted('large', 'sci', () => ({
    type: 'MoUSigned',
    occurredOn: '2023-12-14',
    repeat: 1_000,
    data: {},
  })),
  'large: import of 10,000 together': imported(
    'large',
    'sci',
    () =>
      equal(10_000)
        .events.map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    '?atomic=true',
  ),
};

/** One question, with the same requests in every run. */
export function requestsOf(name: string, size: number) {
  const question = questions[name];
  if (!question) throw new Error(`no such question: ${name}`);
  const { atOnce = 1, holds = false, cut = false, drips = false } = question;
  const random = randomOf(3);
  return { atOnce, holds, cut, drips, next: () => question.next(random, size) };
}

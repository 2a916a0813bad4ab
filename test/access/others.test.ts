import fc from 'fast-check';
import { type Test, test } from 'tap';
import type { App } from '../../src/app.ts';
import { closedLedger } from '../helpers/access.ts';
import { effort, moreInLong } from '../helpers/effort.ts';
import { listen } from '../helpers/shell.ts';
import { StreamReader } from '../helpers/streaming.ts';
import { unzipped } from '../helpers/unzipped.ts';

/*
 * Who may read one initiative learns nothing of another: whatever is asked, the answer is that of a ledger in which the other one does
 * not exist, but for positions, moments, hashes and what is made of them.
 */

type Posted = { initiativeId: string; event: object };

const sources = [{ publisher: 'A newspaper', url: 'https://news.example/1' }];
const reason = { code: 'other', text: 'A test.' } as const;
const setUp = ['a', 'b', 'c'].flatMap((initiativeId): Posted[] => [
  { initiativeId, event: { type: 'InitiativeRegistered', data: { name: `The initiative ${initiativeId}` } } },
  {
    initiativeId,
    event: { type: 'MeetingHeld', recordId: 'meeting-one', occurredOn: '2023-05-01', data: {} },
  },
]);

/** After all others. */
const last = { type: 'MeetingHeld', recordId: 'meeting-last', occurredOn: '2023-06-01', data: {} };

const milestone = fc.record({
  type: fc.constantFrom('MoUSigned', 'ProjectLaunched'),
  occurredOn: fc.constantFrom('2022', '2023-05-01', '2024-02'),
  data: fc.record(
    {
      title: fc.constantFrom('Water', 'Talent and trade', 'Harbour'),
      pillar: fc.constantFrom('digital', 'talent'),
      meetingId: fc.constant('meeting-one'),
      parties: fc.constantFrom([{ name: 'Port', country: 'SG' }], [{ name: 'Guangming', country: 'CN' }]),
      sameAs: fc.constantFrom('a/mou-1', 'b/mou-1', 'c/project-1', 'b/mou-2'),
    },
    { requiredKeys: [] },
  ),
  sources: fc.constantFrom([], sources),
});
const claim = fc.record({
  type: fc.constant('FigureClaimed'),
  occurredOn: fc.constant('2024-05-01'),
  data: fc.record({
    metric: fc.constantFrom('mous', 'projects'),
    value: fc.integer({ min: 0, max: 5 }),
    qualifier: fc.constantFrom('exact', 'atLeast'),
    scope: fc.constantFrom('all', 'meeting:meeting-one'),
  }),
  sources: fc.constant(sources),
});
const change = fc.record({
  type: fc.constantFrom('RecordRetracted', 'RecordReinstated'),
  recordId: fc.constantFrom('mou-1', 'project-1'),
  reason: fc.constant(reason),
});
const posted = fc.record({
  initiativeId: fc.constantFrom('a', 'b', 'c'),
  event: fc.oneof({ weight: 4, arbitrary: milestone }, claim, change),
});

const ids = {
  initiativeId: ['a', 'b', 'never'],
  recordId: ['mou-1', 'project-1', 'meeting-one'],
  meetingId: ['meeting-one'],
};
const queries = [
  '',
  'until=2023',
  'q=water',
  'party=Port',
  'by=party,country&top=1',
  'initiativeId=b',
  'initiativeId=a',
  'format=csv',
  'format=ndjson',
  'limit=1',
  'count=true',
  'type=MoUSigned&order=desc',
  'status=short',
  'unsourced=true',
  'sourceUrl=https://news.example/1',
];
// These tell of the whole log, which any principal may have proofs of, and of whoever asks.
const left = /^\/(v1\/(log|me|access|principals|tokens)|checkpoint|tile|docs|openapi|problems|livez|readyz)/;

/** What programs read, in the OpenAPI document or not. */
function urlsOf({ app }: { app: App }): string[] {
  const { paths } = app.swagger() as { paths: Record<string, { get?: object }> };
  const files = app.routesServed.map(({ url }) => url.replaceAll(/:(\w+)/g, '{$1}'));
  const templates = [
    ...Object.keys(paths).filter((path) => paths[path]?.get),
    ...new Set(files.filter((path) => /\.(json|csv|svg|atom|ics|jsonld)$/.test(path))),
  ].filter((path) => !left.test(path));
  const filled = templates.flatMap((template) => {
    let urls = [template];
    for (const [name, values] of Object.entries(ids))
      urls = urls.flatMap((url) =>
        url.includes(`{${name}}`) ? values.map((value) => url.replace(`{${name}}`, value)) : [url],
      );
    return urls;
  });
  return filled
    .filter((url) => !url.includes('{'))
    .flatMap((url) => queries.map((query) => (query === '' ? url : `${url}?${query}`)));
}

const told = new Set([
  'position',
  'basis',
  'asOf',
  'asOfPosition',
  'created',
  'recordedAt',
  'leafHash',
  'eventId',
  'knownSince',
  'instance',
  'recordedBy',
  'covers',
  'next',
  'from',
  'to',
]);

/** An answer without what may differ. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => (told.has(name) ? [] : [[name, plain(part)]])),
  );
}

function plainText(text: string, type: string): unknown {
  if (text === '') return '';
  if (/svg|atom|calendar/.test(type))
    return text
      .replaceAll('\r\n ', '')
      .replaceAll(/\d{4}-?\d\d-?\d\dT[\d:.]+Z|urn:uuid:[0-9a-f-]{36}|Position \d+|@milestone-ledger\S+/g, '');
  if (/csv/.test(type)) {
    const [header = [], ...rows] = text
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const kept = header.flatMap((name, i) => (told.has(name.split('.').at(-1) ?? name) ? [] : [i]));
    return [header, ...rows].map((row) => kept.map((i) => row[i]));
  }
  if (/\bzip\b/.test(type))
    return [...unzipped(Buffer.from(text, 'latin1'))].map(([name, text]) => [
      name,
      name === 'README.md' ? text.replaceAll(/[0-9a-f]{64}|\d/g, '') : plainText(text, name),
    ]);
  const lines = /ndjson|event-stream/.test(type)
    ? text.split('\n').filter((line) => line.startsWith('{'))
    : [text];
  return lines.map((line) => plain(JSON.parse(line)));
}

async function ledgerOf(t: Test, events: readonly Posted[]) {
  const ledger = await closedLedger(t);
  // What is refused is refused in both, or is of others.
  for (const { initiativeId, event } of events)
    await ledger.ask(ledger.admin, 'POST', `/v1/initiatives/${initiativeId}/events`, event);
  const reader = await ledger.principal([{ role: 'reader', initiativeId: 'a' }]);
  return { ...ledger, reader: reader.token };
}

/** What the streams tell a reader up to the last event of all. */
async function streamed(t: Test, { app, reader }: Awaited<ReturnType<typeof ledgerOf>>) {
  const port = await listen(app);
  const told: unknown[] = [];
  for (const query of ['', '?initiativeId=a', '?type=MoUSigned&type=MeetingHeld']) {
    const stream = await StreamReader.open(t, port, query, { authorization: `Bearer ${reader}` });
    await stream.until(({ events }) => events.some(({ data }) => data.event?.recordId === last.recordId));
    told.push(stream.events.map(({ data }) => plain(data)));
    stream.close();
  }
  return told;
}

test('who may read one initiative learns nothing of another', moreInLong, async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(posted, { minLength: 5, maxLength: 25 }), async (some) => {
      const events = [
        ...setUp,
        ...some,
        { initiativeId: 'b', event: last },
        { initiativeId: 'a', event: last },
      ];
      const whole = await ledgerOf(t, events);
      const alone = await ledgerOf(
        t,
        events.filter(({ initiativeId }) => initiativeId === 'a'),
      );
      for (const url of urlsOf(whole)) {
        // It has no end, and is compared below.
        if (url.startsWith('/v1/events/stream')) continue;
        const [one, other] = [
          await whole.ask(whole.reader, 'GET', url),
          await alone.ask(alone.reader, 'GET', url),
        ];
        const [is, must] = [one, other].map(({ status, text, headers }) => [
          status,
          plainText(text, String(headers['content-type'])),
        ]);
        if (JSON.stringify(is) !== JSON.stringify(must)) t.same(is, must, url);
      }
      t.same(await streamed(t, whole), await streamed(t, alone), 'streams');
      await whole.app.close();
      await alone.app.close();
    }),
    { numRuns: effort(3, 12) },
  );
  t.pass('all answers were compared');
});

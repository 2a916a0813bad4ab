import fc from 'fast-check';
import { test } from 'tap';
import { type App, openLedgerApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { folded, foldedForSearch } from '../../../src/shapes/folded.ts';
import type { LedgerRecord } from '../../../src/shapes/record.ts';
import { type GivenFilters, matches, wantedBy } from '../../../src/shapes/record-filter.ts';
import type { StoredEvent } from '../../../src/shapes/stored-event.ts';
import { usualUrl } from '../../../src/shapes/web-url.ts';
import { bytewise } from '../../../src/views/bytewise.ts';
import { emptyDatabase } from '../../helpers/database.ts';
import { effort, moreInLong } from '../../helpers/effort.ts';
import { buildLedger } from '../../helpers/ledger.ts';
import { fillSearch } from '../../helpers/search.ts';
import { openRegister } from './register.ts';

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const some = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 3) =>
  fc.array(arbitrary, { minLength: 1, maxLength });

const word = pick(
  ...['İzmir', 'IZMIR', 'ızgara', 'Straße', 'STRASSE', '深圳', '智慧城市', 'l’Eau', "L'eau", 'l´eau', 'ＡＩ'],
  ...[
    'École',
    'e\u0301cole',
    'Łódź',
    '🚢',
    '🇸🇬',
    'a',
    'b',
    'ﬁn',
    'Ǆ',
    'ς',
    'ガ',
    '%',
    '_',
    '\\',
    "'",
    '=',
    'mou-1',
  ],
);
const text = fc
  .tuple(some(word), pick(' ', '  ', '\u00a0', '\u3000', '-'))
  .map(([words, blank]) => words.join(blank));
const date = pick(
  '2021',
  '2022-03',
  '2022-03-14',
  '2022-01/2023-02',
  '[2021..2022-06]',
  '[..2022]',
  '2023-12-14?',
);
const day = pick('2021', '2022-03', '2022-03-14', '2022-06-30', '2023', '2024-01-01');
const url = pick(
  'https://example.org/a',
  'HTTPS://Example.ORG/a',
  'https://example.org/a\\b',
  'https://example.org/a/b',
  'https://example.org/%c3%a9',
  'https://example.org/é',
  'https://example.org/A',
);
const party = fc.oneof(
  fc.record({ name: text, country: pick('SG', 'CN', 'CN-GD'), externalId: text }, { requiredKeys: ['name'] }),
  fc.record({ name: word, person: fc.constant(true) }),
);
const source = fc.record({ publisher: text, url, archiveUrl: url }, { requiredKeys: ['publisher'] });
const meetingId = pick('m-1', 'm-2');
const correlationId = pick('"', 'é', 'list-1', 'list-2');
const recordId = pick('eau', 'strasse-2', 'r-1', 'r-2', 'r-3', 'r-4');

const milestone = fc.record(
  {
    type: pick('MoUSigned', 'ProjectLaunched'),
    recordId,
    occurredOn: date,
    correlationId,
    data: fc.record(
      {
        title: text,
        titles: fc.array(fc.record({ lang: fc.constant('tr'), text }), { maxLength: 2 }),
        parties: fc.array(party, { maxLength: 3 }),
        places: fc.array(text, { maxLength: 2 }),
        occasion: fc.record({ place: text }),
        references: fc.array(fc.record({ text, url }, { requiredKeys: ['text'] }), { maxLength: 2 }),
        externalId: text,
        meetingId,
        pillar: word,
        sector: text,
        validFrom: date,
        validUntil: date,
      },
      { requiredKeys: [] },
    ),
    sources: fc.array(source, { maxLength: 2 }),
  },
  { requiredKeys: ['type', 'data'] },
);
const reason = fc.constant({ code: 'other', text: 'Known better.' });
const change = fc.oneof(
  fc.record(
    {
      type: fc.constant('RecordCorrected'),
      recordId,
      correlationId,
      reason,
      changes: fc.record({ data: fc.record({ title: fc.option(text), pillar: fc.option(word) }) }),
    },
    { requiredKeys: ['type', 'recordId', 'reason', 'changes'] },
  ),
  fc.record({ type: pick('RecordRetracted', 'RecordReinstated'), recordId, reason }),
  fc.record({ type: pick('RecordRetracted', 'RecordReinstated'), recordId: fc.constant('two'), reason }),
  fc.record({ type: fc.constant('EvidenceAdded'), recordId, sources: some(source, 1), correlationId }),
  fc.record({ type: fc.constant('RecordReclassified'), recordId, to: pick('mou', 'project'), reason }),
);
const claim = fc.record({
  type: fc.constant('FigureClaimed'),
  occurredOn: date,
  data: fc.record(
    {
      metric: fc.constant('mous'),
      value: fc.nat(9),
      qualifier: fc.constant('exact'),
      scope: pick('all', 'meeting:m-1'),
      label: text,
    },
    { requiredKeys: ['metric', 'value', 'qualifier', 'scope'] },
  ),
  sources: some(source, 2),
});
const meetings = ['m-1', 'm-2'].map((recordId, i) => ({
  type: 'MeetingHeld',
  recordId,
  occurredOn: '2022-03',
  data: { name: `Réunion ${i}`, series: 'JIC', place: i === 0 ? 'İzmir' : '深圳' },
}));

const filters = fc.record(
  {
    q: some(
      fc.oneof(
        text,
        word,
        word.map((word) => [...word].slice(1).join('') || word),
        fc.tuple(word, word).map((words) => words.join(' ')),
      ),
      2,
    ),
    party: some(text, 2),
    'party.all': some(text, 2),
    country: some(pick('sg', 'CN', 'FR'), 2),
    pillar: some(word, 3),
    sector: some(text),
    place: some(text),
    meetingId: some(meetingId, 2),
    externalId: some(text),
    correlationId: some(correlationId, 2),
    publisher: some(text),
    sourceUrl: some(url, 2),
    sources: some(pick(0, 1, 2), 2),
    unsourced: some(fc.boolean(), 2),
    named: some(fc.boolean(), 2),
    undated: some(fc.boolean(), 2),
    inForceOn: some(day, 2),
    endsBy: some(day, 2),
    standing: some(pick('true' as const, 'false' as const, 'all' as const), 2),
    kind: some(pick('mou' as const, 'project' as const, 'meeting' as const, 'claim' as const), 2),
    from: day,
    until: day,
  },
  { requiredKeys: [] },
);
/** Few filters at a time, as many together match nothing. */
const few = fc.tuple(filters, some(fc.nat(100), 2)).map(([all, chosen]): GivenFilters => {
  const entries = Object.entries(all);
  return Object.fromEntries(chosen.flatMap((n) => entries.slice(n % (entries.length || 1)).slice(0, 1)));
});
const sortName = pick('date', 'title', 'party', 'recorded');
/** Several words, and bounds of days, are rare among all. */
const askedFilters: fc.Arbitrary<GivenFilters> = fc.oneof(
  { weight: 3, arbitrary: few },
  {
    weight: 2,
    arbitrary: fc.record({
      q: some(
        fc.tuple(word, word).map((words) => words.join(' ')),
        2,
      ),
    }),
  },
  fc.record({ from: day, until: day }, { requiredKeys: [] }),
  fc.record({ inForceOn: some(day, 1) }),
  fc.constant<GivenFilters>({}),
);
const asked = fc.record({
  path: pick('/v1/initiatives/sci/records', '/v1/initiatives/sci/mous', '/v1/records'),
  filters: askedFilters,
  sort: fc.option(fc.tuple(sortName, pick('', '-')), { nil: undefined }),
  isPast: fc.boolean(),
  limit: fc.integer({ min: 1, max: 7 }),
});

/** A record as lists show it. */
type Shown = LedgerRecord & { earliest?: string; latest?: string; possible?: true; data: ShownData };
interface ShownData {
  title?: string;
  name?: string;
  label?: string;
  titles?: { text: string }[];
  parties?: { name: string; person?: true; country?: string; externalId?: string }[];
  places?: string[];
  place?: string;
  occasion?: { place: string };
  references?: { text: string; url?: string }[];
  externalId?: string;
  meetingId?: string;
  scope?: string;
  pillar?: string;
  sector?: string;
  validFrom?: string;
  validUntil?: string;
}

/** What is known of a record beside itself, as of a position. */
interface Known {
  made: number;
  changed: number;
  correlationIds: Set<string>;
}

/** How far the search index is for the first half of the questions: of how many events, after how many transactions. */
const filled = fc.record({ events: fc.nat(30), length: pick(3, 8), transactions: pick(0, 3, 6, Infinity) });

const isMilestone = ({ kind }: Shown) => kind === 'mou' || kind === 'project';
const namedParties = ({ data }: Shown) => (data.parties ?? []).filter(({ person }) => !person);
const lastDay = (date: string): string =>
  ({ '2021': '2021-12-31', '2022-03': '2022-03-31', '2023': '2023-12-31', '2022': '2022-12-31' })[date] ??
  date;
const firstDay = (date: string): string => ({ 4: `${date}-01-01`, 7: `${date}-01` })[date.length] ?? date;
const latestOf = (date: string): string =>
  lastDay(
    {
      '2022-01/2023-02': '2023-02-28',
      '[2021..2022-06]': '2022-06-30',
      '[..2022]': '2022',
      '2023-12-14?': '2023-12-14',
    }[date] ?? date,
  );

/** Whether a record is what is asked for, read from what lists show of it, filter by filter. */
function isWanted(record: Shown, given: GivenFilters, { correlationIds }: Known): boolean {
  const { data, sources } = record;
  const same = (values: (string | undefined)[], asked: unknown): boolean =>
    values.some((value) => value !== undefined && folded(value) === folded(String(asked)));
  const tests: { [name in keyof GivenFilters]-?: (asked: never) => boolean } = {
    q: (asked: string) => {
      const texts = [
        ...[data.title, data.name, data.label, data.externalId, data.place, data.occasion?.place],
        ...(data.titles ?? []).map(({ text }) => text),
        ...namedParties(record).flatMap(({ name, externalId }) => [name, externalId]),
        ...(data.places ?? []),
        ...(data.references ?? []).flatMap(({ text, url }) => [text, url]),
        /^(mou|project|claim|meeting)-\d+$/.test(record.recordId) ? undefined : record.recordId,
      ].flatMap((text) => (text === undefined ? [] : foldedForSearch(text)));
      return foldedForSearch(asked)
        .split(' ')
        .every((word) => texts.some((text) => text.includes(word)));
    },
    party: (asked: string) =>
      same(
        namedParties(record).map(({ name }) => name),
        asked,
      ),
    'party.all': (asked: string) =>
      same(
        namedParties(record).map(({ name }) => name),
        asked,
      ),
    country: (asked: string) =>
      same(
        (data.parties ?? []).map(({ country }) => country),
        asked,
      ),
    pillar: (asked: string) => same([data.pillar], asked),
    sector: (asked: string) => same([data.sector], asked),
    zone: () => false,
    instrument: () => false,
    place: (asked: string) => same([data.place, data.occasion?.place, ...(data.places ?? [])], asked),
    meetingId: (asked: string) => data.meetingId === asked || data.scope === `meeting:${asked}`,
    externalId: (asked: string) => same([data.externalId], asked),
    correlationId: (asked: string) => correlationIds.has(asked),
    publisher: (asked: string) =>
      same(
        sources.map(({ publisher }) => publisher),
        asked,
      ),
    sourceUrl: (asked: string) =>
      sources.some(({ url, archiveUrl }) =>
        [url, archiveUrl].some((one) => one !== undefined && usualUrl(one) === usualUrl(asked)),
      ),
    sources: (asked: number) => sources.length === asked,
    unsourced: (asked: boolean) => (sources.length === 0) === asked,
    named: (asked: boolean) => (isMilestone(record) && data.title !== undefined) === asked,
    undated: (asked: boolean) => (record.occurredOn === undefined) === asked,
    inForceOn: (asked: string) => {
      const from = data.validFrom ?? record.occurredOn;
      return (
        isMilestone(record) &&
        from !== undefined &&
        latestOf(from) <= lastDay(asked) &&
        (data.validUntil === undefined || latestOf(data.validUntil) >= lastDay(asked))
      );
    },
    endsBy: (asked: string) => data.validUntil !== undefined && latestOf(data.validUntil) <= lastDay(asked),
    standing: (asked: string) => asked === 'all' || (record.status === 'standing') === (asked === 'true'),
    kind: (asked: string) => record.kind === asked,
    from: (asked: string) => (record.latest ?? '9999') >= firstDay(asked),
    until: (asked: string) => (record.earliest ?? '') <= lastDay(asked),
  };
  return Object.entries({ standing: 'true', ...given }).every(([name, asked]) => {
    // The tests have the names of the filters, each with the type of its values.
    const test = tests[name as keyof GivenFilters] as (asked: unknown) => boolean;
    return name === 'party.all' ? [asked].flat().every(test) : [asked].flat().some(test);
  });
}

/** The records in an order, those without a key last. */
function inOrder(
  records: Shown[],
  known: (record: Shown) => Known,
  sort: [string, string] | undefined,
): Shown[] {
  const keyOf = (record: Shown): string | undefined => {
    const [name = 'recorded'] = sort ?? [];
    if (name === 'recorded') return '';
    if (name === 'date') return record.latest && (record.earliest ?? '0000') + record.latest;
    const { title, name: called, label } = record.data;
    const text = name === 'title' ? (title ?? called ?? label) : namedParties(record)[0]?.name;
    return text === undefined ? undefined : foldedForSearch(text) || undefined;
  };
  const sign = sort?.[1] === '-' ? -1 : 1;
  return records.toSorted((a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    if ((one === undefined) !== (other === undefined)) return one === undefined ? 1 : -1;
    return sign * (bytewise(one ?? '', other ?? '') || known(a).made - known(b).made);
  });
}

const refused = (filter: string, detail: string) => new Error(`${filter} ${detail}`);

/** As the log has it: a name of a person is a commitment. */
const asStored = ({ earliest: _, latest: __, possible: ___, ...record }: Shown): LedgerRecord =>
  // It was the view of such a record.
  ({
    ...record,
    data: {
      ...record.data,
      ...(record.data.parties && {
        parties: record.data.parties.map((party) =>
          party.person ? { ...party, name: { commitment: '' } } : party,
        ),
      }),
    },
  }) as unknown as LedgerRecord;

async function get(app: App, url: string) {
  const response = await app.inject(url);
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.body}`);
  return response;
}

/** A whole list page by page, as the links lead. meanwhile: done after the first page. */
async function pagesOf(app: App, address: string, meanwhile: () => Promise<unknown> = async () => {}) {
  const items: Shown[] = [];
  let total: number | undefined;
  for (let url: string | undefined = address; url !== undefined; ) {
    const { body, headers } = await get(app, url);
    const page = JSON.parse(body);
    items.push(...page.items);
    total ??= page.total;
    url = /<([^>]*)>/.exec(String(headers.link ?? ''))?.[1];
    if (items.length === page.items.length) await meanwhile();
  }
  return { items, total };
}

const queryOf = (given: GivenFilters): [string, string][] =>
  Object.entries(given).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, String(value)]),
  );

const idsOf = (records: { initiativeId: string; recordId: string }[]): string[] =>
  records.map(({ initiativeId, recordId }) => `${initiativeId}/${recordId}`);

test(
  'every list has what a naive reading of the records finds, in its order, by every page',
  moreInLong,
  async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: milestone }, claim, { weight: 3, arbitrary: change }), {
          minLength: 10,
          maxLength: 30,
        }),
        fc.array(asked, { minLength: 30, maxLength: 30 }),
        fc.array(few, { minLength: 200, maxLength: 200 }),
        filled,
        async (events, questions, more, { events: before, length, transactions }) => {
          const DATABASE_URL = await emptyDatabase(t);
          const app = await openLedgerApp(readConfig({ DATABASE_URL, SIGNER_DIR: '' }), false);
          const post = (initiativeId: string, payload: object) =>
            app.inject({ method: 'POST', url: `/v1/initiatives/${initiativeId}/events`, payload });
          for (const initiativeId of ['sci', 'two']) {
            const data = { name: `Straße ${initiativeId}`, parties: [{ name: 'École' }] };
            const made = await post(initiativeId, {
              events: [{ type: 'InitiativeRegistered', data }, ...meetings],
            });
            if (made.statusCode !== 201) throw new Error(made.body);
          }
          // What can't be recorded, such as a second retraction, is left out.
          const postAll = async (some: typeof events) => {
            for (const [i, event] of some.entries()) await post(i % 4 === 3 ? 'two' : 'sci', event);
          };
          await postAll(events.slice(0, before));
          await fillSearch(DATABASE_URL, length, transactions);
          await postAll(events.slice(before));
          const logged: { position: number; event: StoredEvent }[] = JSON.parse(
            (await get(app, '/v1/events?limit=1000')).body,
          ).items;
          const end = logged.length;
          const reading = async (position: number) => {
            const known = new Map<string, Known>();
            for (const { position: at, event } of logged.slice(0, position)) {
              const [id = ''] = idsOf([event]);
              const one = known.get(id) ?? { made: at, changed: at, correlationIds: new Set() };
              if (event.correlationId !== undefined) one.correlationIds.add(event.correlationId);
              known.set(id, { ...one, changed: at });
            }
            const all: Shown[] = [];
            for (const [id] of [...known].sort(([, a], [, b]) => a.changed - b.changed)) {
              const [initiativeId, recordId] = id.split('/');
              const path = `/v1/initiatives/${initiativeId}/records/${recordId}?asOfPosition=${position}`;
              const {
                asOf: _,
                basis: __,
                references: ___,
                ...record
              } = JSON.parse((await get(app, path)).body);
              all.push(record);
            }
            const knownOf = (record: Shown): Known => {
              const one = known.get(idsOf([record])[0] ?? '');
              if (!one) throw new Error(`${record.recordId} has no event`);
              return one;
            };
            return { position, all, knownOf };
          };
          const [now, past] = [await reading(end), await reading(Math.max(1, Math.floor(end / 2)))];
          const { all, knownOf } = now;
          for (const filters of [...more, ...questions.map(({ filters }) => filters)]) {
            const wanted = wantedBy(filters, refused);
            for (const record of all) {
              const known = knownOf(record);
              const found = matches(asStored(record), wanted, known.correlationIds);
              if (found !== isWanted(record, filters, known))
                throw new Error(
                  `${JSON.stringify(filters)} ${found ? 'finds' : 'does not find'} ${JSON.stringify(record)}`,
                );
            }
          }
          for (const [i, { path, filters, sort, limit, isPast }] of questions.entries()) {
            if (i === questions.length / 2) await fillSearch(DATABASE_URL, length);
            const { position, all, knownOf } = isPast ? past : now;
            const isOfStanding = [filters.standing ?? 'true'].flat().every((one) => one === 'true');
            const stands = ({ initiativeId }: Shown) =>
              all.some(({ recordId, status }) => recordId === initiativeId && status === 'standing');
            const { kind: _, ...ofKind } = filters;
            const isOfMous = path.endsWith('/mous');
            const given = isOfMous ? ofKind : filters;
            const isListed = ({ initiativeId, kind }: Shown) =>
              (path === '/v1/records' || initiativeId === 'sci') && (!isOfMous || kind === 'mou');
            const listed = all.filter(
              (record) =>
                isListed(record) &&
                isWanted(record, given, knownOf(record)) &&
                (path !== '/v1/records' || !isOfStanding || stands(record)),
            );
            const isOwnOrder = path === '/v1/records' && sort === undefined;
            const expected = isOwnOrder ? listed : inOrder(listed, knownOf, sort);
            const query = new URLSearchParams([
              ...queryOf(given),
              ...(sort ? [['sort', `${sort[1]}${sort[0]}`]] : []),
              ...(isPast ? [['asOfPosition', String(position)]] : []),
            ]);
            const address = `${path}?${query}`;
            const { items, total } = await pagesOf(app, `${address}&limit=${limit}&count=true`);
            const { body } = await get(app, `${address}&format=ndjson`);
            const lines = body.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)));
            for (const found of [items, lines])
              if (idsOf(found).join() !== idsOf(expected).join())
                throw new Error(`${address}: ${idsOf(found)} should be ${idsOf(expected)}`);
            if (total !== expected.length) throw new Error(`${address}: ${total} in all`);
            for (const { earliest = '', latest = '9999', possible = false } of items) {
              const { from = '', until = '9999-12-31' } = given;
              const isSure = latest <= lastDay(until) && earliest >= firstDay(from);
              const isCut = given.from !== undefined || given.until !== undefined;
              if (possible !== (isCut && !isSure)) throw new Error(`${address}: possible is ${possible}`);
            }
          }
          await app.close();
        },
      ),
      // To shrink what fails would take minutes.
      { numRuns: effort(2, 20), endOnFailure: true },
    );
  },
);

test('a pinned list has every record once, whatever is recorded while it is read', async (t) => {
  const app = await buildLedger(t);
  const post = async (events: object[]) => {
    const { statusCode, body } = await app.inject({
      method: 'POST',
      url: '/v1/initiatives/sci/events',
      payload: { events },
    });
    if (statusCode !== 201) throw new Error(body);
  };
  const milestones = Array.from({ length: 12 }, (_, i) => ({
    type: 'MoUSigned',
    recordId: `r-${i}`,
    ...{ occurredOn: `202${i % 3}` },
    data: { ...(i % 4 > 0 && { title: `Title ${i % 5}`, parties: [{ name: `Party ${i % 2}` }] }) },
  }));
  await post([{ type: 'InitiativeRegistered', data: { name: 'SCI' } }, ...milestones]);
  let more = 0;
  for (const path of ['/v1/initiatives/sci/mous', '/v1/records'])
    for (const sort of ['date', '-date', 'title', '-title', 'party', '-party', 'recorded', '-recorded', '']) {
      const address = `${path}?limit=5${sort && `&sort=${sort}`}`;
      const before = (await pagesOf(app, address.replace('limit=5', 'limit=1000'))).items;
      const { items } = await pagesOf(app, address, async () => {
        more += 1;
        await post([
          {
            type: 'MoUSigned',
            occurredOn: '2021',
            data: { title: 'Title 1a', parties: [{ name: 'Party 0a' }] },
          },
          {
            type: 'RecordCorrected',
            recordId: `r-${more % 12}`,
            reason: { code: 'other', text: 'x' },
            changes: { occurredOn: `200${more % 10}`, data: { title: `A ${more}` } },
          },
        ]);
      });
      t.same(idsOf(items), idsOf(before), address);
    }
});

test('meetings and claims are chosen and ordered like records', async (t) => {
  const app = await buildLedger(t);
  const meeting = (recordId: string, name: string, place: string, occurredOn?: string) => ({
    ...{ type: 'MeetingHeld', recordId, data: { name, place }, ...(occurredOn && { occurredOn }) },
  });
  const claim = (recordId: string, label: string, occurredOn: string, publisher: string) => ({
    ...{ type: 'FigureClaimed', recordId, occurredOn, sources: [{ publisher }] },
    data: { metric: 'mous', value: 1, qualifier: 'exact', scope: 'all', label },
  });
  const { statusCode } = await app.inject({
    method: 'POST',
    url: '/v1/initiatives/sci/events',
    payload: {
      events: [
        { type: 'InitiativeRegistered', data: { name: 'SCI' } },
        meeting('m-1', 'Beta', 'İzmir', '2021'),
        meeting('m-2', 'Élan', '深圳', '2022'),
        meeting('m-3', 'alpha', 'İzmir'),
        claim('c-1', 'Zwei', '2021', 'A'),
        claim('c-2', 'eins', '2022', 'B'),
      ],
    },
  });
  t.equal(statusCode, 201);
  const ids = async (path: string) =>
    (await pagesOf(app, `/v1/initiatives/sci/${path}&limit=1`)).items.map(({ recordId }) => recordId).join();
  t.equal(await ids('meetings?sort=title'), 'm-3,m-1,m-2');
  t.equal(await ids('meetings?sort=-date'), 'm-2,m-1,m-3');
  t.equal(await ids('meetings?place=i%CC%87zmir'), 'm-1,m-3');
  t.equal(await ids('meetings?q=elan&q=bet'), 'm-1,m-2');
  t.equal(await ids('meetings?from=2022&undated=false'), 'm-2');
  t.equal(await ids('claims?sort=title'), 'c-2,c-1');
  t.equal(await ids('claims?publisher=a&publisher=c'), 'c-1');
  t.equal(await ids('claims?from=2022'), 'c-2');
});

test('the days that filters name belong to them, and so does the last event', async (t) => {
  const { post, ids } = await openRegister(t);
  const { recorded } = await post(
    'sci',
    { type: 'InitiativeRegistered', data: { name: 'Sci' } },
    {
      type: 'MoUSigned',
      recordId: 'one',
      occurredOn: '2023-12-14',
      data: { validFrom: '2024-02-01', validUntil: '2025-06-30' },
      correlationId: 'the last',
    },
  );
  const last = recorded.at(-1)?.position ?? 0;
  const finds = async (query: string): Promise<boolean> =>
    (await ids(`/v1/initiatives/sci/mous?${query}`)).includes('one');
  for (const [query, isFound] of [
    ['from=2023-12-14', true],
    ['from=2023-12-15', false],
    ['until=2023-12-14', true],
    ['until=2023-12-13', false],
    ['from=2023-12-14&until=2023-12-14', true],
    ['inForceOn=2024-01-31', false],
    ['inForceOn=2024-02-01', true],
    ['inForceOn=2025-06-30', true],
    ['inForceOn=2025-07-01', false],
    ['endsBy=2025-06-30', true],
    ['endsBy=2025-06-29', false],
    ['correlationId=the%20last', true],
    [`correlationId=the%20last&asOfPosition=${last}`, true],
  ] as const)
    t.equal(await finds(query), isFound, query);
});

import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { recordReal, shenzhen } from '../helpers/real-data.ts';

const at = `/initiatives/${shenzhen.initiativeId}`;

/** The rows of the table of figures: before, after and what they moved by. */
const figures = (body: string): number[][] =>
  Array.from(
    body.matchAll(/<th scope="row" class="wrap">[^<]*<\/th>((?:<td class="n">.*?<\/td>){3})/g),
    ([, cells = '']) =>
      Array.from(cells.matchAll(/<td class="n">(.*?)<\/td>/g), ([, cell = '']) =>
        Number(cell.replaceAll(/<[^>]*>|[+,]/g, '').replace('−', '-')),
      ),
  );

test('the figures before and after are those of the answer, and its events are listed', async (t) => {
  const app = await buildLedger(t);
  const positionOf = await recordReal(app, shenzhen);
  for (const query of [
    '',
    `?from=${positionOf('demo-jic-1')}`,
    `?from=${positionOf('demo-jic-1')}&to=${positionOf('demo-jic-4')}`,
    `?asOfPosition=${positionOf('demo-jic-4')}`,
    `?from=${positionOf('demo-jic-4')}&to=${positionOf('demo-jic-4')}`,
  ]) {
    const { statusCode, body } = await app.inject(`${at}/changes${query}`);
    t.equal(statusCode, 200, query);
    const answer = (await app.inject(`/v1${at}/changes${query}${query ? '&' : '?'}limit=50`)).json();
    const { before, after, items } = answer;
    const row = (was: number, is: number) => [was, is, is - was];
    const names = ['total', 'named', 'atMeetings', 'outsideMeetings'];
    const rows = ['mous', 'projects'].flatMap((kind) =>
      names.map((name) => row(before[kind][name], after[kind][name])),
    );
    t.same(figures(body), [row(before.meetings.total, after.meetings.total), ...rows], query);
    const listed = Array.from(body.matchAll(/<th scope="row"><a href="\/log\/([^"?]*)/g), ([, id]) => id);
    t.same(
      listed,
      items.map(({ event }: { event: { eventId: string } }) => event.eventId),
      query,
    );
    if (items.length === 0) t.match(body, 'No event moved a figure between the two.');
  }
  const past = await app.inject(`${at}?asOfPosition=${positionOf('demo-jic-4')}`);
  t.match(past.body, `href="${at}/changes?from=${positionOf('demo-jic-4')}"`, 'what changed since');
  const log = await app.inject('/log?asOfPosition=20');
  t.match(log.body, 'href="/log?order=asc&amp;after=20"', 'what changed since, in the whole log');
});

test('pages of changes go on where the one before ended', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const all = (await app.inject(`/v1${at}/changes?limit=1000`)).json().items;
  const first = await app.inject(`${at}/changes?from=0`);
  const [, next = ''] = /<a href="([^"]*)" rel="next"/.exec(first.body) ?? [];
  const second = await app.inject(next.replaceAll('&amp;', '&'));
  const idsIn = (body: string) =>
    Array.from(body.matchAll(/<th scope="row"><a href="\/log\/([^"?]*)/g), ([, id]) => id);
  t.same(
    [...idsIn(first.body), ...idsIn(second.body)],
    all.slice(0, 100).map(({ event }: { event: { eventId: string } }) => event.eventId),
  );
  for (const [query, status] of [
    ['from=9&to=2', 400],
    ['from=never', 400],
    ['from=999999', 400],
  ] as const)
    t.equal((await app.inject(`${at}/changes?${query}`)).statusCode, status, query);
  t.equal((await app.inject('/initiatives/nothing/changes')).statusCode, 404);
});

import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { linksIn, linkText, pageOf, textOf } from '../helpers/pages.ts';
import { chongqing, egyptJordan, readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';

const base = `/initiatives/${shenzhen.initiativeId}`;

test('an initiative at a glance: figures with their claims, and each a way to what it counts', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const html = await pageOf(app, base);
  const text = textOf(html);
  t.match(text, 'MoUs signed at meetings 28 1 short 29 claimed, 14 December 2023');
  t.match(text, '1 more outside meetings');
  t.match(text, 'Projects launched 29 14 short 43 claimed');
  const read = readerOf(app, shenzhen);
  const { items } = await read('/meetings');
  for (const { recordId, counts, coverage } of items)
    for (const kind of ['mous', 'projects'] as const)
      t.equal(
        linkText(html, `${base}/${kind}?meetingId=${recordId}`),
        coverage[kind] === 'unknown' ? undefined : String(counts[kind].total),
        `${recordId} ${kind}`,
      );
  const { byPillar, byYear, counts } = await read('/summary');
  for (const { key, mous } of byPillar)
    if (key !== null && mous > 0)
      t.equal(
        linkText(html, `${base}/mous?${new URLSearchParams({ pillar: key })}`),
        `${mous} MoU${mous === 1 ? '' : 's'}`,
      );
  for (const { key } of byYear) t.equal(linkText(html, `${base}?until=${key}`), key);
  t.equal(linkText(html, `${base}/mous?named=true`), `All ${counts.mous.named} with a name`);
});

test('an initiative in the past, cut by a day, and one of which little is known', async (t) => {
  const app = await buildLedger(t);
  for (const initiative of [shenzhen, chongqing, egyptJordan]) await recordReal(app, initiative);
  const cut = await pageOf(app, `${base}?until=2021&asOfPosition=70`);
  for (const link of linksIn(cut).filter(
    (link) => /\/(mous|projects)\?/.test(link) && !/pillar|country/.test(link),
  ))
    t.match(link, /until=2021.*asOfPosition=70|format=csv/, link);
  const { counts } = (await app.inject(`/v1${base}/summary?until=2021&asOfPosition=70`)).json();
  t.equal(linkText(cut, `${base}/projects?until=2021&asOfPosition=70`), String(counts.projects.total));
  const sparse = textOf(await pageOf(app, '/initiatives/eg-jo-jhc'));
  t.match(sparse, 'missing: 30th JHC');
  // 37 more were launched outside meetings, which the line does not have.
  t.match(await pageOf(app, `/initiatives/${chongqing.initiativeId}`), '>14 projects at meetings</text>');
  t.match(sparse, '32nd JHC 9 May 2024 Cairo unknown');
});

test('what many meetings and claims make of a page is bounded, and the list of meetings has all', async (t) => {
  const app = await buildLedger(t);
  const day = (i: number) => new Date(Date.UTC(1980, 0, 1 + 40 * i)).toISOString().slice(0, 10);
  const meetings = 400;
  const post = async (events: object[]) => {
    const url = '/v1/initiatives/many/events';
    t.equal((await app.inject({ method: 'POST', url, payload: { events } })).statusCode, 201);
  };
  await post([{ type: 'InitiativeRegistered', data: { name: 'Many' } }]);
  await post(
    Array.from({ length: meetings }, (_, i) => ({
      type: 'MeetingHeld',
      recordId: `m-${i + 1}`,
      // A year that may be any day of it, now and then.
      occurredOn: i % 5 === 0 ? day(i).slice(0, 4) : day(i),
      data: { series: 'Council', ordinal: i + 1, place: 'Singapore' },
    })),
  );
  await post(
    Array.from({ length: 1000 }, (_, i) => ({
      type: i % 3 ? 'MoUSigned' : 'ProjectLaunched',
      data: {
        meetingId: `m-${(i % meetings) + 1}`,
        title: `Cooperation on the subject of number ${i}`,
        pillar: `The pillar with the number ${i % 300}`,
        parties: [{ name: `Ministry ${i}`, country: i % 2 ? 'SG' : 'CN' }],
      },
    })),
  );
  await post(
    Array.from({ length: 400 }, (_, i) => ({
      type: 'FigureClaimed',
      occurredOn: day(i),
      data: { metric: i % 2 ? 'mous' : 'projects', value: 10_000 + i, qualifier: 'exact', scope: 'all' },
      sources: [{ publisher: `The paper with the number ${i}` }],
    })),
  );
  const html = await pageOf(app, '/initiatives/many');
  t.ok(Buffer.byteLength(html) < 150_000, `${Buffer.byteLength(html)} bytes`);
  t.match(textOf(html), '400th Council');
  t.equal(linkText(html, '/initiatives/many/meetings'), `All ${meetings} meetings`);
  t.match(textOf(html), 'The largest 20 of 300.');
  t.equal(linkText(html, '/initiatives/many/claims'), 'All 400 claims');

  const names: string[] = [];
  for (let url: string | undefined = '/initiatives/many/meetings'; url !== undefined; ) {
    const page: string = await pageOf(app, url);
    names.push(
      ...[...page.matchAll(/<th scope="row"><a [^>]*>(\d+)\w+ Council</g)].map(([, name = '']) => name),
    );
    url = / href="([^"]*)" rel="next"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
  }
  t.same(
    names.map(Number).sort((a, b) => a - b),
    Array.from({ length: meetings }, (_, i) => i + 1),
  );
});

test('a chart never goes back in time, whatever the order of meetings with vague dates', async (t) => {
  const app = await buildLedger(t);
  const mou = (meetingId: string) => ({ type: 'MoUSigned', data: { meetingId } });
  const events = [
    { type: 'InitiativeRegistered', data: { name: 'Ports' } },
    { type: 'MeetingHeld', recordId: 'vague', occurredOn: '2020' },
    { type: 'MeetingHeld', recordId: 'march', occurredOn: '2020-03-01' },
    ...['vague', 'vague', 'march'].map(mou),
  ];
  const url = '/v1/initiatives/ports/events';
  t.equal((await app.inject({ method: 'POST', url, payload: { events } })).statusCode, 201);
  const html = await pageOf(app, '/initiatives/ports');
  t.match(html, 'MoUs 1, 3; projects none', 'in March one, at the end of the year all');
  for (const [, path = ''] of html.matchAll(/<path class="line mou" d="([^"]*)"/g)) {
    const places = [...path.matchAll(/[ML]([\d.]+),/g)].map(([, x]) => Number(x));
    t.ok(places.length > 3);
    t.same(
      places,
      [...places].sort((a, b) => a - b),
    );
  }
});

import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { linksIn, linkText, pageOf, textOf } from '../helpers/pages.ts';
import { egyptJordan, readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';

const base = `/initiatives/${shenzhen.initiativeId}`;

test('a meeting: what is recorded beside what was announced, with sources and their quotes', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const read = readerOf(app, shenzhen);
  const { items } = await read('/meetings');
  for (const { recordId } of items) {
    const meeting = await read(`/meetings/${recordId}`);
    const html = await pageOf(app, `${base}/meetings/${recordId}`);
    const text = textOf(html);
    for (const kind of ['mous', 'projects'] as const) {
      const { total, named } = meeting.counts[kind];
      t.equal(linkText(html, `${base}/${kind}?meetingId=${recordId}`), String(total), `${recordId} ${kind}`);
      for (const { recordId: id, data } of meeting[kind])
        t.equal(linksIn(html).includes(`${base}/records/${id}`), data.title !== undefined, id);
      const unnamed = linkText(html, `${base}/${kind}?meetingId=${recordId}&named=false`);
      t.equal(unnamed, total > named ? `${total - named} announced as a number, not named` : undefined);
    }
    const { running } = meeting;
    t.match(text, `this meeting: ${running.mous} MoUs and ${running.projects} project`);
    for (const claim of meeting.claims) t.ok(linksIn(html).includes(`${base}/records/${claim.recordId}`));
    for (const { quote } of meeting.sources) if (quote) t.match(html, `>${quote}</blockquote>`);
  }
  const fourth = textOf(await pageOf(app, `${base}/meetings/jic-4`));
  t.match(fourth, 'Held 14 December 2023 Where Shenzhen Mode in person');
  t.match(fourth, 'MoUs signed here 8 matches 8 announced, 14 December 2023');
  t.match(fourth, 'So far, with this meeting: 28 MoUs and 29 projects at 4 meetings');
  t.match(fourth, /43 projects in all 14 short 29 recorded/);
});

test('from a meeting to the one before and after it, as of the moment of the page', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const links = async (path: string) =>
    linksIn(await pageOf(app, base + path)).filter((link) => /jic-\d(\?|$)/.test(link) && !/csv/.test(link));
  const neighbours = async (id: string) =>
    (await links(`/meetings/${id}`)).filter((link) => link.includes('/meetings/') && !link.includes(id));
  t.same(await neighbours('jic-1'), [`${base}/meetings/jic-2`]);
  t.same(await neighbours('jic-3'), [`${base}/meetings/jic-2`, `${base}/meetings/jic-4`]);
  t.same(await neighbours('jic-4'), [`${base}/meetings/jic-3`]);

  const at = '?asOfPosition=75';
  const html = await pageOf(app, `${base}/meetings/jic-4${at}`);
  t.match(textOf(html), 'Held December 2023');
  t.ok(linksIn(html).includes(`${base}/meetings/jic-3${at}`));
});

test('what is unknown is not zero, and what is no meeting is not found', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, egyptJordan);
  const path = '/initiatives/eg-jo-jhc/meetings';
  t.match(
    textOf(await pageOf(app, `${path}/jhc-32`)),
    'MoUs signed here 0 no number announced none is recorded',
  );
  t.match(textOf(await pageOf(app, `${path}/jhc-29`)), 'matches 7 announced');
  for (const id of ['nothing', 'eg-jo-jhc', 'claim-jhc-29-mous']) {
    const refused = await app.inject({ url: `${path}/${id}`, headers: { accept: 'text/html' } });
    t.equal(refused.statusCode, 404, id);
    t.match(refused.headers['content-type'], 'text/html');
  }
  t.same((await app.inject(`${path}/jhc-29.json`)).json(), (await app.inject(`/v1${path}/jhc-29`)).json());
});

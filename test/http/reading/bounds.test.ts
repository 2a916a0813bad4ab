import { test } from 'tap';
import { claim, corrected, meeting, mou, openRegister, registered } from './register.ts';

const long = (letter: string) => ({
  publisher: 'P',
  quote: letter.repeat(9_000),
  note: letter.repeat(9_000),
});
/** About 55 kB. */
const sources = ['a', 'b', 'c'].map(long);
const mib = 1024 * 1024;

test('a page ends when it has enough bytes, and the next one goes on there', async (t) => {
  const { app, post, walk } = await openRegister(t);
  await post('sci', registered());
  for (let i = 0; i < 110; i += 11)
    await post('sci', ...Array.from({ length: 11 }, (_, k) => mou(`m-${i + k}`, '2023', {}, { sources })));
  for (const list of [
    '/v1/initiatives/sci/mous',
    '/v1/records',
    '/v1/events',
    '/v1/initiatives/sci/changes',
  ]) {
    const page = await app.inject(`${list}?limit=1000&count=true`);
    const { items, total } = page.json();
    t.ok(page.body.length > mib && page.body.length < 3 * mib, `${list}: ${page.body.length}`);
    t.ok(items.length < total, `${list}: ${items.length} of ${total}`);
    t.match(page.headers.link, 'rel="next"');
    t.equal((await walk(`${list}?limit=1000`)).length, total, `${list}: the pages are the whole`);
    const whole = await app.inject(`${list}?format=ndjson`);
    t.equal(whole.body.trimEnd().split('\n').length, total, `${list}: the whole list has no such end`);
  }
  const few = await app.inject('/v1/initiatives/sci/mous?limit=7');
  t.equal(few.json().items.length, 7);
});

test('what has no pages ends too, and says what is left out', async (t) => {
  const { app, post, walk } = await openRegister(t);
  await post('sci', registered(), meeting('m', '2023'));
  for (let i = 0; i < 60; i += 12) {
    await post(
      'sci',
      ...Array.from({ length: 12 }, (_, k) => mou(`m-${i + k}`, '2023', { meetingId: 'm' }, { sources })),
    );
    await post(
      'sci',
      ...Array.from({ length: 12 }, (_, k) => ({
        ...claim(`c-${i + k}`, '2023', { value: i + k, scope: 'meeting:m' }),
        sources,
      })),
    );
  }
  const page = await app.inject('/v1/initiatives/sci/meetings/m');
  t.ok(page.body.length < 4 * mib, `${page.body.length}`);
  const { mous, claims, counts, leftOut } = page.json();
  t.equal(mous.length + leftOut.mous, counts.mous.total);
  t.equal(claims.length + leftOut.claims, 60);
  t.ok(mous.length >= 15 && claims.length >= 15);
  const summary = await app.inject('/v1/initiatives/sci/summary');
  t.ok(summary.body.length < 2 * mib);
  const { claims: latest, claimsLeftOut } = summary.json();
  t.equal(latest.length + claimsLeftOut, 60);
  t.equal(latest.at(-1).recordId, 'c-59', 'the latest are there');
  await post('sci', corrected('m', { data: { name: 'N' } }));
  t.equal((await walk('/v1/initiatives/sci/claims?limit=1000')).length, 60, 'the list has all');
  t.equal((await walk('/v1/claims?limit=1000')).length, 60);
});

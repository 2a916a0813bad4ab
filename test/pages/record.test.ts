import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';
import { recordReal, shenzhen } from '../helpers/real-data.ts';

const at = `/initiatives/${shenzhen.initiativeId}/records`;

test('a record says what it says now, and its history says what it said before, the newest first', async (t) => {
  const app = await buildLedger(t);
  const positionOf = await recordReal(app, shenzhen);
  const page = await app.inject(`${at}/jic-4`);
  t.equal(page.statusCode, 200);
  const text = page.body;
  t.match(text, /<h1>Fourth meeting of the Joint Implementation Committee<\/h1>/);
  t.match(text, `<a href="/initiatives/${shenzhen.initiativeId}/meetings/jic-4">Its own page</a>`);
  t.match(text, '<del>December 2023</del> <ins>14 December 2023</ins>');
  const { versions } = (await app.inject(`/v1${at}/jic-4/history`)).json();
  t.same(
    [...text.matchAll(/<li id="v(\d+)">/g)].map(([, version]) => Number(version)),
    versions.map(({ version }: { version: number }) => version).reverse(),
  );
  const newest = versions.at(-1);
  t.match(text, `data-event="${newest.eventId}" data-position="${newest.position}"`);
  t.match(text, `href="/v1/events/${newest.eventId}/proof"`);
  for (const { eventId, position, recordedBy } of versions)
    t.match(text, `<a href="/log/${eventId}">event ${position}</a>`, recordedBy);

  const before = await app.inject(`${at}/jic-4?asOfPosition=${positionOf('demo-jic-4')}`);
  t.match(before.body, '<dd>December 2023</dd>');
  t.notMatch(before.body, '14 December 2023</dd>');
  const older = await app.inject(`${at}/jic-4?versionsTo=1`);
  t.same(
    [...older.body.matchAll(/<li id="v(\d+)">/g)].map(([, version]) => version),
    ['1'],
  );
  t.match(older.body, 'Newer versions');
  t.same((await app.inject(`${at}/jic-4.json`)).json(), (await app.inject(`/v1${at}/jic-4`)).json());
});

test('a claim stands beside what is recorded', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const { items } = (await app.inject(`/v1/initiatives/${shenzhen.initiativeId}/claims`)).json();
  for (const { recordId, value, recorded, difference } of items) {
    const { body, statusCode } = await app.inject(`${at}/${recordId}`);
    t.equal(statusCode, 200, recordId);
    if (recorded === undefined) t.match(body, 'does not count such things', recordId);
    else {
      const figures = Array.from(body.matchAll(/<b>(?:<a [^>]*>)?([^<]*)/g), ([, figure = '']) => figure);
      const numbers = figures.map((figure) => Number(figure.replace('−', '-').replace(/[^\d-]/g, '')));
      t.same(numbers, [value, recorded, difference], recordId);
    }
  }
});

test('a withdrawn record is marked with the reason, and leads to what it names', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const record = (...events: object[]) =>
    app.inject({
      method: 'POST',
      url: `/v1/initiatives/${shenzhen.initiativeId}/events`,
      payload: { events },
    });
  const made = await record({
    type: 'MoUSigned',
    recordId: 'mou-trade',
    data: {
      meetingId: 'jic-4',
      title: 'MoU on digital trade',
      parties: [{ name: 'IMDA' }, { name: 'Tan Mei Ling', person: true }],
      renews: { recordId: 'mou-21' },
      under: ['project-16'],
      sameAs: 'other/mou-1',
      validUntil: '2026-12',
    },
  });
  t.equal(made.statusCode, 201, made.body);
  await record(
    {
      type: 'RecordCorrected',
      recordId: 'mou-trade',
      changes: { data: { parties: [{ name: 'IMDA' }, { name: 'Shenzhen' }] } },
      reason: { code: 'typing-error', text: 'A party was wrong.' },
    },
    {
      type: 'RecordRetracted',
      recordId: 'mou-trade',
      reason: { code: 'duplicate', text: 'It is the first of eight.', duplicateOf: 'mou-21' },
    },
  );
  const { body } = await app.inject(`${at}/mou-trade`);
  t.match(body, /<p class="withdrawn"><strong>Withdrawn\.<\/strong> Duplicate: It is the first of eight\./);
  t.match(body, 'What it said before it was withdrawn');
  for (const recordId of ['mou-21', 'project-16']) t.match(body, `href="${at}/${recordId}"`, recordId);
  t.match(body, 'href="/initiatives/other/records/mou-1"');
  t.match(body, '<li><del>Tan Mei Ling (a person)</del></li><li>IMDA</li><li><ins>Shenzhen</ins></li>');
  t.match(body, '<del>standing</del> <ins>withdrawn</ins>');
  t.match(body, 'In force until this day');
});

test('an erased name is shown nowhere, and the reason of a withdrawal stays after it', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const record = async (...events: object[]) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/initiatives/${shenzhen.initiativeId}/events`,
      payload: { events },
    });
    t.equal(answer.statusCode, 201, answer.body);
    return answer.json().recorded;
  };
  const reason = { code: 'never-happened', text: 'The signing was called off.' };
  const [made] = await record(
    {
      type: 'MoUSigned',
      recordId: 'mou-person',
      occurredOn: '2023',
      data: { parties: [{ name: 'Tan Mei Ling', person: true }, { name: 'IMDA' }] },
    },
    { type: 'RecordRetracted', recordId: 'mou-person', reason },
  );
  const pages = [`${at}/mou-person`, `/log/${made.eventId}`];
  for (const path of pages) t.match((await app.inject(path)).body, 'Tan Mei Ling', path);
  const { event } = (await app.inject(`/v1/events/${made.eventId}`)).json();
  const { commitment } = event.data.parties[0].name;
  const [erasure] = await record({
    type: 'PersonalDataErased',
    recordId: 'mou-person',
    commitments: [commitment],
    legalBasis: 'Art. 17(1)(a) GDPR',
  });
  for (const path of [...pages, `/log/${erasure.eventId}`, '/log'])
    t.notMatch((await app.inject(path)).body, 'Tan Mei Ling', path);
  const page = (await app.inject(`${at}/mou-person`)).body;
  t.match(page, '[erased] (a person); IMDA');
  t.match(page, 'It never happened: The signing was called off.');
  const told = (await app.inject(`/log/${erasure.eventId}`)).body;
  t.match(told, '1 name of persons erased. Legal basis: Art. 17(1)(a) GDPR.');
});

test('a page of a record that is not there is refused', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  for (const [path, status] of [
    [`${at}/nothing`, 404],
    ['/initiatives/nothing/records/jic-4', 404],
    [`${at}/jic-4?versionsTo=0`, 400],
    [`${at}/jic-4?asOfPosition=999999`, 400],
    [`${at}/jic-4?unknown=1`, 400],
  ] as const) {
    const answer = await app.inject(path);
    t.equal(answer.statusCode, status, path);
    t.match(answer.headers['content-type'], 'text/html');
  }
});

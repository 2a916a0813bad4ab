import ICAL from 'ical.js';
import { test } from 'tap';
import { parseEdtf } from '../../src/shapes/edtf.ts';
import { attackedLedger } from '../helpers/attacked.ts';
import { attack } from '../helpers/attacks.ts';
import { buildLedger, poster } from '../helpers/ledger.ts';
import { readerOf, recordReal, shenzhen } from '../helpers/real-data.ts';

/** What a reader of calendars makes of one. */
function parsed(body: string) {
  const calendar = new ICAL.Component(ICAL.parse(body));
  const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
  const text = (name: string) => String(calendar.getFirstPropertyValue(name));
  return { calendar, events, text };
}

test('the calendar has each meeting whose day is known', async (t) => {
  const app = await buildLedger(t);
  await recordReal(app, shenzhen);
  const read = readerOf(app, shenzhen);
  for (const query of ['', 'until=2022', 'asOfPosition=30']) {
    const answer = await app.inject(`/initiatives/${shenzhen.initiativeId}/meetings.ics?${query}`);
    t.equal(answer.statusCode, 200, answer.body);
    t.equal(answer.headers['content-type'], 'text/calendar; charset=utf-8');
    for (const line of answer.body.split('\r\n')) t.ok(Buffer.byteLength(line) <= 75, line);
    const { events } = parsed(answer.body);
    const { items } = await read(`/meetings?${query}`);
    const days = items.flatMap(({ recordId, occurredOn }: { recordId: string; occurredOn: string }) => {
      const { earliest, latest } = parseEdtf(occurredOn) ?? {};
      return earliest === latest ? [[recordId, latest]] : [];
    });
    t.ok(days.length > 0);
    t.same(
      events
        .filter(({ uid }) => uid.includes('/meeting@'))
        .map(({ uid, startDate }) => [uid.split('/')[1], startDate.toString()]),
      days,
      query,
    );
  }
});

test('a term that ends is in the calendar, and a vague day is left out and told of', async (t) => {
  const app = await buildLedger(t);
  const post = poster(app);
  await post(
    { type: 'InitiativeRegistered', data: { name: 'Smart City' } },
    { type: 'MeetingHeld', recordId: 'day', occurredOn: '2023-12-14', data: { name: 'A day' } },
    {
      type: 'MeetingHeld',
      recordId: 'days',
      occurredOn: '2023-12-14/2023-12-15',
      data: { name: 'Two days' },
    },
    ...['2023-12', '2023-12-14~', '[2023-12-14..2023-12-15]', '[..2023-12-14]'].map((occurredOn) => ({
      type: 'MeetingHeld',
      occurredOn,
      data: {},
    })),
    {
      type: 'MoUSigned',
      recordId: 'water',
      occurredOn: '2021',
      data: { title: 'Water, air; and \\ more\nlines', validUntil: '2026-01-31' },
    },
    { type: 'ProjectLaunched', recordId: 'vague', occurredOn: '2021', data: { validUntil: '2026-01' } },
    { type: 'ProjectLaunched', recordId: 'open', occurredOn: '2021', data: {} },
  );
  const calendar = async () => (await app.inject('/initiatives/sci/meetings.ics')).body;
  const first = parsed(await calendar());
  const shown = first.events.map(({ summary, startDate, endDate }) => [
    summary,
    startDate.toString(),
    endDate.toString(),
  ]);
  t.same(shown, [
    ['A day', '2023-12-14', '2023-12-15'],
    ['Two days', '2023-12-14', '2023-12-16'],
    ['Ends: Water, air; and \\ more\nlines', '2026-01-31', '2026-02-01'],
  ]);
  t.equal(
    first.text('description'),
    'Meetings of Smart City, and the days on which its MoUs and projects end. 4 meetings and 1 end of a term left out, as the day is not known.',
  );
  await post({
    type: 'RecordCorrected',
    recordId: 'day',
    changes: { occurredOn: '2023-12-13' },
    reason: { code: 'other', text: 'A test.' },
  });
  const later = parsed(await calendar());
  const ids = ({ events }: typeof first) => events.map(({ uid }) => uid).sort();
  t.same(ids(later), ids(first), 'a correction moves the same entry');
  t.equal(later.events.find(({ summary }) => summary === 'A day')?.sequence, 1);
  await post({ type: 'RecordRetracted', recordId: 'day', reason: { code: 'other', text: 'A test.' } });
  t.equal(parsed(await calendar()).events.length, 2);
});

test('a text that is an attack stays a text in a calendar', async (t) => {
  const app = await attackedLedger(t);
  const { body } = await app.inject('/initiatives/attacked/meetings.ics');
  const { events, text } = parsed(body);
  t.equal(events.length, 3);
  t.notOk(events.some(({ summary }) => summary === 'forged'));
  const shown = attack.replaceAll('\r\n', '\n').replaceAll('\u0001', '\ufffd').replaceAll('\u000b', '\ufffd');
  t.ok(text('description').startsWith(`Meetings of ${shown}, and`));
  t.equal(events[0]?.location, shown);
  t.same(
    events.slice(1).map(({ summary }) => summary),
    [`Ends: ${shown} corrected`, `Ends: ${shown}`],
  );
});

import { test } from 'tap';
import { buildLedger } from '../helpers/ledger.ts';

const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>' onclick='alert(1)' =cmd|'/c calc'!A1 {{7*7}} \${7*7}`;
const source = {
  publisher: attack,
  title: attack,
  url: `https://evil.example/"><script>alert(1)</script>?a='onmouseover='alert(1)`,
  quote: attack,
  note: attack,
};
const reason = { code: 'other', text: attack };

test('whatever the texts of records are, no page has them as markup', async (t) => {
  const app = await buildLedger(t);
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/initiatives/a/events',
    payload: {
      defaults: { sources: [source], note: attack },
      events: [
        {
          type: 'InitiativeRegistered',
          occurredOn: '2020',
          data: {
            name: attack,
            aliases: [attack],
            description: attack,
            pillars: [attack],
            zones: [attack],
            parties: [{ name: attack }],
          },
        },
        {
          type: 'MeetingHeld',
          recordId: 'm',
          occurredOn: '2021-01',
          data: {
            name: attack,
            series: attack,
            ordinal: 1,
            place: attack,
            coChairs: [{ name: attack, role: attack, side: attack }],
          },
        },
        {
          type: 'MoUSigned',
          recordId: 'mou-a',
          occurredOn: '2021-01',
          data: {
            title: attack,
            meetingId: 'm',
            pillar: attack,
            sector: attack,
            zone: attack,
            instrument: attack,
            tier: attack,
            validUntil: '2026-12',
            parties: [
              { name: attack, country: 'SG' },
              { name: attack, person: true },
            ],
            renews: { text: attack },
          },
        },
        {
          type: 'ProjectLaunched',
          recordId: 'project-a',
          occurredOn: '2021-02',
          data: { title: attack, occasion: { name: attack, place: attack } },
        },
        {
          type: 'FigureClaimed',
          recordId: 'claim-a',
          occurredOn: '2021-12',
          data: { metric: 'mous', value: 9, qualifier: 'exact', scope: 'other', label: attack },
        },
        {
          type: 'FigureClaimed',
          recordId: 'claim-b',
          occurredOn: '2021-12',
          data: {
            metric: 'mous',
            value: 9,
            qualifier: 'exact',
            scope: `pillar:x"><script>alert(1)</script>`,
          },
        },
        {
          type: 'RecordCorrected',
          recordId: 'mou-a',
          changes: { data: { sector: `${attack} again` } },
          reason,
        },
        { type: 'RecordRetracted', recordId: 'project-a', reason },
      ],
    },
  });
  t.equal(answer.statusCode, 201, answer.body);
  const eventId = answer.json().recorded.at(-1).eventId;
  const recordIds = ['a', 'm', 'mou-a', 'project-a', 'claim-a', 'claim-b'];
  const urls = app.routesServed.flatMap(({ method, url, config }) => {
    if (method !== 'GET' || !(config?.isPage || /\.(svg|atom|ics)$/.test(url))) return [];
    const path = url.replace(':initiativeId', 'a').replace(':eventId', eventId);
    const paths = path.includes(':recordId') ? recordIds.map((id) => path.replace(':recordId', id)) : [path];
    // What is asked for is shown, too.
    const asked = `${encodeURIComponent(attack.slice(0, 60))}`;
    return paths.flatMap((one) => [
      one,
      `${one}?q=${asked}`,
      `${one}?pillar=${asked}&party=${asked}`,
      `${one}?initiativeId=a`,
    ]);
  });
  t.ok(urls.length > 20, `${urls.length} addresses`);
  for (const url of urls) {
    const { statusCode, headers, body } = await app.inject(url);
    t.ok(statusCode < 500, `${url}: ${statusCode}`);
    if (!/html|svg|xml/.test(String(headers['content-type']))) continue;
    t.notMatch(body, /<script>|<img src=x|onerror=alert\(1\)>|href="javascript:/i, url);
    // A quote that stays one would end an attribute.
    t.notMatch(body, /=cmd\|'/, `${url}: quotes are escaped`);
  }
});

import { test } from 'tap';
import { inChromium } from '../helpers/chromium.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { listen } from '../helpers/shell.ts';
import { watchedPage } from '../helpers/watched-page.ts';

test(
  'an officer registers an initiative, records a meeting as a press release tells it, corrects its date and takes one back',
  inChromium,
  async (t) => {
    const app = await buildLedger(t);
    const origin = `http://127.0.0.1:${await listen(app)}`;
    const { page, faults } = await watchedPage(t, origin);
    const fill = async (form: string, values: { [name: string]: string }) => {
      for (const [name, value] of Object.entries(values)) {
        const control = page.locator(`${form} [name="${name}"]`);
        if ((await control.evaluate((element) => element.tagName)) === 'SELECT')
          await control.selectOption(value);
        else await control.fill(value);
      }
    };
    const press = async (form: string, step: 'preview' | 'record', outcome: string) => {
      await page.click(`${form} button[value=${step}]`);
      const shown = page.locator(`${form} .outcome[data-outcome="${outcome}"]`);
      await shown.waitFor();
      return shown.innerText();
    };
    const source = {
      publisher: 'Smart Cities World',
      url: 'https://www.smartcitiesworld.net/x',
      publishedOn: '2024-01-02',
    };

    await page.goto(`${origin}/record`);
    await fill('#register', {
      initiativeId: 'sci',
      name: 'Singapore-China (Shenzhen) Smart City Initiative',
      occurredOn: '2019-10-15',
      parties: 'Singapore (SG)\nShenzhen (CN-GD)',
      ...source,
    });
    t.match(await press('#register', 'preview', 'preview'), /would be recorded/);
    await press('#register', 'record', 'recorded');

    await page.goto(`${origin}/record?initiativeId=sci`);
    await fill('#press', {
      ...source,
      quote: 'Eight MoUs and 14 projects were announced at the fourth meeting.',
      meetingId: '+',
      newMeetingId: 'jic-4',
      series: 'JIC',
      ordinal: '4',
      place: 'Shenzhen',
      occurredOn: '2023-12',
      mous: '8',
      projects: '14',
      projectTitles: 'Smart library cooperation\nDelivery robots',
      claimedMous: '29',
      scope: 'meetings',
    });
    const preview = await press('#press', 'preview', 'preview');
    t.match(preview, /8 × MoU/);
    t.match(preview, /12 × project/);
    t.equal(
      (await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total,
      0,
      'nothing is recorded yet',
    );
    const recorded = await press('#press', 'record', 'recorded');
    t.match(recorded, /jic-4/);
    // Sent twice, as by a double click or after an answer that was lost.
    await page.evaluate(`document.querySelector('#press button[value=record]').disabled = false`);
    await page.click('#press button[value=record]');
    await page.locator('#press button[value=record]:disabled').waitFor();
    const { counts, claims } = (await app.inject('/v1/initiatives/sci')).json();
    t.match(counts, { meetings: { total: 1 }, mous: { total: 8 }, projects: { total: 14, named: 2 } });
    t.same(
      claims.map(({ scope, metric, value }: { [name: string]: unknown }) => [scope, metric, value]).sort(),
      [
        ['meeting:jic-4', 'mous', 8],
        ['meeting:jic-4', 'projects', 14],
        ['meetings', 'mous', 29],
      ],
    );

    await page.goto(`${origin}/initiatives/sci/records/jic-4/correct`);
    await fill('#correction', {
      occurredOn: '2023-12-14',
      reasonText: 'The day is reported.',
      'correction-publisher': 'Hong Kong Commercial Daily',
    });
    const diff = await press('#correction', 'preview', 'preview');
    t.match(diff, /2023-12 2023-12-14/);
    await press('#correction', 'record', 'recorded');
    const { occurredOn, version } = (await app.inject('/v1/initiatives/sci/records/jic-4')).json();
    t.same([occurredOn, version], ['2023-12-14', 2]);

    await page.goto(`${origin}/initiatives/sci/records/mou-1/correct`);
    await fill('#retraction', {
      'retraction-reasonCode': 'duplicate',
      'retraction-reasonText': 'Entered twice.',
    });
    t.match(await press('#retraction', 'preview', 'refused'), /duplicateOf/, 'what is refused is said');
    await fill('#retraction', { 'retraction-reasonCode': 'never-happened' });
    await press('#retraction', 'preview', 'preview');
    await press('#retraction', 'record', 'recorded');
    t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 7);
    await page.goto(`${origin}/initiatives/sci/records/mou-1/correct`);
    t.equal(await page.locator('#correction').count(), 0, 'what was taken back can only be reinstated');
    await fill('#reinstatement', { 'reinstatement-reasonText': 'It did happen.' });
    await press('#reinstatement', 'preview', 'preview');
    await press('#reinstatement', 'record', 'recorded');
    t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 8);
    // The browser itself writes an answer that refuses to the console.
    t.same(
      faults.filter((fault) => !/the server responded with a status of 400/.test(fault)),
      [],
    );
  },
);

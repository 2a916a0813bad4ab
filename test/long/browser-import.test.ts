import AxeBuilder from '@axe-core/playwright';
import { test } from 'tap';
import { inChromium } from '../helpers/chromium.ts';
import { initiative } from '../helpers/decide.ts';
import { buildLedger, poster } from '../helpers/ledger.ts';
import { packed, xlsxParts } from '../helpers/sheets.ts';
import { listen } from '../helpers/shell.ts';
import { watchedPage } from '../helpers/watched-page.ts';

/** As Excel in German saves it: a title above the header, semicolons, and Windows-1252. */
const list = (...rows: string[]): Buffer =>
  Buffer.from(
    [
      'Liste der Abkommen;;;;;;',
      ';;;;;;',
      'Nr;Titel;Unterzeichnet;Inkrafttreten;Partner;Art;Betrag',
      ...rows,
      ';;;;;;',
      '',
    ].join('\r\n'),
    'latin1',
  );

const first = [
  'A-1;Abkommen über Handel;31.12.2023;01.02.2024;Nordland;Vertrag;1.234,56',
  'A-2;Abkommen über Flüsse;15.06.2022;03.04.2023;Südland;Vertrag;',
  'A-3;Absicht zum Luftverkehr;01.03.2021;;Westland;Absichtserklärung;99,5',
  'A-4;Abkommen über Häfen;Ende 2023?;;Nordland;Vertrag;',
];

test('an officer brings in a list from Excel, and later its next version', inChromium, async (t) => {
  const app = await buildLedger(t);
  await poster(app)(initiative());
  const origin = `http://127.0.0.1:${await listen(app)}`;
  const { page, faults } = await watchedPage(t, origin);
  const choose = async (buffer: Buffer, name = 'abkommen.csv', mimeType = 'text/csv') => {
    await page.setInputFiles('#file', { name, mimeType, buffer });
    await page.locator('#looked:is([data-outcome=preview], [data-outcome=refused])').waitFor();
    return page.innerText('#looked');
  };
  const press = async (button: string, outcome: string) => {
    await page.click(button);
    await page.locator(`#report[data-outcome="${outcome}"]`).waitFor();
    return page.innerText('#report');
  };
  const figure = (name: string) =>
    page
      .locator('#report dl > div', { has: page.locator(`dt:text-is("${name}")`) })
      .locator('dd')
      .innerText();
  const preview = 'button[value=preview]';

  await page.goto(`${origin}/initiatives/sci`);
  await page.click('text=Bring in a list');
  await page.locator('#import').waitFor();
  t.match(await choose(Buffer.from('%PDF-1.7'), 'list.pdf', 'application/pdf'), /list\.pdf is none of CSV/);
  t.match(await choose(Buffer.alloc(0), 'list.csv'), /list\.csv is empty/);
  t.match(await choose(Buffer.from('PK and no more'), 'list.xlsx'), /refuses this/);

  t.match(await choose(list(...first)), /7 columns/);
  t.match(await page.innerText('#rows'), /Abkommen über Handel/, 'the umlauts are right');
  t.match(await page.innerText('#rows'), /31\.12\.2023 → 2023-12-31/, 'a cell, and what it is read as');
  t.match(await page.innerText('#questions'), /the day or the month/);
  t.match(await page.innerText('#questions'), /Ende 2023\?/);
  t.equal(await page.inputValue('[id="of-data.title"] >> nth=0'), '1');
  await page.selectOption('[id="rivals-data.validFrom"]', { label: '3 April: the day comes first' });
  t.equal(await page.inputValue('[id="dates-data.validFrom"]'), 'dd.mm.yyyy');
  await page.fill('[id="fixed-data.amount.currency"]', 'CHF');
  await page.press('[id="fixed-data.amount.currency"]', 'Tab');
  t.match(
    await page.inputValue('#mapping'),
    /"data\.amount\.currency": "CHF"/,
    'the text follows the controls',
  );
  await page.fill('#field-reasonText', 'The list of May.');
  await page.fill('#field-publisher', 'Ministry');
  const told = await press(preview, 'preview');
  t.match(told, /row 7, “Ende 2023\?”/, 'the refused row, with its value');
  t.same([await figure('new'), await figure('refused')], ['3', '1']);
  t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 0);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Save the report')]);
  t.equal(download.suggestedFilename(), 'abkommen-report.csv');

  // Somebody else records something while nobody writes in the form: the page keeps what is in it, and the preview holds.
  await page.evaluate('document.activeElement.blur()');
  await poster(app)({ type: 'MeetingHeld', occurredOn: '2020', data: {} });
  await page.locator('.basis:has-text("2 events")').waitFor();
  t.match(await press('#record', 'recorded'), /correlationId/);
  t.equal(await figure('recorded'), '3');
  await page.click('text=See the initiative');
  t.match(await page.innerText('.figures'), /MoUs[\s\S]*\b3\b/);
  const records = (await app.inject('/v1/initiatives/sci/mous')).json().items;
  t.match(
    records.find(({ data }: { data: { externalId: string } }) => data.externalId === 'A-1'),
    {
      occurredOn: '2023-12-31',
      data: {
        title: 'Abkommen über Handel',
        validFrom: '2024-02-01',
        amount: { value: 1234.56, currency: 'CHF' },
      },
      sources: [{ publisher: 'Ministry' }],
    },
  );

  // The next version of the list, with the mapping that was saved of the first.
  const answers = '"dates": "dd.mm.yyyy", "empty": ["Ende 2023?"]';
  const open = async (buffer: Buffer) => {
    await page.goto(`${origin}/initiatives/sci/import`);
    await choose(buffer);
    const text = await page.inputValue('#mapping');
    const mapping = text
      .replace('["dd.mm.yyyy", "mm.dd.yyyy"]', '"dd.mm.yyyy"')
      .replace('"dates": "dd.mm.yyyy" }', `${answers} }`)
      .replace('"EUR"', '"CHF"');
    t.not(mapping, text);
    await page.setInputFiles('#load', {
      name: 'mapping.json',
      mimeType: 'application/json',
      buffer: Buffer.from(mapping),
    });
    await page.locator('[id="empty-occurredOn"]').waitFor();
    t.equal(await page.inputValue('[id="empty-occurredOn"]'), 'Ende 2023?', 'the controls follow the text');
    await page.fill('#field-reasonText', 'The list of June.');
    await page.fill('#field-publisher', 'Ministry');
  };
  await open(list(...first.slice(0, 3)));
  t.match(await press(preview, 'preview'), /There is nothing to record/);
  t.ok(await page.isDisabled('#record'));

  const next = [
    first[0]?.replace('1.234,56', '2.000,00') ?? '',
    first[1] ?? '',
    first[3]?.replace('Ende 2023?', '30.11.2023') ?? '',
  ];
  await open(list(...next));
  await page.selectOption('#field-missing', 'retract');
  t.match(await press(preview, 'preview'), /1234\.56 2000/);
  t.same(
    [
      await figure('new'),
      await figure('changed'),
      await figure('gone from the list'),
      await figure('unchanged'),
    ],
    ['1', '1', '1', '1'],
  );
  // Meanwhile somebody corrects the record that would change: what was shown is not what would be done.
  await poster(app)({
    type: 'RecordCorrected',
    recordId: 'a-1',
    changes: { data: { zone: 'North', amount: { value: 3, currency: 'CHF' } } },
    reason: { code: 'other', text: 'Known now.' },
  });
  await page.click('#record');
  await page.locator('#report:has-text("Something has changed since the preview")').waitFor();
  t.match(await page.innerText('#report'), /amount\/value\n3 2000/);
  await press('#record', 'recorded');
  const { counts } = (await app.inject('/v1/initiatives/sci/summary')).json();
  t.equal(counts.mous.total, 3, 'one is new, one was taken back');

  t.same(
    faults.filter((fault) => !/the server responded with a status of 4/.test(fault)),
    [],
  );
});

test(
  'a faulty mapping is said where it is, and by the keyboard alone a list is brought in',
  inChromium,
  async (t) => {
    const app = await buildLedger(t);
    await poster(app)(initiative());
    const origin = `http://127.0.0.1:${await listen(app)}`;
    const { page } = await watchedPage(t, origin);
    await page.goto(`${origin}/initiatives/sci/import`);
    await page.setInputFiles('#file', {
      name: 'list.csv',
      mimeType: 'text/csv',
      buffer: list(...first.slice(0, 3)),
    });
    await page.locator('#looked[data-outcome=preview]').waitFor();
    const isAt = (id: string) => page.evaluate(`document.activeElement.id === ${JSON.stringify(id)}`);
    const tabTo = async (id: string) => {
      for (let presses = 0; presses < 200 && !(await isAt(id)); presses++) await page.keyboard.press('Tab');
      t.ok(await isAt(id), id);
    };
    const write = async (text: string) => {
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type(text);
    };
    await page.focus('#file');
    await tabTo('dates-occurredOn');
    await write('dd.xx.yyyy');
    await tabTo('dates-data.validFrom');
    await write('dd.mm.yyyy');
    await tabTo('field-reasonText');
    await write('The list of May.');
    await page.keyboard.press('Enter');
    await page.locator('#report[data-outcome=refused]').waitFor();
    t.match(
      await page.innerText('#report'),
      /at \/fields\/occurredOn\/dates: "dd\.xx\.yyyy" is no date format/,
    );
    t.equal(await page.getAttribute('[id="of-occurredOn"]', 'aria-invalid'), 'true');
    await page.focus('#file');
    await tabTo('dates-occurredOn');
    await write('dd.mm.yyyy');
    await tabTo('field-reasonText');
    await page.keyboard.press('Enter');
    await page.locator('#report[data-outcome=preview]').waitFor();
    await tabTo('record');
    await page.keyboard.press('Enter');
    await page.locator('#report[data-outcome=recorded]').waitFor();
    t.ok(await isAt('report'), 'the focus is where the report is');
    t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 3);
  },
);

test(
  'the page is accessible with all that it shows, a request is cancelled, and events are imported row by row',
  inChromium,
  async (t) => {
    const app = await buildLedger(t);
    await poster(app)(initiative());
    const origin = `http://127.0.0.1:${await listen(app)}`;
    for (const [width, colorScheme] of [
      [1200, 'light'],
      [320, 'dark'],
    ] as const) {
      const { page, faults } = await watchedPage(t, origin, {
        viewport: { width, height: 800 },
        colorScheme,
      });
      await page.goto(`${origin}/initiatives/sci/import`);
      await page.setInputFiles('#file', { name: 'list.csv', mimeType: 'text/csv', buffer: list(...first) });
      await page.locator('#looked[data-outcome=preview]').waitFor();
      await page.click('#reading summary >> text=The mapping as a text');
      await page.click('#fields summary');
      await page.fill('#field-reasonText', 'The list of May.');
      await page.click('button[value=preview]');
      await page.locator('#report[data-outcome=preview]').waitFor();
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze();
      t.same(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(', ')}`),
        [],
      );
      t.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width, `${width} px`);
      t.same(faults, []);
      if (width < 1000) continue;

      // The ledger works, until somebody cancels; and then nobody answers.
      await page.route('**/sync?*', () => {});
      await page.click('button[value=preview]');
      await page.click('#cancel');
      await page.locator('#report:has-text("Cancelled. Nothing was recorded.")').waitFor();
      await page.unroute('**/sync?*');
      await page.route('**/sync?*', (route) => route.abort());
      await page.click('button[value=preview]');
      await page.locator('#report:has-text("does not answer")').waitFor();
      t.match(await page.inputValue('#mapping'), /Unterzeichnet/, 'nothing is lost');

      await page.selectOption('#field-mode', 'import');
      await page.selectOption('[id="rivals-data.validFrom"]', { index: 1 });
      await page.click('button[value=preview]');
      await page.locator('#report:has-text("would be recorded")').waitFor();
      t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 0);
      await page.click('#record');
      await page.locator('#report[data-outcome=recorded]').waitFor();
      t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 3);
    }
  },
);

test('a sheet is chosen of a workbook, and lines of JSON need no mapping', inChromium, async (t) => {
  const app = await buildLedger(t);
  await poster(app)(initiative());
  const origin = `http://127.0.0.1:${await listen(app)}`;
  const { page, faults } = await watchedPage(t, origin);
  await page.goto(`${origin}/initiatives/sci/import`);
  const header = ['No', 'Title', 'Signed'];
  const buffer = packed(
    xlsxParts([
      { name: 'Archive', rows: [header, ['1', 'An old agreement', '2001-02-03']] },
      { name: 'Current', rows: [header, ['2', 'A new agreement', '2024-05-06']] },
    ]),
  );
  await page.setInputFiles('#file', { name: 'list.xlsx', mimeType: '', buffer });
  await page.locator('#rows:has-text("An old agreement")').waitFor();
  t.match(await page.innerText('#questions'), /Other sheets have content, too: "Current"/);
  await page.fill('#sheet', 'Current');
  await page.press('#sheet', 'Tab');
  await page.locator('#rows:has-text("A new agreement")').waitFor();
  t.match(await page.inputValue('#mapping'), /"sheet": "Current"/);

  const event = {
    type: 'MoUSigned',
    occurredOn: '2024',
    data: { externalId: 'X-1', title: '<b>A title</b>' },
  };
  const lines = Buffer.from(`${JSON.stringify(event)}\n`);
  await page.setInputFiles('#file', { name: 'list.ndjson', mimeType: '', buffer: lines });
  await page.locator('#looked:has-text("need no mapping")').waitFor();
  t.notOk(await page.isVisible('#reading'));
  await page.fill('#field-reasonText', 'The list of May.');
  await page.click('button[value=preview]');
  await page.locator('#report[data-outcome=preview]').waitFor();
  t.match(await page.innerText('#report'), '<b>A title</b>', 'a text is shown as a text');
  await page.click('#record');
  await page.locator('#report[data-outcome=recorded]').waitFor();
  await page.click('text=See what was recorded');
  await page.waitForURL(/\/log\?initiativeId=sci$/);
  t.match(await page.innerText('main table'), /MoU/);
  t.equal((await app.inject('/v1/initiatives/sci/summary')).json().counts.mous.total, 1);
  t.same(faults, []);
});

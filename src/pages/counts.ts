import type { Static } from 'typebox';
import { countsOfInitiative } from '../answers/counts.ts';
import { meetings } from '../answers/meetings.ts';
import type { Page } from '../answers/page.ts';
import { record } from '../answers/records.ts';
import type { DividedAnswer } from '../answers/schemas.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { asFiles, nameOf, pager, parametersOf, pathOf, shortNameOf } from './parts.ts';
import { type Query, View } from './view.ts';
import { w } from './words.ts';

const words = w.countsPage;

type Item = Static<typeof DividedAnswer>['items'][number];

/** What counts are divided by, each with the filter of lists that has the same keys; a year has none of its own. */
const filterOf = new Map([
  ...['party', 'country', 'sector', 'instrument', 'pillar', 'zone'].map((name) => [name, name] as const),
  ['meeting', 'meetingId'] as const,
  ['year', undefined] as const,
  ['kind', undefined] as const,
  ['publisher', 'publisher'] as const,
  ['tier', undefined] as const,
  ['role', undefined] as const,
]);

interface Counts {
  view: View;
  /** Of the page. */
  path: string;
  initiativeId: string;
  by: readonly string[];
  /** What is chosen besides. */
  cut: Query;
  keyInWords(name: string, key: string): string;
}

/** The answer has the filters of lists besides, which the page has no fields for. */
const taken = Object.fromEntries(
  Object.entries(parametersOf(countsOfInitiative)).filter(([name]) =>
    ['initiativeId', 'by', 'top', 'until', 'after', 'asOf', 'asOfPosition'].includes(name),
  ),
);

/** The MoUs and projects of an initiative by one or two of their properties. */
export const countsPage: Page = {
  path: '/initiatives/:initiativeId/counts',
  access: 'read',
  parameters: taken,
  answer: countsOfInitiative,
  async html(asked) {
    const view = new View(asked);
    const initiativeId = view.parameter('initiativeId') ?? '';
    // Checked against the schema of the answer.
    const by = (asked.parameters['by'] as string[]).flatMap((names) => names.split(','));
    const cut = { top: view.parameter('top'), until: view.parameter('until') };
    const parameters = { initiativeId, by, ...cut, ...(cut.top && { top: Number(cut.top) }) };
    const answer = await view.ask(countsOfInitiative, parameters, { after: view.parameter('after') });
    const initiative = await view.ask(record, { initiativeId, recordId: initiativeId });
    const held = by.includes('meeting')
      ? (await view.ask(meetings, { initiativeId }, { limit: 1000 })).items
      : [];
    const meetingNames = new Map(held.map((meeting) => [meeting.recordId, shortNameOf(meeting)]));
    const keyInWords = (name: string, key: string) =>
      name === 'kind' ? w.kind(key) : (name === 'meeting' && meetingNames.get(key)) || key;
    const path = `/initiatives/${initiativeId}/counts`;
    const counts: Counts = { view, path, initiativeId, by, cut, keyInWords };
    const filters = { by: by.join(), ...cut };
    const title = words.title(by.map((name) => w.lists.facet(name)));
    const main = html`<p class="trail"><a href="${view.link('/')}">${w.initiatives}</a> / <a href="${view.link(pathOf(initiative))}">${nameOf(initiative)}</a> / ${words.counts}</p>
<div class="lede"><div><h1>${title}</h1>
<p class="soft">${words.distinct(answer.distinct.mous.total, answer.distinct.projects.total, answer.distinct.possible)} ${words.note}</p></div><p class="soft">${asFiles(view, path, filters)}</p></div>
${form(counts)}
${table(counts, answer.items)}
${pager(view, path, filters, answer.next)}`;
    return layout(asked, { title: `${title}, ${nameOf(initiative)}`, main, section: '/' });
  },
};

function form({ view, path, by, cut }: Counts): Hole {
  const { asOf, asOfPosition } = view.asked.parameters;
  const kept = Object.entries({ asOf, asOfPosition }).filter(([, value]) => value !== undefined);
  const options = (chosen: string | undefined, none: Hole) =>
    html`${none}${[...filterOf.keys()].map((name) => html`<option value="${name}" ${name === chosen ? html`selected` : ''}>${w.lists.facet(name)}</option>`)}`;
  return html`<form class="filters" action="${view.address(path)}">${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${String(value)}">`)}
<label>${words.by} <select name="by">${options(by[0], '')}</select></label>
<label>${words.and} <select name="by">${options(by[1], html`<option value="">${words.alone}</option>`)}</select></label>
<label>${words.top} <input name="top" type="number" min="1" max="1000" value="${cut['top'] as string | undefined}"></label>
<label>${w.lists.until} <input name="until" size="11" maxlength="10" title="${w.lists.dateHint}" value="${cut['until'] as string | undefined}"></label>
<p><button>${w.lists.apply}</button></p></form>`;
}

function table(counts: Counts, items: readonly Item[]): Hole {
  if (items.length === 0) return html`<p class="soft">${words.none}</p>`;
  const { by, keyInWords, cut } = counts;
  const hasMeetings = items.some(({ meetings }) => meetings);
  const heads = [...by.map((name) => w.lists.facet(name))];
  const key = (name: string, one: string | null | undefined) =>
    one === null || one === undefined
      ? html`<span class="soft">${w.initiative.notSaid}</span>`
      : keyInWords(name, one);
  const named = ({ others, ...item }: Item): Hole =>
    others === undefined
      ? html`<th scope="row" class="wrap">${key(by[0] ?? '', item.key)}</th>${by[1] === undefined ? '' : html`<td>${key(by[1], item.key2)}</td>`}`
      : html`<th scope="row" colspan="${by.length}">${words.others(others)}</th>`;
  const figure = (item: Item, kind: 'mous' | 'projects'): Hole => {
    const { total } = item[kind];
    const to = total === 0 ? undefined : listOf(counts, item, kind);
    return html`<td class="n">${to === undefined ? w.number(total) : html`<a href="${to}">${w.number(total)}</a>`}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words.counts}"><table>
<caption>${cut['top'] === undefined ? words.byKey : words.byTotal}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}<th scope="col" class="n">${w.initiative.mous}</th><th scope="col" class="n">${w.initiative.projects}</th>${hasMeetings ? html`<th scope="col" class="n">${w.initiative.meetings}</th>` : ''}<th scope="col" class="n">${words.total}</th></tr></thead>
<tbody>${items.map(
    (
      item,
    ) => html`<tr>${named(item)}${figure(item, 'mous')}${figure(item, 'projects')}${hasMeetings ? html`<td class="n">${w.number(item.meetings?.total ?? 0)}</td>` : ''}<td class="n">${w.number(item.total)}${item.possible ? html`<br><small>${w.claimsPage.possible(item.possible)}</small>` : ''}</td></tr>
`,
  )}</tbody></table></div>`;
}

/** The list of what a figure counts; undefined: no list has just that, as of records without a key. */
function listOf(
  { view, initiativeId, by, cut }: Counts,
  item: Item,
  kind: 'mous' | 'projects',
): string | undefined {
  const filters: Query = { until: cut['until'] };
  for (const [i, name] of by.entries()) {
    const key = i === 0 ? item.key : item.key2;
    if (key === null || key === undefined) return undefined;
    const filter = filterOf.get(name);
    if (filter !== undefined) filters[filter] = key;
    else if (name === 'year') Object.assign(filters, { from: key, until: filters['until'] ?? key });
    else if (name !== 'kind') return undefined;
  }
  return view.link(`/initiatives/${initiativeId}/${kind}`, filters);
}

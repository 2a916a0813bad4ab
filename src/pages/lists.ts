import { initiative as initiativeAnswer } from '../answers/initiatives.ts';
import { meetings } from '../answers/meetings.ts';
import type { Page } from '../answers/page.ts';
import { mous, projects } from '../answers/records.ts';
import { dateInWords } from './dates.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import {
  asFiles,
  chips,
  dataOf,
  dateOf,
  filtersOf,
  nameOf,
  pager,
  parametersOf,
  pathOf,
  recordLink,
  type ShownRecord,
  shortNameOf,
} from './parts.ts';
import { type Query, View, valuesOf } from './view.ts';
import { w } from './words.ts';

const words = w.lists;

const facets = ['pillar', 'sector', 'zone', 'instrument', 'country'] as const;
/** Of a facet. */
const keysMost = 30;

interface List {
  view: View;
  kind: 'mous' | 'projects';
  /** Of the page. */
  path: string;
  filters: Query;
  meetings: ReadonlyMap<string, ShownRecord>;
}

/** The MoUs, or the projects, of an initiative, with filters that stand in the address. */
const listPage = (kind: 'mous' | 'projects', answer: typeof mous): Page => ({
  path: `/initiatives/:initiativeId/${kind}`,
  access: 'read',
  parameters: parametersOf(answer),
  answer,
  async html(asked) {
    const view = new View(asked);
    const cut = { initiativeId: view.parameter('initiativeId') ?? '', until: view.parameter('until') };
    const path = `/initiatives/${cut.initiativeId}/${kind}`;
    const filters = filtersOf(view, answer);
    const after = view.parameter('after');
    const parameters = { ...filters, initiativeId: cut.initiativeId };
    const { items, next, total } = await view.ask(answer, parameters, { after, count: after === undefined });
    const initiative = await view.ask(initiativeAnswer, cut);
    const held = await view.ask(meetings, cut, { limit: 1000 });
    const byId = new Map(held.items.map((meeting) => [meeting.recordId, meeting]));
    const list: List = { view, kind, path, filters, meetings: byId };
    const ofMeetings = held.items.map(({ recordId, counts }) => ({
      key: recordId,
      count: counts[kind].total,
    }));
    const ofKeys = {
      pillar: initiative.byPillar,
      sector: initiative.bySector,
      zone: initiative.byZone,
      instrument: initiative.byInstrument,
      country: initiative.byCountry,
    };
    const isFiltered = Object.keys(filters).length > 0;
    const main = html`<p class="trail"><a href="${view.link('/')}">${w.initiatives}</a> / <a href="${view.link(pathOf(initiative))}">${nameOf(initiative)}</a> / ${words[kind]}</p>
<div class="lede"><div><h1>${total === undefined ? words[kind] : words.count(kind, total, isFiltered)}</h1>
<p class="soft">${nameOf(initiative)}</p></div><p class="soft">${asFiles(view, path, filters)}</p></div>
${chips(view, path, filters, (name, value) => words.chosen(words.facet(name), keyInWords(name, value, byId)))}
${form(list)}
<dl class="diff facets">${facet(list, 'meetingId', ofMeetings)}${facets.map((name) =>
      facet(
        list,
        name,
        ofKeys[name].map(({ key, ...counts }) => ({ key, count: counts[kind] })),
      ),
    )}</dl>
${table(list, items)}
${pager(view, path, filters, next)}`;
    return layout(asked, {
      title: `${words[kind]}, ${nameOf(initiative)}`,
      main,
      section: '/',
    });
  },
});

export const mousPage = listPage('mous', mous);
export const projectsPage = listPage('projects', projects);

function keyInWords(name: string, value: string, meetings: List['meetings']): string {
  if (name === 'named') return words.isNamed(value);
  if (name === 'sort') return words.sorts.get(value) ?? value;
  const meeting = name === 'meetingId' ? meetings.get(value) : undefined;
  return meeting ? shortNameOf(meeting) : value;
}

const texts = ['place', 'externalId', 'publisher', 'from'] as const;

/** The filters that are texts, each with its first value. The others, and further values, stay as they are. */
function form({ view, path, filters }: List): Hole {
  const shown = new Set<string>(['q', 'party', 'named', 'until', 'sort', ...texts]);
  const moment = { asOf: view.parameter('asOf'), asOfPosition: view.parameter('asOfPosition') };
  const kept = Object.entries({ ...filters, ...moment }).flatMap(([name, given]) =>
    valuesOf(given)
      .slice(shown.has(name) ? 1 : 0)
      .map((value) => ({ name, value })),
  );
  const first = (name: string) => valuesOf(filters[name])[0];
  const option = (name: string, value: string, text: string) =>
    html`<option value="${value}" ${(first(name) ?? '') === value ? html`selected` : ''}>${text}</option>`;
  return html`<form class="filters" action="${view.address(path)}">${kept.map(({ name, value }) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label>${words.search} <input type="search" name="q" maxlength="200" value="${first('q')}"></label>
<label>${words.party} <input name="party" maxlength="4000" value="${first('party')}"></label>
<label>${words.facet('named')} <select name="named">${option('named', '', words.any)}${option('named', 'true', words.isNamed('true'))}${option('named', 'false', words.isNamed('false'))}</select></label>
<label>${words.until} <input name="until" size="11" maxlength="10" title="${words.dateHint}" value="${first('until')}"></label>
<label>${words.sort} <select name="sort">${option('sort', '', words.sorts.get('recorded') ?? '')}${[...words.sorts].map(([value, text]) => (value === 'recorded' ? '' : option('sort', value, text)))}</select></label>
<details${texts.some((name) => first(name) !== undefined) ? html` open` : ''}><summary>${words.moreFilters}</summary>${texts.map(
    (
      name,
    ) => html`<label>${words.facet(name)} <input name="${name}" maxlength="${name === 'from' ? 10 : 400}"${name === 'from' ? html` title="${words.dateHint}"` : ''} value="${first(name)}"></label>
`,
  )}</details>
<p><button>${words.apply}</button></p></form>`;
}

/** The keys of a dimension with how many of the whole initiative have each; choosing one keeps the other filters. */
function facet(
  { view, path, filters, meetings }: List,
  name: string,
  counted: { key: string | null; count: number }[],
): Hole {
  const keys = counted.filter(({ key, count }) => key !== null && count > 0);
  if (keys.length === 0) return undefined;
  const shown = name === 'meetingId' ? keys : [...keys].sort((a, b) => b.count - a.count);
  const left = shown.length - keysMost;
  return html`<dt>${words.facet(name)}</dt><dd>${shown.slice(0, keysMost).map(({ key, count }, i) => {
    const text = keyInWords(name, key ?? '', meetings);
    const one = valuesOf(filters[name]).includes(key ?? '')
      ? html`<strong>${text}</strong>`
      : html`<a href="${view.link(path, { ...filters, [name]: key ?? undefined })}">${text}</a>`;
    return html`${i > 0 ? ' · ' : ''}${one} <small>${w.number(count)}</small>`;
  })}${left > 0 ? html` <small>${words.more(left)}</small>` : ''}</dd>
`;
}

function table({ view, kind, meetings }: List, items: readonly ShownRecord[]): Hole {
  if (items.length === 0) return html`<p class="soft">${words.none}</p>`;
  const heads = words.columns;
  const row = (record: ShownRecord): Hole => {
    const {
      title,
      meetingId,
      parties = [],
      pillar,
      sector,
      zone,
      instrument,
      occasion,
      places,
      validUntil,
    } = dataOf(record);
    const meeting = meetings.get(meetingId ?? '');
    const at = meeting
      ? html`<a class="nowrap" href="${view.link(pathOf(meeting))}">${shortNameOf(meeting)}</a>`
      : html`<small>${meetingId ?? occasion?.name ?? occasion?.place ?? places?.join('; ') ?? words.unlisted}</small>`;
    return html`<tr><th scope="row" class="wrap">${recordLink(view, record)}${title === undefined ? html` <small>${w.announcedAsNumber}</small>` : ''}${record.status === 'standing' ? '' : html` <span class="tag">${w.withdrawn}</span>`}</th><td class="when">${dateOf(record)}${record.possible ? html` <small>${w.mayHaveBeen}</small>` : ''}${validUntil && html`<br><small>${w.validUntil(dateInWords(validUntil))}</small>`}</td><td>${at}</td><td><small>${parties.map(({ name }) => String(name)).join('; ')}</small></td><td><small>${[instrument, pillar, sector, zone].filter(Boolean).join(', ')}</small></td></tr>
`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words[kind]}"><table>
<caption>${words.caption(view.parameter('sort'))} ${words.facetsNote}</caption>
<thead><tr><th scope="col">${heads.name}</th><th scope="col">${kind === 'mous' ? heads.date : heads.launched}</th><th scope="col">${heads.meeting}</th><th scope="col">${heads.parties}</th><th scope="col">${heads.more}</th></tr></thead>
<tbody>${items.map(row)}</tbody></table></div>`;
}

import { events } from '../answers/events.ts';
import type { Page } from '../answers/page.ts';
import { eventFilters, eventTypeNames, moment, positionParameter } from '../answers/parameters.ts';
import { reasonCodes } from '../shapes/fields.ts';
import { kinds } from '../shapes/record-data.ts';
import { instantInWords } from './dates.ts';
import { actorLink } from './diff.ts';
import { type Hole, html, type SafeHtml } from './html.ts';
import { layout } from './layout.ts';
import { type LoggedEvent, recordOfEvent } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.logPage;
const eventsOnPage = 50;

/** What of the log is asked for; all of it stands in the address, so that Back leads to the same place. */
const filters = {
  ...eventFilters,
  initiativeId: events.parameters['initiativeId'] ?? {},
  order: events.parameters['order'] ?? {},
};

/** The log, the newest event first, with the questions that an auditor asks of it. */
export const logPage: Page = {
  path: '/log',
  access: 'read',
  parameters: { ...moment, ...filters, after: positionParameter('Where the page begins.') },
  answer: events,
  async html(asked) {
    const view = new View(asked);
    const { parameters } = asked;
    const chosen = Object.fromEntries(Object.keys(filters).map((name) => [name, parameters[name]]));
    const order = view.parameter('order') ?? 'desc';
    const after = view.parameter('after');
    const page = { after, limit: eventsOnPage };
    const { items, next } = await view.ask(events, { ...chosen, order }, page);
    const isFiltered = Object.entries(chosen).some(
      ([name, value]) => value !== undefined && name !== 'order',
    );
    const main = html`<h1>${words.title}</h1>
<p class="soft">${words.about} <a href="#questions">${words.toQuestions}</a></p>
${form(view, isFiltered)}
<h2>${isFiltered ? words.found : words.all}</h2>
<p class="soft">${after === undefined ? '' : html`<a href="${here(view, { after: undefined })}">${words.toStart}</a> · `}${words.asFile} <a href="${here(view, { after: undefined }, '.csv')}">CSV</a> · <a href="${here(view, { after: undefined }, '.json')}">JSON</a></p>
${items.length === 0 ? html`<p>${words.none}</p>` : eventTable(view, items)}
${next === undefined ? '' : html`<p><a rel="next" href="${here(view, { after: next })}">${order === 'desc' ? words.older : words.newer}</a></p>`}
<h2 id="questions">${words.questions}</h2>
<p class="soft">${words.questionsAbout}</p>
${questions(view)}`;
    return layout(asked, { title: words.title, main, section: '/log' });
  },
};

/** The address of this page with other parameters. */
function here(view: View, changes: { [name: string]: string | undefined }, end = ''): string {
  const { base, path, query } = view.asked;
  const parameters = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) parameters.delete(name);
    else parameters.set(name, value);
  return `${base}${path}${end}${parameters.size > 0 ? `?${parameters}` : ''}`;
}

function form(view: View, isFiltered: boolean): Hole {
  const types = [view.asked.parameters['type'] ?? []].flat();
  const kept = ['asOf', 'asOfPosition'].flatMap((name) => {
    const value = view.parameter(name);
    return value === undefined ? [] : [html`<input type="hidden" name="${name}" value="${value}">`];
  });
  const input = (name: keyof typeof words.fields, attributes: SafeHtml = html``) =>
    html`<label>${words.fields[name]} <input name="${name}" value="${view.parameter(name)}" ${attributes}></label>
`;
  // An instant, which a field for days can't show, stays as it is.
  const day = (name: 'recordedFrom' | 'recordedTo') =>
    input(
      name,
      /^(\d{4}-\d\d-\d\d)?$/.test(view.parameter(name) ?? '') ? html`type="date"` : html`type="text"`,
    );
  const select = (
    name: keyof typeof words.fields,
    values: readonly string[],
    nameOf: (value: string) => string,
  ) =>
    html`<label>${words.fields[name]} <select name="${name}"><option value="">${words.any}</option>${values.map((value) => html`<option value="${value}" ${view.parameter(name) === value ? 'selected' : ''}>${nameOf(value)}</option>`)}</select></label>
`;
  const fields = [
    day('recordedFrom'),
    day('recordedTo'),
    input('recordedBy'),
    input('initiativeId'),
    input('recordId'),
    select('kind', kinds, w.kind),
    select('reasonCode', reasonCodes, w.reason),
    input('lateByDays', html`type="number" min="0" inputmode="numeric"`),
  ];
  return html`<details ${isFiltered ? 'open' : ''}><summary>${words.choose}</summary><form class="filters" action="${view.asked.base}/log">${kept}
${fields}<label>${words.fields.order} <select name="order"><option value="desc">${words.newestFirst}</option><option value="asc" ${view.parameter('order') === 'asc' ? 'selected' : ''}>${words.oldestFirst}</option></select></label>
<fieldset><legend>${words.types}</legend>${eventTypeNames.map(
    (
      type,
    ) => html`<label class="check"><input type="checkbox" name="type" value="${type}" ${types.includes(type) ? 'checked' : ''}> ${w.event(type)}</label>
`,
  )}</fieldset>
<p><button>${words.filter}</button> <a href="${view.link('/log')}">${words.noFilter}</a></p></form></details>`;
}

/** Events as rows; each leads to its own page and to its record. `more`: what the last column tells, too, by the place of the event. */
export function eventTable(
  view: View,
  items: readonly LoggedEvent[],
  more?: { head: string; cell: (place: number) => Hole },
): Hole {
  const heads = words.columns;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words.table}"><table>
<thead><tr><th scope="col" class="n">${heads.position}</th><th scope="col">${heads.event}</th><th scope="col">${heads.record}</th><th scope="col">${heads.recorded}</th><th scope="col">${more?.head ?? heads.why}</th></tr></thead>
<tbody>${items.map(({ position, event }, place) => {
    const { reason, initiativeId } = event;
    return html`<tr><td class="n">${w.number(position)}</td><th scope="row"><a href="${view.link(`/log/${event.eventId}`)}">${w.event(event.type)}</a></th><td>${recordOfEvent(view, event)}<br><small>${initiativeId === '-' ? words.ofLedger : initiativeId}</small></td><td><time datetime="${event.recordedAt}">${instantInWords(event.recordedAt)}</time><br><small>${w.history.by} ${actorLink(view, event.recordedBy)}</small></td><td class="long">${more && html`<p>${more.cell(place)}</p>`}${reason && html`${w.reason(reason.code)}: ${reason.text}`}</td></tr>
`;
  })}</tbody></table></div>`;
}

/** The questions of docs/audit.md, each as an address, and as a table to keep. */
function questions(view: View): Hole {
  const [initiativeId, recordId] = [view.parameter('initiativeId'), view.parameter('recordId')];
  const period = { recordedFrom: view.parameter('recordedFrom'), recordedTo: view.parameter('recordedTo') };
  const initiative = initiativeId && `/initiatives/${initiativeId}`;
  const record = initiative && recordId && `${initiative}/records/${recordId}`;
  const corrections = ['RecordCorrected', 'RecordRetracted'];
  const ofLog = (text: string, query: Query): Hole => question(view, text, '/log', query);
  return html`<ul class="list questions">
${record ? question(view, words.asked.values(recordId), record, {}, `/v1${record}/history`) : html`<li>${words.asked.valuesOfAny}</li>`}
${initiative ? question(view, words.asked.moved(initiativeId), `${initiative}/changes`, {}, `/v1${initiative}/changes`) : html`<li>${words.asked.movedOfAny}</li>`}
${ofLog(words.asked.did(view.parameter('recordedBy')), { recordedBy: view.parameter('recordedBy'), ...period, initiativeId })}
${ofLog(words.asked.corrected, { type: corrections, ...period, initiativeId })}
${ofLog(words.asked.late, { lateByDays: '30', initiativeId })}
<li><form class="inline" action="${view.asked.base}/log"><input type="hidden" name="type" value="RecordCorrected"><input type="hidden" name="order" value="asc"><label>${words.asked.afterCheckpoint} <input name="after" inputmode="numeric" pattern="[0-9]+" required size="8"></label> <button>${words.open}</button></form></li>
${question(view, words.asked.unsourced, undefined, { unsourced: 'true' }, '/v1/records')}
${question(view, words.asked.oneSource, undefined, { sources: '1' }, '/v1/records')}
${question(view, words.asked.conflicting, '/claims', { conflicting: 'true' })}
<li><form class="inline" action="${view.asked.base}/v1/records"><input type="hidden" name="standing" value="all"><label>${words.asked.source} <input name="sourceUrl" type="url" required></label> <button name="format" value="csv">CSV</button> <button name="format" value="json">JSON</button></form></li>
<li><a href="${view.address('/v1/log/keys')}">${words.asked.keys}</a></li>
<li>${words.asked.behind} <code>ledger verify</code></li>
</ul>`;
}

type Query = { [name: string]: string | readonly string[] | undefined };

/** A question that is an address. page: where people read the answer. path: of the answer; by default the page's own. */
function question(view: View, text: string, page: string | undefined, query: Query, path?: string): Hole {
  const to = (address: string, more: Query) =>
    view.link(address) + queryOf(view.link(address), { ...query, ...more });
  const [csv, json] = path
    ? [to(path, { format: 'csv' }), to(path, {})]
    : [to(`${page}.csv`, {}), to(`${page}.json`, {})];
  return html`<li>${page ? html`<a href="${to(page, {})}">${text}</a>` : text} <small>(<a href="${csv}">CSV</a> · <a href="${json}">JSON</a>)</small></li>
`;
}

/** More of a query, behind an address that may have one. */
function queryOf(address: string, query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => [name, String(one)]),
  );
  if (pairs.length === 0) return '';
  return `${address.includes('?') ? '&' : '?'}${new URLSearchParams(pairs)}`;
}

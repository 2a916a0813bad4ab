import { claims } from '../answers/claims.ts';
import { events } from '../answers/events.ts';
import { initiatives, overallSummary } from '../answers/initiatives.ts';
import type { Page } from '../answers/page.ts';
import { record as recordAnswer, records } from '../answers/records.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { dataCatalogue } from './data-catalogue.ts';
import { dateInWords, instantInWords } from './dates.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import {
  asFiles,
  claimText,
  dataOf,
  dateOf,
  filtersOf,
  nameOf,
  pager,
  parametersOf,
  recordLink,
  type ShownRecord,
  statusTag,
} from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.home;
/** Of what is newest, ends or doesn't add up. */
const shownMost = 8;
/** "Soon" is so many days. */
const soonDays = 90;

/** What the ledger holds: its initiatives, what is new, what ends, what doesn't add up. */
export const homePage: Page = {
  path: '/',
  access: 'read',
  parameters: parametersOf(initiatives),
  answer: initiatives,
  files: [dataCatalogue],
  async html(asked) {
    const view = new View(asked);
    const filters = filtersOf(view, initiatives);
    const listed = await view.ask(initiatives, filters, { after: view.parameter('after') });
    const all = await view.ask(overallSummary, filters);
    const { mous, projects, meetings } = all.counts;
    const main = html`<p class="trail"></p><div class="lede"><div><h1>${words.title}</h1>
<p>${words.lede(all.initiatives, mous.total, projects.total, meetings.total)} <a href="${view.link('/about')}">${w.about}</a></p>
${all.covers && html`<p class="note">${words.covers}</p>`}</div>
<p class="soft">${asFiles(view, '/', filters)}</p></div>
${table(view, listed.items, all.counts)}
${pager(view, '/', filters, listed.next)}
<div class="columns"><section><h2>${words.newest}</h2>${await newest(view, listed.items)}</section>
<section><h2>${words.ends}</h2>${await ending(view, listed.items)}</section></div>
<div class="columns"><section><h2>${words.dontAddUp}</h2>${await disagreements(view, listed.items)}</section>
<section><h2>${words.log}</h2>${log(view)}</section></div>`;
    return layout(asked, { title: w.name, main, section: '/' });
  },
};

interface Counted extends ShownRecord {
  counts: Counts;
}
interface Counts {
  mous: { total: number; named: number };
  projects: { total: number; named: number };
  meetings: { total: number };
}

function table(view: View, items: readonly Counted[], total: Counts): Hole {
  if (items.length === 0) return html`<p class="soft">${words.none}</p>`;
  const heads = words.columns;
  const until = view.parameter('until');
  const row = ({ initiativeId, counts, ...initiative }: Counted): Hole => {
    const path = `/initiatives/${initiativeId}`;
    const milestones = (kind: 'mous' | 'projects') =>
      html`<td class="n"><a class="great" href="${view.link(`${path}/${kind}`, { until })}">${w.number(counts[kind].total)}</a><br><small>${words.named(counts[kind].named)}</small></td>`;
    return html`<tr><th scope="row" class="wrap"><a href="${view.link(path, { until })}">${nameOf({ ...initiative, initiativeId })}</a></th>${milestones('mous')}${milestones('projects')}<td class="n"><a class="great" href="${view.link(path, { until })}#meetings">${w.number(counts.meetings.total)}</a></td></tr>
`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words.title}"><table class="ledger">
<thead><tr><th scope="col">${heads.initiative}</th><th scope="col" class="n">${heads.mous}</th><th scope="col" class="n">${heads.projects}</th><th scope="col" class="n">${heads.meetings}</th></tr></thead>
<tbody>${items.map(row)}</tbody>
<tfoot><tr><th scope="row" class="wrap">${words.all}</th><td class="n">${w.number(total.mous.total)}</td><td class="n">${w.number(total.projects.total)}</td><td class="n">${w.number(total.meetings.total)}</td></tr></tfoot></table></div>`;
}

interface Made {
  initiativeId: string;
  recordId: string;
  kind: string;
  occurredOn?: string;
  data: unknown;
}

/** What was recorded last, if it stands. Milestones without a name stand in one line with others of their meeting. */
async function newest(view: View, initiatives: readonly ShownRecord[]): Promise<Hole> {
  const types = ['MoUSigned', 'ProjectLaunched'];
  const logged = await view.ask(events, { type: types, order: 'desc' }, { limit: 100 });
  // An event that makes a record has its data.
  const made = logged.items.map(({ event }) => event as Made);
  const groups = Map.groupBy(made, ({ initiativeId, recordId, kind, occurredOn, data }) => {
    const { title, meetingId } = dataOf({ data });
    return title === undefined
      ? [initiativeId, kind, meetingId, occurredOn].join('\n')
      : `${initiativeId}/${recordId}`;
  });
  const shown: Hole[] = [];
  for (const [first] of groups.values()) {
    if (first === undefined || shown.length === shownMost) break;
    const { initiativeId, recordId } = first;
    const record = await view.ask(recordAnswer, { initiativeId, recordId });
    if (record.status !== 'standing') continue;
    const { title, meetingId } = dataOf(record);
    const path = `/initiatives/${initiativeId}/${record.kind === 'mou' ? 'mous' : 'projects'}`;
    const name =
      title === undefined
        ? html`<a href="${view.link(path, { named: 'false', meetingId })}">${words.unnamed(record.kind)}</a>`
        : recordLink(view, record);
    shown.push(
      html`<li>${name}<small>${dateOf(record)} · ${initiativeName(initiatives, record)}</small></li>`,
    );
  }
  return shown.length === 0
    ? html`<p class="soft">${words.noMilestones}</p>`
    : html`<ul class="list">${shown}</ul>`;
}

/** What ends within 90 days after the moment that the page speaks of. */
async function ending(view: View, initiatives: readonly ShownRecord[]): Promise<Hole> {
  const { at } = view.asked;
  const today = view.isPast && at.recordedAt ? new Date(at.recordedAt) : new Date();
  const inForceOn = today.toISOString().slice(0, 10);
  today.setUTCDate(today.getUTCDate() + soonDays);
  const term = { inForceOn, endsBy: today.toISOString().slice(0, 10) };
  const { items, total = 0 } = await view.ask(records, term, { limit: 100, count: true });
  if (items.length === 0) return html`<p class="soft">${words.noEnds}</p>`;
  const endOf = (record: ShownRecord) => parseEdtf(dataOf(record).validUntil ?? '')?.latest ?? '';
  const shown = [...items].sort((a, b) => (endOf(a) < endOf(b) ? -1 : 1)).slice(0, shownMost);
  return html`<ul class="list">${shown.map((record) => html`<li>${recordLink(view, record)}<small>${w.validUntil(dateInWords(dataOf(record).validUntil ?? ''))} · ${initiativeName(initiatives, record)}</small></li>`)}</ul>
${total > shown.length ? html`<p><a href="${view.link('/v1/records', { ...term, format: 'csv' })}">${words.allEnds(total)}</a></p>` : ''}`;
}

function initiativeName(
  initiatives: readonly ShownRecord[],
  { initiativeId }: { initiativeId: string },
): string {
  const initiative = initiatives.find((one) => one.initiativeId === initiativeId);
  return initiative ? nameOf(initiative) : initiativeId;
}

async function disagreements(view: View, initiatives: readonly ShownRecord[]): Promise<Hole> {
  const until = view.parameter('until');
  const found = [];
  for (const status of ['short', 'over'] as const) {
    const { items, total = 0 } = await view.ask(
      claims,
      { status: [status], until },
      { limit: shownMost, count: true },
    );
    found.push({ status, items, total });
  }
  if (found.every(({ total }) => total === 0)) return html`<p class="soft">${words.allAddUp}</p>`;
  const shown = found.flatMap(({ items }) => items).slice(0, shownMost);
  const counted = found.filter(({ total }) => total > 0);
  return html`<ul class="list">${shown.map(
    (claim) =>
      html`<li><a href="${view.link(`/initiatives/${claim.initiativeId}/records/${claim.recordId}`)}">${claimText(claim)}</a> ${statusTag(claim)}<small>${w.statedFor(dateInWords(claim.occurredOn))} · ${initiativeName(initiatives, claim)}</small></li>`,
  )}</ul>
<p>${counted.map(({ status, total }, i) => html`${i > 0 ? ' · ' : ''}<a href="${view.link('/claims', { status, until })}">${words.count(status, total)}</a>`)}</p>`;
}

function log(view: View): Hole {
  const { at, checkpoint } = view.asked;
  const signed =
    checkpoint &&
    words.signedOf(checkpoint.size, instantInWords(new Date(checkpoint.signedAt).toISOString()));
  return html`<dl class="diff"><dt>${words.events}</dt><dd><a href="${view.link('/log')}">${w.number(at.position)}</a></dd>
<dt>${words.last}</dt><dd>${at.recordedAt ? instantInWords(at.recordedAt) : w.none}</dd>
<dt>${words.signed}</dt><dd>${signed ? html`<a href="${view.address('/v1/log/checkpoint')}">${signed}</a>` : words.signedNone}</dd></dl>`;
}

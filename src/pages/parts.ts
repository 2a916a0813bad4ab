import type { TProperties } from 'typebox';
import type { Answer } from '../answers/answer.ts';
import { dateInWords } from './dates.ts';
import { type Hole, html, safeUrl } from './html.ts';
import { type Query, type View, valuesOf } from './view.ts';
import { w } from './words.ts';

/** A record as answers have it, as far as pages look at it. */
export interface ShownRecord {
  initiativeId: string;
  recordId: string;
  kind: string;
  status: string;
  version: number;
  occurredOn?: string;
  earliest?: string;
  latest?: string;
  possible?: true;
  data: unknown;
  sources: readonly ShownSource[];
}

interface ShownSource {
  publisher?: string;
  title?: string;
  url?: string;
  archiveUrl?: string;
  publishedOn?: string;
  quote?: string;
  lang?: string;
  note?: string;
}

/** The members of the data of any kind that pages show. */
export interface ShownData {
  name?: string;
  title?: string;
  series?: string;
  ordinal?: number;
  place?: string;
  mode?: string;
  label?: string;
  metric?: string;
  value?: number;
  qualifier?: string;
  scope?: string;
  meetingId?: string;
  pillars?: string[];
  parties?: { name?: unknown; country?: string }[];
  description?: string;
  validUntil?: string;
  pillar?: string;
  sector?: string;
  zone?: string;
  instrument?: string;
  occasion?: { name?: string; place?: string };
  places?: string[];
  coChairs?: { name: unknown; role?: string; side?: string }[];
}

/** Data are of the kind of their record, which the ledger checked when it recorded them. */
export const dataOf = (record: { data: unknown }): ShownData => record.data as ShownData;

export const pathOf = ({
  initiativeId,
  recordId,
  kind,
}: Pick<ShownRecord, 'initiativeId' | 'recordId' | 'kind'>) =>
  kind === 'initiative'
    ? `/initiatives/${initiativeId}`
    : kind === 'meeting'
      ? `/initiatives/${initiativeId}/meetings/${recordId}`
      : `/initiatives/${initiativeId}/records/${recordId}`;

/** What a record is called: its name or title, or what is known instead. */
export function nameOf(record: ShownRecord): string {
  const { name, title, series, ordinal, metric, value, qualifier, scope, label } = dataOf(record);
  if (name ?? title) return (name ?? title) as string;
  if (series !== undefined) return ordinal === undefined ? series : w.ordinal(ordinal, series);
  if (ordinal !== undefined) return w.ordinal(ordinal, w.meeting);
  if (metric !== undefined)
    return `${w.qualified(qualifier ?? 'exact', value ?? 0)} ${w.metric(metric)} ${label ?? w.scope(scope ?? 'all')}`;
  return `${w.kind(record.kind)} ${record.recordId}`;
}

/** A claim in words: `more than 173 MoUs “agreements in various fields”`. here: the id of the meeting that the page is of. */
export function claimText({ qualifier, value, metric, label, scope }: ShownClaim, here?: string): string {
  const about = label !== undefined ? w.quoted(label) : scope === `meeting:${here}` ? w.here : w.scope(scope);
  return `${w.qualified(qualifier, value)} ${w.metric(metric)} ${about}`;
}

interface ShownClaim {
  qualifier: string;
  value: number;
  metric: string;
  label?: string;
  scope: string;
}

/** What a meeting is called where there is little room: `4th JIC`. */
export function shortNameOf(meeting: ShownRecord): string {
  const { series, ordinal } = dataOf(meeting);
  return ordinal === undefined ? nameOf(meeting) : w.ordinal(ordinal, series ?? w.meeting);
}

export const dateOf = ({ occurredOn }: { occurredOn?: string }): string =>
  occurredOn === undefined ? w.unknownDate : dateInWords(occurredOn);

export const recordLink = (view: View, record: ShownRecord): Hole =>
  html`<a href="${view.link(pathOf(record))}">${nameOf(record)}</a>`;

/** A great figure, which opens what it counts, with the claim that speaks of it. */
export const figure = (name: string, total: number, to: string, claim: Hole, note: Hole): Hole =>
  html`<div class="figure"><h2>${name}</h2><b><a href="${to}">${w.number(total)}</a></b>
${claim}<br><small>${note}</small></div>
`;

/** A claim beside the figure that it speaks of. */
export const claimBeside = (
  claim: { status: string; difference?: number } | undefined,
  words: string,
): Hole =>
  claim
    ? html`<span class="claim">${statusTag(claim)} ${words}</span>`
    : html`<span class="claim soft">${words}</span>`;

/** A claim's distance from what is recorded, in words. */
export const statusTag = ({ status, difference = 0 }: { status: string; difference?: number }): Hole =>
  html`<span class="tag ${status}">${w.status(status, difference)}</span>`;

/** Where something is known from, with what is quoted. */
export function sourceList(sources: readonly ShownSource[]): Hole {
  if (sources.length === 0) return html`<p class="soft">${w.noSource}</p>`;
  return html`<ul class="sources">${sources.map(
    (source) =>
      html`<li>${sourceLine(source)}${source.quote && html`<blockquote ${source.lang ? html`lang="${source.lang}"` : ''}>${source.quote}</blockquote>`}${source.note && html`<small>${source.note}</small>`}</li>`,
  )}</ul>`;
}

export function sourceLine({ publisher, title, url, archiveUrl, publishedOn }: ShownSource): Hole {
  const archived = safeUrl(archiveUrl);
  const named = title ?? publisher ?? url ?? archiveUrl ?? w.source;
  return html`${outsideLink(named, url)}${title && publisher ? `, ${publisher}` : ''}${publishedOn ? `, ${dateInWords(publishedOn)}` : ''}${archived && html` (<a href="${archived}" rel="external nofollow noreferrer">${w.archived}</a>)`}`;
}

/** A text, which leads to an address outside the ledger where a browser may be sent there. */
export function outsideLink(text: string, url: string | undefined): Hole {
  const to = safeUrl(url);
  return to ? html`<a href="${to}" rel="external nofollow noreferrer">${text}</a>` : text;
}

/** What a page of a list takes: the parameters of its answer, but for those that say how much is sent, and in what form. */
export function parametersOf({ parameters }: Answer): TProperties {
  const { limit: _limit, count: _count, format: _format, ...taken } = parameters;
  return taken;
}

/** The parameters of a page of a list that choose what is in it. */
export function filtersOf({ asked }: View, answer: Answer): Query {
  const others = ['asOf', 'asOfPosition', 'after', ...answer.path.split('/').map((part) => part.slice(1))];
  const chosen = Object.keys(parametersOf(answer)).filter(
    (name) => asked.parameters[name] !== undefined && !others.includes(name),
  );
  // Parameters are texts, numbers, booleans and lists of them by their schema.
  return Object.fromEntries(chosen.map((name) => [name, asked.parameters[name] as Query[string]]));
}

/** The way to the next page of a list, and back to the first. */
export function pager(view: View, path: string, filters: Query, next: string | undefined): Hole {
  const isFirst = view.parameter('after') === undefined;
  if (isFirst && next === undefined) return undefined;
  const first = isFirst ? '' : html`<a href="${view.link(path, filters)}">${w.firstPage}</a>`;
  const following =
    next && html`<a href="${view.link(path, { ...filters, after: next })}" rel="next">${w.nextPage}</a>`;
  return html`<nav class="pager" aria-label="${w.pages}">${first} ${following}</nav>`;
}

/** The same list as files. */
export const asFiles = (view: View, path: string, filters: Query): Hole =>
  html`<a href="${view.link(`${path}.csv`, filters)}">CSV</a> · <a href="${view.link(`${path}.csv`, { ...filters, excel: true })}">${w.csvForExcel}</a> · <a href="${view.link(`${path}.json`, filters)}">JSON</a>`;
/** An event of an answer. */
export interface LoggedEvent {
  position: number;
  event: {
    eventId: string;
    initiativeId: string;
    recordId: string;
    kind: string;
    version: number;
    type: string;
    data?: unknown;
    reason?: { code: string; text: string };
    recordedAt: string;
    recordedBy: string;
  };
}

/** The record that an event is of. The history of any kind has a page; of what the ledger records of itself there is none. */
export function recordOfEvent(
  view: View,
  { initiativeId, recordId, kind, data }: LoggedEvent['event'],
): Hole {
  const { name, title } = dataOf({ data: data ?? {} });
  const text = name ?? title ?? `${w.kind(kind)} ${recordId}`;
  if (initiativeId === '-') return text;
  return html`<a href="${view.link(`/initiatives/${initiativeId}/records/${recordId}`)}">${text}</a>`;
}

/** The filters that are chosen, each with the way to the list without it. */
export function chips(
  view: View,
  path: string,
  filters: Query,
  told: (name: string, value: string) => string,
): Hole {
  const chosen = Object.entries(filters).flatMap(([name, given]) =>
    valuesOf(given).map((value, i, all) => ({ name, value, others: all.toSpliced(i, 1) })),
  );
  if (chosen.length === 0) return undefined;
  return html`<ul class="chips">${chosen.map(({ name, value, others }) => {
    const text = told(name, value);
    return html`<li>${text} <a href="${view.link(path, { ...filters, [name]: others })}" aria-label="${w.without(text)}">${w.remove}</a></li>`;
  })}</ul>`;
}

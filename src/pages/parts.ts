import type { TProperties } from 'typebox';
import type { Answer } from '../answers/answer.ts';
import { dateInWords } from './dates.ts';
import { type Hole, html, safeUrl } from './html.ts';
import type { View } from './view.ts';
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

/** A claim in words: `more than 173 MoUs “agreements in various fields”`. */
export const claimText = ({ qualifier, value, metric, label, scope }: ShownClaim): string =>
  `${w.qualified(qualifier, value)} ${w.metric(metric)} ${label === undefined ? w.scope(scope) : w.quoted(label)}`;

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
  const [to, archived] = [safeUrl(url), safeUrl(archiveUrl)];
  const named = title ?? publisher ?? url ?? archiveUrl ?? w.source;
  const link = to ? html`<a href="${to}" rel="external nofollow noreferrer">${named}</a>` : named;
  return html`${link}${title && publisher ? `, ${publisher}` : ''}${publishedOn ? `, ${dateInWords(publishedOn)}` : ''}${archived && html` (<a href="${archived}" rel="external nofollow noreferrer">${w.archived}</a>)`}`;
}

/** What a page of a list takes: the parameters of its answer, but for those that say how much is sent, and in what form. */
export function parametersOf({ parameters }: Answer): TProperties {
  const { limit: _limit, count: _count, format: _format, ...taken } = parameters;
  return taken;
}

/** The parameters of a page of a list that choose what is in it, as they were given. */
export function filtersOf(view: View, answer: Answer): { [name: string]: string } {
  const others = ['asOf', 'asOfPosition', 'after', ...answer.path.split('/').map((part) => part.slice(1))];
  return Object.fromEntries(
    Object.keys(parametersOf(answer)).flatMap((name) => {
      const value = view.parameter(name);
      return value === undefined || others.includes(name) ? [] : [[name, value]];
    }),
  );
}

/** The way to the next page of a list, and back to the first. */
export function pager(
  view: View,
  path: string,
  filters: { [name: string]: string },
  next: string | undefined,
): Hole {
  const isFirst = view.parameter('after') === undefined;
  if (isFirst && next === undefined) return undefined;
  const first = isFirst ? '' : html`<a href="${view.link(path, filters)}">${w.firstPage}</a>`;
  const following =
    next && html`<a href="${view.link(path, { ...filters, after: next })}" rel="next">${w.nextPage}</a>`;
  return html`<nav class="pager" aria-label="${w.pages}">${first} ${following}</nav>`;
}

/** The same list as files. */
export const asFiles = (view: View, path: string, filters: { [name: string]: string }): Hole =>
  html`<a href="${view.link(`${path}.csv`, filters)}">CSV</a> · <a href="${view.link(`${path}.json`, filters)}">JSON</a>`;

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

import type { Static } from 'typebox';
import type { HistoryAnswer } from '../answers/schemas.ts';
import type { Json } from '../shapes/canonical-json.ts';
import { jsonEqual } from '../shapes/merge-patch.ts';
import { dateInWords, instantInWords } from './dates.ts';
import { type Hole, html } from './html.ts';
import { sourceList } from './parts.ts';
import type { View } from './view.ts';
import { w } from './words.ts';

export type Version = Static<typeof HistoryAnswer>['versions'][number];
export type Change = Version['changes'][number];

/** A version of a record: what was changed, by whom, when, why and on what evidence. */
export function versionItem(view: View, version: Version): Hole {
  const { position, eventId } = version;
  return html`<li id="v${version.version}"><h3>${w.history.version(version.version)} · ${w.event(version.type)}</h3>
<small><time datetime="${version.recordedAt}">${instantInWords(version.recordedAt)}</time> ${w.history.by} ${actorLink(view, version.recordedBy)} · <a href="${view.link(`/log/${eventId}`)}">${w.history.event(position)}</a></small>
${changesOf(version)}${whyOf(version)}${evidenceOf(version)}</li>
`;
}

export const actorLink = (view: View, recordedBy: string): Hole =>
  html`<a href="${view.link('/log', { recordedBy })}">${recordedBy}</a>`;

/** What an event changed, field by field: what was there is struck through. Of the first version, all that it says. */
export function changesOf({
  version,
  changes,
  sources = [],
}: Pick<Version, 'version' | 'changes' | 'sources'>): Hole {
  // The sources that an event brings are shown whole, as its evidence.
  const shown = changes.filter(
    ({ path, from, to }) =>
      !(/^\/sources\/\d+$/.test(path) && from === undefined && sources.some((one) => isSame(one, to))),
  );
  if (shown.length === 0) return undefined;
  return html`<dl class="diff">${inOrder(shown, ({ path }) => path).map((change) => html`<dt>${w.field(change.path)}</dt><dd>${version === 1 ? inWords(change.path, change.to) : changed(change)}</dd>`)}</dl>
`;
}

/** In the order in which people read the members of a record. */
export const inOrder = <T>(items: readonly T[], pathOf: (item: T) => string): T[] =>
  items.toSorted((a, b) => w.fieldPlace(pathOf(a)) - w.fieldPlace(pathOf(b)));

/** Values of answers are JSON. */
const isSame = (one: unknown, other: unknown): boolean => jsonEqual(one as Json, other as Json);

function changed({ path, from, to }: Change): Hole {
  if (Array.isArray(from) && Array.isArray(to)) return itemsChanged(path, from, to);
  const [was, is] = [from, to].map((value) => (value === undefined ? undefined : inWords(path, value)));
  return [was !== undefined && html`<del>${was}</del> `, is !== undefined && html`<ins>${is}</ins>`].map(
    (part) => part || undefined,
  );
}

/** Of a list: what left it, what stayed and what was added. */
function itemsChanged(path: string, from: unknown[], to: unknown[]): Hole {
  const gone = from.filter((one) => !to.some((other) => isSame(one, other)));
  const items = [
    ...gone.map((one) => html`<li><del>${inWords(path, one)}</del></li>`),
    ...to.map((one) =>
      from.some((other) => isSame(one, other))
        ? html`<li>${inWords(path, one)}</li>`
        : html`<li><ins>${inWords(path, one)}</ins></li>`,
    ),
  ];
  return html`<ul class="items">${items}</ul>`;
}

export function whyOf({ reason, note, correlationId }: Partial<Version>): Hole {
  const { code, text, duplicateOf } = reason ?? {};
  return [
    code &&
      html`<p><strong>${w.reason(code)}:</strong> ${text}${duplicateOf && html` <small>${w.history.duplicateOf(duplicateOf)}</small>`}</p>
`,
    note &&
      html`<p class="soft">${w.history.note(note)}</p>
`,
    correlationId &&
      html`<p class="soft">${w.history.correlation} <code>${correlationId}</code></p>
`,
  ];
}

const evidenceOf = ({ sources = [] }: Pick<Version, 'sources'>): Hole =>
  sources.length === 0 ? undefined : html`<p class="soft">${w.history.evidence}</p>${sourceList(sources)}`;

/** A value of a record in words. `path`: of the member, as in changes: `/data/title`. */
export function inWords(path: string, value: unknown): string {
  if (value === null || value === undefined) return w.none;
  if (Array.isArray(value)) return value.map((item) => inWords(path, item)).join('; ');
  if (typeof value === 'object') return objectInWords({ ...value });
  if (typeof value === 'number') return path === '/data/ordinal' ? w.ordinalAlone(value) : w.number(value);
  const text = String(value);
  if (/^\/(occurredOn|data\/valid(From|Until))$/.test(path)) return dateInWords(text);
  return path === '/data/scope' ? w.scope(text) : w.value(path, text);
}

/** Such as a party, a title in a language, an amount or a source. */
function objectInWords(members: { [name: string]: unknown }): string {
  const { name, text, title, publisher, url, value, currency, person, ...rest } = members;
  const main = [name, text, title, publisher, url]
    .filter((part) => part !== undefined)
    .map((part) => inWords('', part));
  if (typeof value === 'number' && currency !== undefined) main.push(`${w.number(value)} ${currency}`);
  const beside = Object.entries(rest).map(([key, part]) =>
    /^(country|lang|role|side|publishedOn)$/.test(key)
      ? inWords(key === 'publishedOn' ? '/occurredOn' : '', part)
      : `${w.field(`/data/${key}`)}: ${inWords('', part)}`,
  );
  if (person === true) beside.push(w.aPerson);
  if (main.length === 0) return beside.join('; ');
  return beside.length === 0 ? main.join(', ') : `${main.join(', ')} (${beside.join(', ')})`;
}

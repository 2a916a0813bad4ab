import type { PageAsked } from '../answers/page.ts';
import { assetPath } from './assets.ts';
import { dayInWords, instantInWords } from './dates.ts';
import { type Hole, html, type SafeHtml } from './html.ts';
import { View } from './view.ts';
import { w } from './words.ts';

/** What a page shows between its head and its foot. */
export interface Shown {
  title: string;
  main: Hole;
  /** The part of the site that it is in. */
  section?: string;
}

const sections = [
  ['/', w.initiatives],
  ['/claims', w.claims],
  ['/log', w.log],
  ['/record', w.record],
  ['/about', w.about],
] as const;

/** A whole page with its head, the moment that it is of, and its basis. */
export function layout(asked: PageAsked, shown: Shown): string {
  const view = new View(asked);
  return document(
    asked,
    shown,
    [
      moment(view),
      html`<main id="main" class="frame" ${view.isPast ? '' : html`data-stream="${view.address('/v1/events/stream', { after: asked.end })}" data-ended="${w.sessionEnded}"`}>${shown.main}</main>`,
      basis(view),
    ],
    asked.alternates.map(
      ({ to, type, title }) =>
        html`<link rel="alternate" type="${type}" ${title ? html`title="${title}" ` : ''}href="${asked.base}${to}">
`,
    ),
  );
}

/** A page that tells of nothing in the log, such as a refusal. */
export function plain(asked: Pick<PageAsked, 'base' | 'path' | 'query' | 'reader'>, shown: Shown): string {
  return document(asked, shown, html`<main id="main" class="frame">${shown.main}</main>`, []);
}

function document(
  { base, path, reader }: Pick<PageAsked, 'base' | 'path' | 'query' | 'reader'>,
  { title, section }: Shown,
  body: Hole,
  alternates: Hole,
): string {
  const nav = sections.map(
    ([to, name]) =>
      html`<a href="${base}${to}" ${to === section ? html`aria-current="page"` : ''}>${name}</a>`,
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === w.name ? title : w.titleOf(title)}</title>
<link rel="stylesheet" href="${base}${assetPath('ledger.css')}">
<link rel="icon" href="${base}${assetPath('icon.svg')}" type="image/svg+xml">
${alternates}
<script type="module" src="${base}${assetPath('live.js')}"></script>
</head>
<body>
<a class="skip" href="#main">${w.skip}</a>
<header class="top"><div class="frame">
<a class="brand" href="${base}/">${w.name}</a>
<nav aria-label="${w.main}">${nav}</nav>
${whoIs(base, path, reader)}
</div></header>
${body}
</body>
</html>
`;
  return String(page);
}

function whoIs(base: string, path: string, { principal, open, canLogIn }: PageAsked['reader']): Hole {
  if (open) return html`<small class="who"><a href="${base}/me">${w.openLedger}</a></small>`;
  if (principal !== undefined) return html`<a class="who" href="${base}/me">${w.me(principal)}</a>`;
  if (!canLogIn) return undefined;
  // By a link: the policy of the page lets no form go to the provider.
  return html`<a class="who" href="${base}/login?return=${encodeURIComponent(path)}">${w.logIn}</a>`;
}

/** The one control of the moment, on every page. */
function moment(view: View): SafeHtml {
  const { asked, isPast } = view;
  const { path, at, end, query, base } = asked;
  const kept = [...new URLSearchParams(query)].filter(([name]) => !/^(asOf|asOfPosition|after)$/.test(name));
  const hidden = kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  const asOf = view.parameter('asOf');
  const day = asOf && /^\d{4}-\d\d-\d\d$/.test(asOf) ? asOf : at.recordedAt?.slice(0, 10);
  const now = `${base}${path}${kept.length > 0 ? `?${new URLSearchParams(kept)}` : ''}`;
  const recorded = at.recordedAt && instantInWords(at.recordedAt);
  const told = isPast
    ? html`<strong>${w.past(at.position, recorded)}</strong> <a href="${now}">${w.backToNow}</a> · <a href="${changedSince(view)}">${w.changedSince}</a>`
    : html`<span class="soft">${w.now(end)}</span>`;
  return html`<section class="moment ${isPast ? 'past' : ''}" aria-label="${w.asKnownOn}"><div class="frame">
<form class="asof" action="${base}${path}">${hidden}<label for="as-of">${w.asKnownOn}</label> <input id="as-of" type="date" name="asOf" value="${day}" title="${day && dayInWords(day)}"> <button>${w.show}</button></form>
<form class="asof" action="${base}${path}">${hidden}<label for="as-of-position">${w.asKnownAt}</label> <input id="as-of-position" type="number" name="asOfPosition" min="0" max="${end}" value="${at.position}" required> <button>${w.show}</button></form>
${told}
</div></section>`;
}

/** What was recorded after the moment of the page: of its initiative what moved the counts, otherwise every event. */
function changedSince(view: View): string {
  const { position } = view.asked.at;
  const initiativeId = view.parameter('initiativeId');
  return initiativeId === undefined
    ? view.address('/log', { order: 'asc', after: position })
    : view.address(`/initiatives/${initiativeId}/changes`, { from: position });
}

function basis(view: View): SafeHtml {
  const { treeSize, rootHash } = view.asked.at.basis;
  const root = rootHash.toHex();
  return html`<footer class="basis"><div class="frame">
<span>${w.computed} <a href="${view.link('/log')}">${w.computedFrom(treeSize)}</a></span>
<span>${w.root} <span class="hash" title="${root}">${root.slice(0, 8)}…${root.slice(-8)}</span></span>
<span><a href="${view.address('/proof', { asOfPosition: treeSize })}">${w.check}</a></span>
</div></footer>`;
}

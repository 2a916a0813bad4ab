import type { Page } from '../answers/page.ts';
import { moment } from '../answers/parameters.ts';
import { assetPath } from './assets.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.proof;

/** What a script of the page fills in, in the words of this page. */
const texts = JSON.stringify({
  checking: words.checking,
  signed: words.signed,
  listedKey: words.listedKey,
  givenKey: words.givenKey,
  root: words.root,
  event: words.ofEvent,
  wrong: words.wrong,
});

/** The part of a page in which the browser checks an event, or else the events that the page was computed from. */
export function proofSection(view: View, event?: { eventId: string; position: number }): Hole {
  const { base, at } = view.asked;
  const { treeSize, rootHash } = at.basis;
  const what = event
    ? html`data-event="${event.eventId}" data-position="${event.position}"`
    : html`data-tree-size="${treeSize}" data-root="${rootHash.toHex()}"`;
  const files = [
    ...(event ? [[words.file, view.address(`/v1/events/${event.eventId}/proof`)] as const] : []),
    [words.checkpoint, view.address('/v1/log/checkpoint')] as const,
    [words.keys, view.address('/v1/log/keys')] as const,
  ];
  return html`<p>${event ? words.event : words.page}</p>
<p>${files.map(([name, to], i) => html`${i > 0 ? ' · ' : ''}<a href="${to}">${name}</a>`)}</p>
<noscript><p>${words.withoutScript}</p><pre><code>${event ? words.command(event.eventId) : words.wholeLog}</code></pre></noscript>
<div class="proof" data-proof hidden data-base="${base}" ${what} data-texts="${texts}">
<div role="status" aria-label="${words.result}" data-result="checking"></div>
<form><label for="vkey">${words.key}</label><input id="vkey" name="vkey" autocomplete="off" spellcheck="false"> <button>${words.checkAgain}</button></form>
</div>
<script type="module" src="${base}${assetPath('proof.js')}"></script>`;
}

/** The proof of what a page was computed from: the events up to its moment. */
export const proofPage: Page = {
  path: '/proof',
  access: 'principal',
  parameters: { ...moment },
  async html(asked) {
    const view = new View(asked);
    const title = words.of(asked.at.basis.treeSize);
    const main = html`<h1>${title}</h1>${proofSection(view)}`;
    return layout(asked, { title: words.title, main, section: '/log' });
  },
};

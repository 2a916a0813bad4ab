import type { Static } from 'typebox';
import { event as eventAnswer, events } from '../answers/events.ts';
import { history } from '../answers/history.ts';
import type { Page } from '../answers/page.ts';
import type { EventAnswer } from '../answers/schemas.ts';
import { canonicalJson, type Json } from '../shapes/canonical-json.ts';
import { revealed } from '../shapes/people.ts';
import { dateInWords, instantInWords } from './dates.ts';
import { actorLink, changesOf, type Version, whyOf } from './diff.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { eventTable } from './log.ts';
import { recordOfEvent, sourceList } from './parts.ts';
import { proofSection } from './proof.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.eventPage;
/** Events of the same request, and those that followed on the record, that are listed at most. */
const besideMax = 20;

type Logged = Omit<Static<typeof EventAnswer>, 'asOf' | 'basis'>;

/** An event of the log: what it recorded or changed, what it belongs to, and its proof. */
export const eventPage: Page = {
  path: '/log/:eventId',
  access: 'read',
  parameters: { ...eventAnswer.parameters },
  answer: eventAnswer,
  async html(asked) {
    const view = new View(asked);
    const logged = await view.ask(eventAnswer, { eventId: view.parameter('eventId') });
    const { event, position, leafHash } = logged;
    const title = words.title(position, w.event(event.type));
    const main = html`<p class="trail"><a href="${view.link('/log')}">${w.log}</a> / ${words.event(position)}</p>
<h1>${title}</h1>
<p class="soft">${words.recorded} <time datetime="${event.recordedAt}">${instantInWords(event.recordedAt)}</time> ${w.history.by} ${actorLink(view, event.recordedBy)} · ${recordOfEvent(view, event)}, ${words.toVersion(event.version)}</p>
<p>${await neighbours(view, position)}</p>
<h2>${words.said}</h2>
${event.occurredOn === undefined ? '' : html`<p>${words.occurred(dateInWords(event.occurredOn))}</p>`}
${await said(view, logged)}
<h2>${w.recordPage.sources}</h2>
${sourceList(event.sources ?? [])}
<h2>${words.followed}</h2>
${await followed(view, logged)}
<h2>${words.request}</h2>
${await sameRequest(view, logged)}
<h2>${words.data}</h2>
<p>${words.dataAbout}</p>
<pre tabindex="0">${canonicalJson(event)}</pre>
<p class="soft">${words.leafHash} <span class="hash">${leafHash}</span></p>
<h2 id="proof">${w.proof.title}</h2>
${proofSection(view, { eventId: event.eventId, position })}`;
    return layout(asked, { title, main, section: '/log' });
  },
};

/** The events before and after it, of those that the reader may see. */
async function neighbours(view: View, position: number): Promise<Hole> {
  const links: Hole[] = [];
  for (const [order, text] of [
    ['desc', words.before],
    ['asc', words.after],
  ] as const) {
    const { items } = await view.ask(events, { order }, { after: String(position), limit: 1 });
    for (const { position, event } of items)
      links.push(
        html`${links.length > 0 ? ' · ' : ''}<a href="${view.link(`/log/${event.eventId}`)}">${text(position)}</a>`,
      );
  }
  return links;
}

/** In words: what changed in its record, why and on what evidence. */
async function said(view: View, logged: Logged): Promise<Hole> {
  const { event } = logged;
  const { erased } = event;
  const version = await versionOf(view, logged);
  return html`${changesOf(version) ?? html`<p>${w.history.nothing}</p>`}${whyOf(event)}${erased && html`<p>${words.erased(erased.commitments.length, erased.legalBasis)}</p>`}`;
}

async function versionOf(
  view: View,
  { event, openings }: Logged,
): Promise<Pick<Version, 'version' | 'changes' | 'sources'>> {
  const { initiativeId, recordId, version, sources = [] } = event;
  if (initiativeId !== '-') {
    const page = { after: String(version - 1), limit: 1 };
    const { versions } = await view.ask(history, { initiativeId, recordId }, page);
    if (versions[0]) return versions[0];
  }
  // What the ledger records of itself has no history of its own: the event is all that there is.
  const names = new Map(openings?.map(({ commitment, name }) => [commitment, name]));
  const { data, grants } = event as { data?: object; grants?: object };
  const changes = Object.entries({ ...data, ...(grants && { grants }) }).map(([name, value]) => ({
    path: `/data/${name}`,
    to: revealed(value as Json, names),
  }));
  return { version: 1, changes, sources };
}

/** What was recorded of the same record afterwards: a correction, or that it was withdrawn. */
async function followed(view: View, { event, position }: Logged): Promise<Hole> {
  const { initiativeId, recordId } = event;
  if (initiativeId === '-') return html`<p class="soft">${words.nothingFollowed}</p>`;
  const { items } = await view.ask(
    events,
    { initiativeId, recordId },
    { after: String(position), limit: besideMax },
  );
  return items.length === 0 ? html`<p class="soft">${words.nothingFollowed}</p>` : eventTable(view, items);
}

/** The events that were recorded with it: those of one request have one moment, one principal and one initiative. */
async function sameRequest(view: View, { event, position }: Logged): Promise<Hole> {
  const { initiativeId, recordedAt, recordedBy, correlationId } = event;
  const correlated = correlationId && html`<p>${words.correlation} <code>${correlationId}</code></p>`;
  if (initiativeId === '-') return html`${correlated}<p class="soft">${words.alone}</p>`;
  const filter = { initiativeId, recordedBy, recordedFrom: recordedAt, recordedTo: recordedAt };
  const { items, next } = await view.ask(events, filter, { limit: besideMax });
  const others = items.filter(
    (item) => item.position !== position && item.event.correlationId === correlationId,
  );
  if (others.length === 0 && next === undefined) return html`${correlated}<p class="soft">${words.alone}</p>`;
  return html`${correlated}<p class="soft">${words.together} <a href="${view.link('/log', filter)}">${words.togetherInLog}</a></p>${eventTable(view, others)}`;
}

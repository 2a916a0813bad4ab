import type { Static } from 'typebox';
import { initiative as initiativeAnswer } from '../answers/initiatives.ts';
import { meeting as meetingAnswer, meetings } from '../answers/meetings.ts';
import type { Page } from '../answers/page.ts';
import type { MeetingAnswer } from '../answers/schemas.ts';
import { dateInWords } from './dates.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import {
  claimBeside,
  claimText,
  dataOf,
  dateOf,
  figure,
  nameOf,
  parametersOf,
  pathOf,
  recordLink,
  type ShownRecord,
  shortNameOf,
  sourceList,
  statusTag,
} from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.meetingPage;

type Meeting = Omit<Static<typeof MeetingAnswer>, 'asOf' | 'basis'>;
type Claim = Meeting['claims'][number];

/** Of milestones that have a name. */
const namedMost = 100;

/** A meeting: who, where, when; what was recorded of it, beside what was announced. */
export const meetingPage: Page = {
  path: '/initiatives/:initiativeId/meetings/:recordId',
  access: 'read',
  parameters: parametersOf(meetingAnswer),
  answer: meetingAnswer,
  async html(asked) {
    const view = new View(asked);
    const until = view.parameter('until');
    const cut = { initiativeId: view.parameter('initiativeId'), until };
    const meeting = await view.ask(meetingAnswer, { ...cut, recordId: view.parameter('recordId') });
    const initiative = await view.ask(initiativeAnswer, cut);
    const held = await view.ask(meetings, cut, { limit: 1000 });
    const { running, initiativeId, recordId } = meeting;
    const main = html`<p class="trail"><a href="${view.link('/')}">${w.initiatives}</a> / <a href="${view.link(pathOf(initiative))}">${nameOf(initiative)}</a> / <a href="${view.link(pathOf(initiative))}#meetings">${w.initiative.meetingsTable}</a></p>
<div class="lede"><div><h1>${nameOf(meeting)}</h1>
${meeting.status === 'retracted' ? html`<p class="note">${words.retracted}</p>` : ''}</div>
<p class="soft"><a href="${view.link(`/initiatives/${initiativeId}/records/${recordId}`)}">${words.record}</a> · <a href="${view.link(`${pathOf(meeting)}.json`, { until })}">JSON</a></p></div>
${facts(meeting)}
<section class="figures" aria-label="${words.counts}">${counted(view, meeting, 'mous')}${counted(view, meeting, 'projects')}</section>
<p class="soft">${words.running}: ${words.runningOf(running.mous, running.projects, running.meetings)} (<a href="${view.link('/about')}#running">${w.about}</a>)</p>
<div class="columns">${milestones(view, meeting, 'mous')}${milestones(view, meeting, 'projects')}</div>
<h2>${words.claims}</h2>
${published(view, meeting)}
<h2>${words.sources}</h2>
${sourceList(meeting.sources)}
${neighbours(view, held.items, recordId)}`;
    return layout(asked, { title: nameOf(meeting), main, section: '/' });
  },
};

function facts(meeting: Meeting): Hole {
  const { place, mode, coChairs = [] } = dataOf(meeting);
  const chairs = coChairs.map(
    ({ name, role, side }) =>
      html`${String(name)}${[role, side].filter(Boolean).map((text) => html`<small>, ${text}</small>`)}<br>`,
  );
  const rows: [string, Hole][] = [
    [words.held, html`${dateOf(meeting)}${meeting.possible ? html` <small>${w.mayHaveBeen}</small>` : ''}`],
    [words.where, place],
    [words.mode, mode && words.modeOf(mode)],
    [words.coChairs, chairs.length > 0 ? chairs : undefined],
  ];
  return html`<dl class="diff">${rows.map(
    ([name, value]) =>
      value &&
      html`<dt>${name}</dt><dd>${value}</dd>
`,
  )}</dl>`;
}

const listOf = (
  view: View,
  { initiativeId, recordId }: Meeting,
  kind: 'mous' | 'projects',
  named?: boolean,
) =>
  view.link(`/initiatives/${initiativeId}/${kind}`, {
    meetingId: recordId,
    named,
    until: view.parameter('until'),
  });

function counted(view: View, meeting: Meeting, kind: 'mous' | 'projects'): Hole {
  const { total, undated } = meeting.counts[kind];
  const claim = meeting.claims.findLast(
    ({ metric, scope }) => metric === kind && scope === `meeting:${meeting.recordId}`,
  );
  const announced = claim
    ? words.claimed(w.qualified(claim.qualifier, claim.value), dateInWords(claim.occurredOn))
    : words.notAnnounced;
  const coverage = html`<a href="${view.link('/about')}#coverage">${words.coverage(meeting.coverage[kind])}</a>${undated ? ` · ${w.initiative.undated(undated)}` : ''}`;
  return figure(words[kind], total, listOf(view, meeting, kind), claimBeside(claim, announced), coverage);
}

/** Those that have a name, and how many there are beside them. */
function milestones(view: View, meeting: Meeting, kind: 'mous' | 'projects'): Hole {
  const { total, named } = meeting.counts[kind];
  const shown = meeting[kind].filter((record) => dataOf(record).title !== undefined).slice(0, namedMost);
  const unnamed = total - named;
  return html`<section><h2>${w.initiative[kind]}</h2>
<ul class="list">${shown.map(
    (
      record: ShownRecord,
    ) => html`<li>${recordLink(view, record)}${record.possible ? html` <small>${w.mayHaveBeen}</small>` : ''}<small>${parties(record)}</small></li>
`,
  )}${unnamed > 0 ? html`<li><a href="${listOf(view, meeting, kind, false)}">${words.unnamed(unnamed)}</a></li>` : ''}</ul>
${total === 0 ? html`<p class="soft">${words.none}</p>` : html`<p><a href="${listOf(view, meeting, kind)}">${words.all(total)}</a></p>`}</section>`;
}

const parties = (record: ShownRecord): string =>
  (dataOf(record).parties ?? []).map(({ name }) => String(name)).join('; ');

/** The claims about the meeting, then those that were made at it. */
function published(view: View, { claims, recordId }: Meeting): Hole {
  if (claims.length === 0) return html`<p class="soft">${words.noClaims}</p>`;
  const isOwn = ({ scope }: Claim) => scope === `meeting:${recordId}`;
  const ordered = [...claims.filter(isOwn), ...claims.filter((claim) => !isOwn(claim))];
  return html`<ul class="list">${ordered.map(
    (
      claim,
    ) => html`<li><a href="${view.link(`/initiatives/${claim.initiativeId}/records/${claim.recordId}`)}">${claimText(claim, recordId)}</a> ${statusTag(claim)} ${claim.recorded === undefined ? '' : html`<span class="soft">${words.recordedAs(claim.recorded)}</span>`}
${sourceList(claim.sources as Parameters<typeof sourceList>[0])}</li>
`,
  )}</ul>`;
}

/** The meetings before and after this one, in the order of the list. */
function neighbours(view: View, held: readonly ShownRecord[], recordId: string): Hole {
  const place = held.findIndex((meeting) => meeting.recordId === recordId);
  if (place === -1) return undefined;
  const [before, after] = [held[place - 1], held[place + 1]];
  const link = (meeting: ShownRecord, rel: string, name: string) =>
    html`<a href="${view.link(pathOf(meeting))}" rel="${rel}">${name}: ${shortNameOf(meeting)}</a>`;
  return html`<nav class="pager" aria-label="${w.initiative.meetingsTable}">${before && link(before, 'prev', words.before)} ${after && link(after, 'next', words.after)}</nav>`;
}

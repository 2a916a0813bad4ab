import { initiative as initiativeAnswer } from '../answers/initiatives.ts';
import { meetings } from '../answers/meetings.ts';
import type { Page } from '../answers/page.ts';
import { type Hole, html } from './html.ts';
import type { Initiative, Meetings } from './initiative-chart.ts';
import { layout } from './layout.ts';
import {
  asFiles,
  dataOf,
  dateOf,
  filtersOf,
  nameOf,
  pager,
  parametersOf,
  pathOf,
  shortNameOf,
} from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.initiative;

type Meeting = Meetings['items'][number];

/** All meetings of an initiative. */
export const meetingsPage: Page = {
  path: '/initiatives/:initiativeId/meetings',
  access: 'read',
  parameters: parametersOf(meetings),
  answer: meetings,
  async html(asked) {
    const view = new View(asked);
    const initiativeId = view.parameter('initiativeId') ?? '';
    const path = `/initiatives/${initiativeId}/meetings`;
    const filters = filtersOf(view, meetings);
    const initiative = await view.ask(initiativeAnswer, { initiativeId, until: view.parameter('until') });
    const held = await view.ask(meetings, { ...filters, initiativeId }, { after: view.parameter('after') });
    const main = html`<p class="trail"><a href="${view.link('/')}">${w.initiatives}</a> / <a href="${view.link(pathOf(initiative))}">${nameOf(initiative)}</a> / ${words.meetingsTable}</p>
<div class="lede"><h1>${words.meetingsTable}</h1><p class="soft">${asFiles(view, path, filters)}</p></div>
${meetingTable(view, initiative, held.items)}
${pager(view, path, filters, held.next)}`;
    return layout(asked, { title: `${words.meetingsTable}, ${nameOf(initiative)}`, main, section: '/' });
  },
};

/** Meetings with their figures, each of which opens what it counts, and what was claimed about them. */
export function meetingTable(
  view: View,
  { initiativeId, claims }: Initiative,
  items: readonly Meeting[],
): Hole {
  if (items.length === 0) return html`<p class="soft">${words.noMeetings}</p>`;
  const heads = words.columns;
  const until = view.parameter('until');
  const claimedOf = (id: string, metric: string) =>
    claims.findLast((claim) => claim.metric === metric && claim.scope === `meeting:${id}`);
  const cells = (meeting: Meeting, kind: 'mous' | 'projects') => {
    const { total } = meeting.counts[kind];
    const claim = claimedOf(meeting.recordId, kind);
    const isKnown = total > 0 || meeting.coverage[kind] !== 'unknown';
    const to = view.link(`/initiatives/${initiativeId}/${kind}`, { meetingId: meeting.recordId, until });
    return html`<td class="n">${isKnown ? html`<a href="${to}">${w.number(total)}</a>` : html`<span class="soft">${w.unknown}</span>`}</td><td class="n">${claim ? html`<span class="${claim.status}" title="${w.status(claim.status, claim.difference)}">${w.qualified(claim.qualifier, claim.value)}${claim.status === 'matches' ? '' : html` <small>${w.status(claim.status, claim.difference)}</small>`}</span>` : html`<span class="soft">–</span>`}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words.meetingsTable}"><table>
<caption>${words.meetingsCaption} <a href="${view.link('/about')}#coverage">${w.about}</a></caption>
<thead><tr><th scope="col">${heads.meeting}</th><th scope="col">${heads.held}</th><th scope="col" class="hide">${heads.place}</th><th scope="col" class="n">${heads.mous}</th><th scope="col" class="n">${heads.claimed}</th><th scope="col" class="n">${heads.projects}</th><th scope="col" class="n">${heads.claimed}</th><th scope="col" class="n">${heads.running}</th><th scope="col">${heads.named}</th></tr></thead>
<tbody>${items.map((meeting) => {
    const { place, mode } = dataOf(meeting);
    const { mous, projects } = meeting.counts;
    return html`<tr><th scope="row"><a href="${view.link(pathOf(meeting))}">${shortNameOf(meeting)}</a></th><td class="when">${dateOf(meeting)}${meeting.possible ? html` <small>${w.mayHaveBeen}</small>` : ''}</td><td class="hide">${place ?? (mode === 'virtual' ? w.online : '')}</td>${cells(meeting, 'mous')}${cells(meeting, 'projects')}<td class="n">${w.number(meeting.running.mous)}</td><td class="nowrap">${w.named(mous.named + projects.named, mous.total + projects.total)}</td></tr>
`;
  })}</tbody></table></div>`;
}

import { initiative as initiativeAnswer } from '../answers/initiatives.ts';
import { meetings as meetingsAnswer } from '../answers/meetings.ts';
import type { Page } from '../answers/page.ts';
import { initiativeParameter, moment, untilParameter } from '../answers/parameters.ts';
import { mous, projects } from '../answers/records.ts';
import { calendar } from './calendar.ts';
import { chartFigure } from './chart.ts';
import { dateInWords, dayInWords } from './dates.ts';
import { feed } from './feed.ts';
import { type Hole, html } from './html.ts';
import { chartData, chartText, type Initiative, initiativeChart, type Meetings } from './initiative-chart.ts';
import { layout } from './layout.ts';
import {
  claimBeside,
  claimText,
  dataOf,
  dateOf,
  figure,
  nameOf,
  pathOf,
  recordLink,
  shortNameOf,
  sourceLine,
  statusTag,
} from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.initiative;

type Claim = Initiative['claims'][number];
type Meeting = Meetings['items'][number];

/** An initiative at a glance: what is recorded, what is claimed, and each figure a way to what it counts. */
export const initiativePage: Page = {
  path: '/initiatives/:initiativeId',
  access: 'read',
  parameters: { ...initiativeParameter, ...moment, ...untilParameter },
  answer: initiativeAnswer,
  files: [feed, calendar, initiativeChart],
  async html(asked) {
    const view = new View(asked);
    const cut = { initiativeId: view.parameter('initiativeId'), until: view.parameter('until') };
    const initiative = await view.ask(initiativeAnswer, cut);
    const held = await view.ask(meetingsAnswer, cut, { limit: 1000 });
    const data = dataOf(initiative);
    const main = html`<p class="trail"><a href="${view.link('/')}">${words.trail}</a> / ${nameOf(initiative)}</p>
<div class="lede"><div><h1>${nameOf(initiative)}</h1>
<p class="soft">${about(initiative, data)}</p></div>
<p class="soft">${downloads(view, initiative.initiativeId)}</p></div>
${figures(view, initiative, held)}
<h2 id="totals">${words.chart}</h2>
${chart(initiative, held)}
<h2 id="meetings">${words.meetingsTable}</h2>
${meetingTable(view, initiative, held)}
<div class="columns"><section>${disagreements(view, initiative)}</section>
<section>${shares(view, initiative, 'year', initiative.byYear)}</section></div>
<div class="columns">${(['pillar', 'country'] as const)
      .map((name) => {
        const parts = name === 'pillar' ? initiative.byPillar : initiative.byCountry;
        return (
          parts.some(({ key }) => key !== null) &&
          html`<section>${shares(view, initiative, name, parts)}</section>`
        );
      })
      .map((part) => part || undefined)}</div>
<div class="columns">${await newest(view, cut)}</div>`;
    return layout(asked, { title: nameOf(initiative), main, section: '/' });
  },
};

function about(initiative: Initiative, { parties = [], pillars = [] }: ReturnType<typeof dataOf>): Hole {
  const since = initiative.occurredOn && words.since(dateInWords(initiative.occurredOn));
  return [since, parties.map(({ name }) => String(name)).join(', '), pillars.join(', ')]
    .filter(Boolean)
    .join(' · ');
}

function downloads(view: View, id: string): Hole {
  const ends = [
    ['JSON', view.link(`/initiatives/${id}.json`)],
    ['MoUs as CSV', view.link(`/v1/initiatives/${id}/mous`, { format: 'csv' })],
    ['projects as CSV', view.link(`/v1/initiatives/${id}/projects`, { format: 'csv' })],
  ] as const;
  return ends.map(([name, to], i) => html`${i > 0 ? ' · ' : ''}<a href="${to}">${name}</a>`);
}

/** The three great figures, each with its claim and the distance from it. */
function figures(
  view: View,
  { initiativeId, counts, claims, lastOccurrence }: Initiative,
  held: Meetings,
): Hole {
  const list = (kind: string) =>
    view.link(`/initiatives/${initiativeId}/${kind}`, { until: view.parameter('until') });
  const milestones = (kind: 'mous' | 'projects') => {
    const { total, named, atMeetings, outsideMeetings, possible } = counts[kind];
    const claim = newestClaim(claims, kind);
    // A claim stands beside what it speaks of.
    const ofMeetings = claim?.scope === 'meetings' && outsideMeetings > 0;
    const notes = [
      words.ofThem(named, total - named),
      outsideMeetings > 0 && held.items.length > 0
        ? ofMeetings
          ? words.moreOutside(outsideMeetings)
          : words.outside(outsideMeetings)
        : '',
      possible ? words.possible(possible) : '',
    ];
    const name = ofMeetings ? words.atMeetings[kind] : words[kind];
    return figure(name, ofMeetings ? atMeetings : total, list(kind), claimed(claim), joined(notes));
  };
  const missing = held.missingOrdinals.flatMap(({ series, missing }) =>
    missing.map((ordinal) => w.ordinal(ordinal, series ?? w.meeting)),
  );
  return html`<section class="figures" aria-label="${words.counts}">
${milestones('mous')}
${milestones('projects')}
${figure(
  words.meetings,
  counts.meetings.total,
  '#meetings',
  claimed(newestClaim(claims, 'meetings')),
  [
    missing.length === 0 ? (held.items.length > 0 ? words.complete : '') : words.missing(missing.join(', ')),
    lastOccurrence && held.items.length > 0 ? w.last(dayInWords(lastOccurrence)) : '',
  ]
    .filter(Boolean)
    .join(' · '),
)}
</section>`;
}

const claimed = (claim: Claim | undefined): Hole =>
  claimBeside(
    claim,
    claim
      ? w.claimed(w.qualified(claim.qualifier, claim.value), dateInWords(claim.occurredOn))
      : words.noClaim,
  );

const joined = (parts: (string | undefined)[]): string => parts.filter(Boolean).join(' · ');

/** Of the whole, or of what happened at meetings: the claim for the latest day. */
const newestClaim = (claims: readonly Claim[], metric: string): Claim | undefined =>
  claims.findLast((claim) => claim.metric === metric && /^(all|meetings)$/.test(claim.scope));

function chart(initiative: Initiative, held: Meetings): Hole {
  const data = chartData(initiative, held);
  return chartFigure(data, `${chartText(data)} ${words.figuresBelow}`);
}

function meetingTable(view: View, { initiativeId, claims }: Initiative, { items }: Meetings): Hole {
  if (items.length === 0) return html`<p class="soft">${words.noMeetings}</p>`;
  const heads = words.columns;
  const claimedOf = (id: string, metric: string) =>
    claims.findLast((claim) => claim.metric === metric && claim.scope === `meeting:${id}`);
  const cells = (meeting: Meeting, kind: 'mous' | 'projects') => {
    const { total } = meeting.counts[kind];
    const claim = claimedOf(meeting.recordId, kind);
    const isKnown = total > 0 || meeting.coverage[kind] !== 'unknown';
    const to = view.link(`/initiatives/${initiativeId}/${kind}`, { meetingId: meeting.recordId });
    return html`<td class="n">${isKnown ? html`<a href="${to}">${w.number(total)}</a>` : html`<span class="soft">${w.unknown}</span>`}</td><td class="n">${claim ? html`<span class="${claim.status}" title="${w.status(claim.status, claim.difference)}">${w.qualified(claim.qualifier, claim.value)}${claim.status === 'matches' ? '' : html` <small>${w.status(claim.status, claim.difference)}</small>`}</span>` : html`<span class="soft">–</span>`}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="meetings"><table>
<caption>${words.meetingsCaption}</caption>
<thead><tr><th scope="col">${heads.meeting}</th><th scope="col">${heads.held}</th><th scope="col" class="hide">${heads.place}</th><th scope="col" class="n">${heads.mous}</th><th scope="col" class="n">${heads.claimed}</th><th scope="col" class="n">${heads.projects}</th><th scope="col" class="n">${heads.claimed}</th><th scope="col" class="n">${heads.running}</th><th scope="col">${heads.named}</th></tr></thead>
<tbody>${items.map((meeting) => {
    const { place, mode } = dataOf(meeting);
    const { mous, projects } = meeting.counts;
    return html`<tr><th scope="row"><a href="${view.link(pathOf(meeting))}">${shortNameOf(meeting)}</a></th><td>${dateOf(meeting)}${meeting.possible ? html` <small>${w.mayHaveBeen}</small>` : ''}</td><td class="hide">${place ?? (mode === 'virtual' ? w.online : '')}</td>${cells(meeting, 'mous')}${cells(meeting, 'projects')}<td class="n">${w.number(meeting.running.mous)}</td><td>${w.named(mous.named + projects.named, mous.total + projects.total)}</td></tr>
`;
  })}</tbody></table></div>`;
}

function disagreements(view: View, { initiativeId, claims }: Initiative): Hole {
  const off = claims.filter(({ status }) => status === 'short' || status === 'over').reverse();
  const none = claims.length === 0 ? words.noClaims : words.allAddUp;
  return html`<h2>${words.dontAddUp}</h2>
${off.length === 0 ? html`<p class="soft">${none}</p>` : ''}
${off.slice(0, 8).map(
  (
    claim,
  ) => html`<p><a href="${view.link(`/initiatives/${initiativeId}/records/${claim.recordId}`)}">${claimText(claim)}</a> ${statusTag(claim)}<br><small>${claim.sources.slice(0, 1).map((source) => sourceLine(source as Parameters<typeof sourceLine>[0]))}</small></p>
`,
)}
${off.length > 0 ? html`<p><a href="${view.link(`/initiatives/${initiativeId}/claims`)}">${w.allClaims(claims.length)}</a></p>` : ''}`;
}

/** How the milestones divide; each number opens those that it counts. A year opens the page as it was at its end. */
function shares(view: View, { initiativeId }: Initiative, name: string, parts: Initiative['byYear']): Hole {
  const most = Math.max(1, ...parts.map(({ mous, projects }) => mous + projects));
  const path = `/initiatives/${initiativeId}`;
  return html`<h2>${words.by(name)}</h2>
<ul class="bars">${parts.slice(0, 20).map(({ key, mous, projects }) => {
    const isYear = name === 'year';
    const counted = (kind: 'mous' | 'projects', count: number): Hole => {
      if (count === 0) return undefined;
      const text = w[kind](count);
      if (key === null || isYear) return text;
      return html`<a href="${view.link(`${path}/${kind}`, { [name]: key })}">${text}</a>`;
    };
    const both = [
      counted('mous', mous),
      mous > 0 && projects > 0 ? ', ' : undefined,
      counted('projects', projects),
    ];
    const title = key === null ? words.notSaid : key;
    return html`<li><span>${key !== null && isYear ? html`<a href="${view.link(path, { until: key })}">${key}</a>` : title}</span><span>${both}</span><meter min="0" max="${most}" value="${mous + projects}" aria-label="${title}">${mous + projects}</meter></li>
`;
  })}</ul>`;
}

async function newest(
  view: View,
  cut: { initiativeId: string | undefined; until: string | undefined },
): Promise<Hole> {
  const lists = [];
  for (const [answer, title] of [
    [mous, words.mous],
    [projects, words.projects],
  ] as const) {
    const { items } = await view.ask(answer, { ...cut, named: true }, { limit: 10 });
    if (items.length === 0) continue;
    lists.push(
      html`<section><h2>${title}</h2><ul class="list">${items.map((item) => html`<li>${recordLink(view, item)} <small>${dateOf(item)}</small></li>`)}</ul></section>`,
    );
  }
  return lists;
}

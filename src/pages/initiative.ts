import { dataPackage } from '../answers/data-package.ts';
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
import { meetingTable } from './meetings.ts';
import {
  claimBeside,
  claimText,
  dataOf,
  dateOf,
  figure,
  nameOf,
  recordLink,
  sourceLine,
  statusTag,
} from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.initiative;

type Claim = Initiative['claims'][number];
/** The newest; the list of meetings has all. */
const meetingsMost = 40;
const namedMost = 10;
/** Of a way to divide. */
const sharesMost = 20;

/** An initiative at a glance: what is recorded, what is claimed, and each figure a way to what it counts. */
export const initiativePage: Page = {
  path: '/initiatives/:initiativeId',
  access: 'read',
  parameters: { ...initiativeParameter, ...moment, ...untilParameter },
  answer: initiativeAnswer,
  files: [dataPackage, feed, calendar, initiativeChart],
  async html(asked) {
    const view = new View(asked);
    const cut = { initiativeId: view.parameter('initiativeId') ?? '', until: view.parameter('until') };
    const initiative = await view.ask(initiativeAnswer, cut);
    const held = await view.ask(meetingsAnswer, cut, { limit: 1000 });
    const data = dataOf(initiative);
    const main = html`<p class="trail"><a href="${view.link('/')}">${words.trail}</a> / ${nameOf(initiative)}</p>
<div class="lede"><div><h1>${nameOf(initiative)}</h1>
<p class="soft">${about(initiative, data)}</p></div>
<p class="soft">${downloads(view, initiative.initiativeId)} · <a href="${view.address('/record', { initiativeId: initiative.initiativeId })}">${w.recording.title}</a> · <a href="${view.address(`/initiatives/${initiative.initiativeId}/import`)}">${w.importing.title}</a></p></div>
${figures(view, initiative, held)}
<h2 id="totals">${words.chart}</h2>
${chart(initiative, held)}
<h2 id="meetings">${words.meetingsTable}</h2>
${meetingTable(view, initiative, held.items.slice(-meetingsMost))}
${held.items.length > meetingsMost ? html`<p><a href="${view.link(`/initiatives/${initiative.initiativeId}/meetings`, { until: cut.until })}">${words.allMeetings(initiative.counts.meetings.total)}</a></p>` : ''}
<div class="columns"><section>${disagreements(view, initiative)}</section>
<section>${shares(view, initiative, 'year', initiative.byYear)}
<p><a href="${view.link(`/initiatives/${initiative.initiativeId}/counts`, { by: 'party', top: 20, until: cut.until })}">${w.countsPage.link}</a></p></section></div>
<div class="columns">${(['pillar', 'country'] as const)
      .map((name) => {
        const parts = name === 'pillar' ? initiative.byPillar : initiative.byCountry;
        return (
          parts.some(({ key }) => key !== null) &&
          html`<section>${shares(view, initiative, name, parts)}</section>`
        );
      })
      .map((part) => part || undefined)}</div>
<div class="columns">${await named(view, cut, initiative)}</div>`;
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
  const files = view.asked.alternates.flatMap(({ title, to }) =>
    title === undefined ? [] : [[title, view.asked.base + to] as const],
  );
  return [...ends, ...files].map(([name, to], i) => html`${i > 0 ? ' · ' : ''}<a href="${to}">${name}</a>`);
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
    const { total, named, atMeetings, outsideMeetings, possible, undated } = counts[kind];
    const claim = newestClaim(claims, kind);
    // A claim stands beside what it speaks of.
    const ofMeetings = claim?.scope === 'meetings' && outsideMeetings > 0;
    const notes = [
      total > 0 ? words.ofThem(named, total - named) : '',
      outsideMeetings > 0 && held.items.length > 0
        ? ofMeetings
          ? words.moreOutside(outsideMeetings)
          : words.outside(outsideMeetings)
        : '',
      possible ? words.possible(possible) : '',
      undated ? words.undated(undated) : '',
    ];
    const name = ofMeetings ? words.atMeetings[kind] : words[kind];
    // No list has those of all meetings alone: the table of meetings has their numbers.
    const [figureOf, to] = ofMeetings ? [atMeetings, '#meetings'] : [total, list(kind)];
    return figure(name, figureOf, to, claimed(claim), joined(notes));
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
    counts.meetings.undated ? words.undated(counts.meetings.undated) : '',
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

function disagreements(view: View, { initiativeId, claims, claimsLeftOut = 0 }: Initiative): Hole {
  const off = claims.filter(({ status }) => status === 'short' || status === 'over').reverse();
  const none = claims.length === 0 ? words.noClaims : words.allAddUp;
  return html`<h2>${words.dontAddUp}</h2>
${off.length === 0 ? html`<p class="soft">${none}</p>` : ''}
<ul class="list">${off.slice(0, 8).map(
    (
      claim,
    ) => html`<li><a href="${view.link(`/initiatives/${initiativeId}/records/${claim.recordId}`)}">${claimText(claim)}</a> ${statusTag(claim)}<small>${w.statedFor(dateInWords(claim.occurredOn))} · ${claim.sources.slice(0, 1).map((source) => sourceLine(source as Parameters<typeof sourceLine>[0]))}</small></li>
`,
  )}</ul>
${claims.length > 0 ? html`<p><a href="${view.link(`/initiatives/${initiativeId}/claims`)}">${w.allClaims(claims.length + claimsLeftOut)}</a></p>` : ''}`;
}

/** How the milestones divide; each number opens those that it counts. A year opens the page as it was at its end. */
function shares(view: View, { initiativeId }: Initiative, name: string, parts: Initiative['byYear']): Hole {
  const most = Math.max(1, ...parts.map(({ mous, projects }) => mous + projects));
  const path = `/initiatives/${initiativeId}`;
  const isYear = name === 'year';
  const shown = isYear
    ? parts.slice(-sharesMost)
    : parts.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, sharesMost);
  const left = parts.length - shown.length;
  return html`<h2>${words.by(name)}</h2>
${left > 0 ? html`<p class="soft">${words.sharesShown(isYear, shown.length, parts.length)}</p>` : ''}
<ul class="bars">${shown.map(({ key, mous, projects }) => {
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

/** What no key was said for stands last. */
const sizeOf = ({ key, mous, projects }: Initiative['byYear'][number]): number =>
  key === null ? -1 : mous + projects;

/** The first that have a name, and the way to all. */
async function named(
  view: View,
  cut: { initiativeId: string; until: string | undefined },
  { counts }: Initiative,
): Promise<Hole> {
  const lists = [];
  for (const [kind, answer] of [
    ['mous', mous],
    ['projects', projects],
  ] as const) {
    const { items } = await view.ask(answer, { ...cut, named: true }, { limit: namedMost });
    if (items.length === 0) continue;
    const all = view.link(`/initiatives/${cut.initiativeId}/${kind}`, { named: true, until: cut.until });
    lists.push(
      html`<section><h2>${words.namedOnes[kind]}</h2><ul class="list">${items.map((item) => html`<li>${recordLink(view, item)}<small>${dateOf(item)}</small></li>`)}</ul>
<p><a href="${all}">${words.allNamed(counts[kind].named)}</a></p></section>`,
    );
  }
  return lists;
}

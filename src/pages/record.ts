import type { Static } from 'typebox';
import { claimsOfInitiative } from '../answers/claims.ts';
import { history } from '../answers/history.ts';
import type { Page } from '../answers/page.ts';
import { moment, positionParameter, recordParameters } from '../answers/parameters.ts';
import { record as recordAnswer } from '../answers/records.ts';
import type { ClaimListAnswer, RecordAnswer } from '../answers/schemas.ts';
import { meetingAlone } from '../shapes/claim-scope.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { counted } from './claims.ts';
import { dateInWords, dayInWords } from './dates.ts';
import { inOrder, inWords, type Version, versionItem } from './diff.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { dataOf, dateOf, nameOf, outsideLink, pathOf, recordLink, sourceList, statusTag } from './parts.ts';
import { proofSection } from './proof.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.recordPage;
const versionsOnPage = 25;

type Shown = Omit<Static<typeof RecordAnswer>, 'asOf' | 'basis'>;
type Claim = Static<typeof ClaimListAnswer>['items'][number];

/** A record: what it says now, how it came to say so, and the proof. */
export const recordPage: Page = {
  path: '/initiatives/:initiativeId/records/:recordId',
  access: 'read',
  parameters: {
    ...recordParameters,
    ...moment,
    versionsTo: positionParameter('The newest version whose history is shown.', 1),
  },
  answer: recordAnswer,
  async html(asked) {
    const view = new View(asked);
    const path = { initiativeId: view.parameter('initiativeId'), recordId: view.parameter('recordId') };
    const record = await view.ask(recordAnswer, path);
    const latest = await versionsUpTo(view, record, record.version, versionsOnPage);
    const [newest] = latest;
    const to = Math.min(Number(view.parameter('versionsTo') ?? record.version), record.version);
    const versions = to === record.version ? latest : await versionsUpTo(view, record, to, versionsOnPage);
    const isWithdrawn = record.status === 'retracted';
    const { initiativeId } = record;
    const initiative = await view.ask(recordAnswer, { initiativeId, recordId: initiativeId });
    const own = pathOf(record);
    // What the ledger records of itself is nothing that an officer changes; and what is past is past.
    const isOwn = ['log', 'principal', 'party'].includes(record.kind);
    const isChangeable = !view.isPast && !isOwn;
    const main = html`<p class="trail"><a href="${view.link('/')}">${w.initiatives}</a> / ${recordLink(view, initiative)} / ${w.kind(record.kind)} ${record.recordId}</p>
<h1>${nameOf(record)}</h1>
<p class="soft">${[w.kind(record.kind), `${w.happened(record.kind)} ${dateOf(record)}`, words.versions(record.version)].join(' · ')}${own === asked.path ? '' : html` · <a href="${view.link(own)}">${words.ownPage}</a>`}${isChangeable ? html` · <a href="${view.address(`/initiatives/${initiativeId}/records/${record.recordId}/correct`)}">${w.recording.changeThis}</a>` : ''}</p>
${isWithdrawn ? withdrawn(latest) : ''}
${record.kind === 'claim' ? await comparison(view, record) : ''}
<div class="columns"><section><h2>${isWithdrawn ? words.saidBefore : words.says}</h2>${await facts(view, record)}</section>
<section><h2>${words.line}</h2>${lineOfTime(record, versions)}</section></div>
<h2>${words.sources}</h2>
${sourceList(record.sources)}
<h2 id="history">${w.history.title}</h2>
${olderAndNewer(view, record, versions)}
<h2 id="proof">${w.proof.title}</h2>
${newest ? proofSection(view, newest) : ''}`;
    return layout(asked, { title: nameOf(record), main, section: '/' });
  },
};

/** The newest versions up to one, the newest first. */
async function versionsUpTo(
  view: View,
  { initiativeId, recordId }: Shown,
  to: number,
  limit: number,
): Promise<Version[]> {
  const found: Version[] = [];
  // A page of long versions ends early.
  for (let after = Math.max(0, to - limit); after < to; after = found.at(-1)?.version ?? to) {
    const page = { after: String(after), limit: to - after };
    found.push(...(await view.ask(history, { initiativeId, recordId }, page)).versions);
  }
  return found.reverse();
}

/** A record that was taken back is never mistaken for one that stands. */
function withdrawn(latest: readonly Version[]): Hole {
  // Only an erasure of names may follow.
  const { code, text } = latest.find(({ type }) => type === 'RecordRetracted')?.reason ?? {};
  return html`<p class="withdrawn"><strong>${words.withdrawn}</strong> ${code && html`${w.reason(code)}: ${text} `}<span class="soft">${words.withdrawnText}</span></p>`;
}

async function comparison(view: View, record: Shown): Promise<Hole> {
  if (record.status === 'retracted') return html`<p class="soft">${words.notComparedNow}</p>`;
  const claim = await comparedClaim(view, record);
  if (!claim) return undefined;
  const { recorded, difference, possible = 0, previous } = claim;
  if (recorded === undefined || difference === undefined)
    return html`<p>${statusTag(claim)} ${words.notCompared}</p>`;
  const step = previous && [
    html`<a href="${view.link(`/initiatives/${record.initiativeId}/records/${previous.recordId}`)}">${words.previous(previous.value)}</a>`,
    ' ',
    previous.recordedIncrease === undefined
      ? words.stepClaimed(previous.claimedIncrease)
      : words.step(previous.claimedIncrease, previous.recordedIncrease),
  ];
  const figure = (name: string, value: Hole, note: Hole) =>
    html`<div class="figure"><h3>${name}</h3><b>${value}</b><small>${note}</small></div>
`;
  return html`<section class="figures" aria-label="${words.compared}">
${figure(words.claimed, w.qualified(claim.qualifier, claim.value), dateInWords(claim.occurredOn))}
${figure(words.recorded, counted(view, claim, recorded), possible > 0 ? words.possible(possible) : words.surely)}
${figure(words.difference, w.signed(difference), html`${statusTag(claim)} ${words.recordedLess}`)}
</section>${step && html`<p>${step}</p>`}`;
}

async function comparedClaim(view: View, record: Shown): Promise<Claim | undefined> {
  const { metric, scope } = dataOf(record);
  for (let after: string | undefined; ; ) {
    const { items, next } = await view.ask(
      claimsOfInitiative,
      { initiativeId: record.initiativeId, metric: [metric], scope: [scope] },
      { after, limit: 1000 },
    );
    const claim = items.find(({ recordId }) => recordId === record.recordId);
    if (claim || next === undefined) return claim;
    after = next;
  }
}

/** Each member of its data; what names another record leads there. */
async function facts(view: View, record: Shown): Promise<Hole> {
  const statusOf = new Map(record.references.map(({ recordId, status }) => [recordId, status]));
  const link = async (recordId: string): Promise<Hole> => {
    const { initiativeId } = record;
    const other = await view.ask(recordAnswer, { initiativeId, recordId });
    return html`${recordLink(view, other)}${words.status(statusOf.get(recordId) ?? other.status)}`;
  };
  const { meetingId, madeAt, renews, under, sameAs, scope, references, ...data } = {
    ...(record.data as Linking),
  };
  const meetingOfScope = meetingAlone(scope ?? '');
  const links: [string, Hole][] = [];
  if (meetingId) links.push(['meetingId', await link(meetingId)]);
  if (scope) links.push(['scope', meetingOfScope ? await link(meetingOfScope) : w.scope(scope)]);
  if (madeAt) links.push(['madeAt', await link(madeAt)]);
  if (renews) links.push(['renews', renews.recordId ? await link(renews.recordId) : renews.text]);
  for (const recordId of under ?? []) links.push(['under', await link(recordId)]);
  if (sameAs) {
    const to = view.link(`/initiatives/${sameAs.replace('/', '/records/')}`);
    links.push(['sameAs', html`<a href="${to}">${sameAs}</a>`]);
  }
  for (const { text, url } of references ?? []) links.push(['references', outsideLink(text, url)]);
  const members: [string, Hole][] = [
    ['occurredOn', dateOf(record)],
    ...Object.entries(data).map(([name, value]): [string, Hole] => [name, inWords(`/data/${name}`, value)]),
    ...links,
  ];
  return html`<dl class="facts">${inOrder(members, ([name]) => name).map(
    ([name, value]) =>
      html`<div><dt>${name === 'occurredOn' ? w.happened(record.kind) : w.field(`/data/${name}`)}</dt><dd>${value}</dd></div>
`,
  )}</dl>`;
}

/** The members of data that lead elsewhere. */
interface Linking {
  meetingId?: string;
  madeAt?: string;
  scope?: string;
  renews?: { recordId?: string; text?: string };
  under?: string[];
  sameAs?: string;
  references?: { text: string; url?: string }[];
}

/** What happened in the world and what was recorded of it, day by day. */
function lineOfTime(record: Shown, versions: readonly Version[]): Hole {
  const { validFrom, validUntil } = record.data as { validFrom?: string; validUntil?: string };
  const dated = (edtf: string | undefined, what: string) => {
    const span = edtf === undefined ? undefined : parseEdtf(edtf);
    if (edtf === undefined || span === undefined) return [];
    return [{ day: span.latest, when: dateInWords(edtf), what, kind: 'world' }];
  };
  const published = new Map(
    record.sources.flatMap(({ publisher, publishedOn }) =>
      dated(publishedOn, words.published(publisher)).map((one) => [`${one.when} ${one.what}`, one]),
    ),
  );
  const entries = [
    ...dated(record.occurredOn, w.happened(record.kind)),
    ...published.values(),
    ...dated(validFrom, words.validFrom),
    ...dated(validUntil, words.validUntil),
    ...versions.toReversed().map(({ recordedAt, type, version }) => ({
      day: recordedAt.slice(0, 10),
      when: dayInWords(recordedAt.slice(0, 10)),
      what: html`<a href="#v${version}">${words.inLedger(w.event(type), version)}</a>`,
      kind: 'ledger',
    })),
  ].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  return html`<ol class="line-of-time">${entries.map(
    ({
      when,
      what,
      kind,
    }) => html`<li class="${kind}"><span class="soft">${when}</span> <span>${what}</span></li>
`,
  )}</ol>`;
}

function olderAndNewer(view: View, { version }: Shown, versions: readonly Version[]): Hole {
  const [first, last] = [versions.at(0)?.version ?? 0, versions.at(-1)?.version ?? 0];
  const here = view.asked.path;
  const older =
    last > 1 &&
    html`<a href="${view.link(here, { versionsTo: last - 1 })}#history">${w.history.older(last - 1)}</a>`;
  const newer = first < version && html`<a href="${view.link(here)}#history">${w.history.newer}</a>`;
  return html`<ol class="versions" reversed start="${first}">${versions.map((one) => versionItem(view, one))}</ol>
${older || newer ? html`<p>${newer || ''} ${older || ''}</p>` : ''}`;
}

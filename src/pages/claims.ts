import type { Static } from 'typebox';
import { claims, claimsOfInitiative } from '../answers/claims.ts';
import type { Page } from '../answers/page.ts';
import { record } from '../answers/records.ts';
import type { ClaimListAnswer } from '../answers/schemas.ts';
import { scopeTerms } from '../shapes/claim-scope.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { dateInWords } from './dates.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { asFiles, chips, claimText, filtersOf, nameOf, pager, parametersOf, statusTag } from './parts.ts';
import { type Query, View } from './view.ts';
import { w } from './words.ts';

const words = w.claimsPage;

type Claim = Static<typeof ClaimListAnswer>['items'][number];

const statuses = ['matches', 'short', 'over', 'undecided', 'about', 'not-comparable'] as const;
const metrics = ['mous', 'projects', 'meetings'] as const;

/** Every published figure beside the computed one: of all initiatives, or of one. */
const listPage = (path: Page['path'], answer: typeof claims): Page => ({
  path,
  access: 'read',
  parameters: parametersOf(answer),
  answer,
  async html(asked) {
    const view = new View(asked);
    const initiativeId = view.parameter('initiativeId');
    const path = initiativeId === undefined ? '/claims' : `/initiatives/${initiativeId}/claims`;
    const filters = filtersOf(view, answer);
    const after = view.parameter('after');
    const parameters = { ...filters, ...(initiativeId !== undefined && { initiativeId }) };
    const { items, next, total } = await view.ask(answer, parameters, { after, count: after === undefined });
    const names = await initiativeNames(view, items, initiativeId);
    const trail =
      initiativeId === undefined
        ? undefined
        : html`<a href="${view.link('/')}">${w.initiatives}</a> / <a href="${view.link(`/initiatives/${initiativeId}`)}">${names.get(initiativeId)}</a> / ${words.title}`;
    const main = html`<p class="trail">${trail}</p><div class="lede"><div><h1>${total === undefined ? words.title : words.count(total)}</h1>
<p>${words.lede} <a href="${view.link('/about')}#claims">${words.rules}</a></p></div><p class="soft">${asFiles(view, path, filters)}</p></div>
${chips(view, path, filters, (name, value) => words.chosen(name, toldOf(name, value)))}
<dl class="diff facets">${choice(view, path, filters, 'status', statuses)}${choice(view, path, filters, 'metric', metrics)}${choice(view, path, filters, 'conflicting', ['true'])}</dl>
${table(view, items, initiativeId === undefined ? names : undefined)}
${pager(view, path, filters, next)}`;
    return layout(asked, { title: words.title, main, section: '/claims' });
  },
});

export const claimsPage = listPage('/claims', claims);
export const claimsOfInitiativePage = listPage('/initiatives/:initiativeId/claims', claimsOfInitiative);

async function initiativeNames(
  view: View,
  items: readonly Claim[],
  initiativeId: string | undefined,
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set([initiativeId ?? [], items.map((claim) => claim.initiativeId)].flat()))
    names.set(id, nameOf(await view.ask(record, { initiativeId: id, recordId: id })));
  return names;
}

function toldOf(name: string, value: string): string {
  if (name === 'status') return w.statusName(value);
  if (name === 'metric') return w.metric(value);
  return name === 'conflicting' && value === 'true' ? words.conflicting : value;
}

/** What a filter can be; the other filters stay. */
function choice(view: View, path: string, filters: Query, name: string, values: readonly string[]): Hole {
  const chosen = filters[name] === undefined ? undefined : String(filters[name]);
  const one = (value: string | undefined): Hole => {
    const text = value === undefined ? words.any : toldOf(name, value);
    return value === chosen
      ? html`<strong>${text}</strong>`
      : html`<a href="${view.link(path, { ...filters, [name]: value })}">${text}</a>`;
  };
  return html`<dt>${words.filter(name)}</dt><dd>${[undefined, ...values].map((value, i) => [i > 0 ? ' · ' : '', one(value)])}</dd>
`;
}

/** Each publisher has its own rows, in the list of all initiatives for each initiative. */
function table(view: View, items: readonly Claim[], names: ReadonlyMap<string, string> | undefined): Hole {
  if (items.length === 0) return html`<p class="soft">${words.none}</p>`;
  const heads = words.columns;
  const publisherOf = ({ sources }: Claim) => sources[0]?.publisher ?? words.noPublisher;
  const groups = Map.groupBy(items, (claim) => (names ? claim.initiativeId : '') + publisherOf(claim));
  const head = (claim: Claim): Hole =>
    html`<tr class="group"><th scope="rowgroup" colspan="6">${publisherOf(claim)}${names && html` <small><a href="${view.link(`/initiatives/${claim.initiativeId}`)}">${names.get(claim.initiativeId)}</a></small>`}</th></tr>
`;
  const row = (claim: Claim): Hole => {
    const { initiativeId, recordId, recorded, possible, previous } = claim;
    const step = previous && words.step(previous.claimedIncrease, previous.recordedIncrease);
    return html`<tr><th scope="row" class="wrap"><a href="${view.link(`/initiatives/${initiativeId}/records/${recordId}`)}">${claimText(claim)}</a></th><td class="when">${dateInWords(claim.occurredOn)}</td><td class="n">${w.qualified(claim.qualifier, claim.value)}</td><td class="n">${recorded === undefined ? html`<span class="soft">–</span>` : counted(view, claim, recorded)}${possible ? html`<br><small>${words.possible(possible)}</small>` : ''}</td><td>${statusTag(claim)}</td><td><small>${step}</small></td></tr>
`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${words.title}"><table>
<caption>${words.caption}</caption>
<thead><tr><th scope="col">${heads.claim}</th><th scope="col">${heads.date}</th><th scope="col" class="n">${heads.claimed}</th><th scope="col" class="n">${heads.recorded}</th><th scope="col">${heads.status}</th><th scope="col">${heads.step}</th></tr></thead>
${[...groups.values()].map((some) => html`<tbody>${some.slice(0, 1).map(head)}${some.map(row)}</tbody>`)}</table></div>`;
}

/** The filter of a list that a term of a scope is. */
const filterOf = new Map([
  ['all', 'all'],
  ['meeting', 'meetingId'],
  ...['pillar', 'zone', 'sector', 'instrument', 'country', 'party'].map((name) => [name, name] as const),
]);

/** The recorded figure, which opens what it counts where a list can have just that. */
export function counted(
  view: View,
  { initiativeId, metric, scope, occurredOn }: Claim,
  recorded: number,
): Hole {
  const terms = scopeTerms(scope);
  const filters = new Map(terms.map(({ name, value }) => [filterOf.get(name), value || undefined]));
  const path = `/initiatives/${initiativeId}/${metric}`;
  const until = parseEdtf(occurredOn)?.latest;
  // A list has one of each filter.
  const isListed = filters.size === terms.length && !filters.has(undefined);
  if (!isListed || !/^(mous|projects)$/.test(metric)) return w.number(recorded);
  return html`<a href="${view.link(path, { ...Object.fromEntries(filters), until })}">${w.number(recorded)}</a>`;
}

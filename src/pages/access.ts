import { Type } from 'typebox';
import { explained, explainedFor, holdersOf, roleTable } from '../answers/access.ts';
import type { Page } from '../answers/page.ts';
import { moment } from '../answers/parameters.ts';
import { Slug } from '../shapes/fields.ts';
import { InitiativeOrAll } from '../shapes/grant.ts';
import { instantInWords } from './dates.ts';
import { actorLink } from './diff.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { placeLink } from './me.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.accessPage;

/** Every right that a role can give. */
const rights = [...new Set(roleTable.flatMap((role) => role.rights))];

const Route = Type.Optional(Type.String({ maxLength: 300 }));

/** The roles, what each route needs, and why one may or may not do something. */
export const accessPage: Page = {
  path: '/access',
  access: 'principal',
  parameters: { route: Route, initiative: Type.Optional(InitiativeOrAll) },
  async html(asked) {
    const view = new View(asked);
    const [route, initiative] = [view.parameter('route'), view.parameter('initiative')];
    const { principal = words.you, grants } = asked.reader;
    const me = { principalId: principal, enabled: true, grants };
    const main = html`<h1>${words.title}</h1>
<p>${words.about} <a href="${view.address('/me')}">${words.toMe}</a> · <a href="${view.address('/access/who')}">${words.toWho}</a></p>
<h2 id="why">${words.why}</h2>
${route === undefined ? '' : answer(explained(me, asked.routes(), route, initiative), route)}
<form class="filters" action="${view.address('/access')}">${routeField(view)}${initiativeField(view)}<p><button>${words.ask}</button></p></form>
<h2 id="roles">${words.roles}</h2>
${roleRows()}
<h2 id="routes">${words.routes}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="routes"><table>
<thead><tr><th scope="col">${words.route}</th><th scope="col">${words.needs}</th></tr></thead>
<tbody>${asked.routes().map(
      ({
        method,
        path,
        access,
      }) => html`<tr><th scope="row" class="wrap"><code>${method} ${path}</code></th><td>${w.access(access)}</td></tr>
`,
    )}</tbody></table></div>`;
    return layout(asked, { title: words.title, main });
  },
};

/** For auditors: who had which right when, and why somebody may do something. */
export const whoPage: Page = {
  path: '/access/who',
  access: 'audit',
  parameters: {
    ...moment,
    right: Type.Optional(Type.Enum([...rights])),
    initiative: Type.Optional(InitiativeOrAll),
    principal: Type.Optional(Slug),
    route: Route,
  },
  async html(asked) {
    const view = new View(asked);
    const { right } = asked.parameters as { right?: (typeof rights)[number] };
    const [principal, route] = [view.parameter('principal'), view.parameter('route')];
    const initiative = view.parameter('initiative');
    const { store } = asked.ledger;
    const told =
      principal !== undefined && route !== undefined
        ? answer(await explainedFor(store, asked.routes(), principal, route, initiative), route, principal)
        : undefined;
    const held = right === undefined ? undefined : await holdersOf(store, asked.at, right, initiative ?? '*');
    const main = html`<p class="trail"><a href="${view.address('/access')}">${words.title}</a></p>
<h1>${words.whoTitle}</h1>
<h2 id="who">${words.who}</h2>
<form class="filters" action="${view.address('/access/who')}">${kept(view)}<label>${words.right} <select name="right">${rights.map((one) => html`<option value="${one}" ${one === right ? 'selected' : ''}>${one}</option>`)}</select></label>
${initiativeField(view)}<p><button>${words.ask}</button></p></form>
${held && holders(view, held)}
<h2 id="why">${words.whyOther}</h2>
${told}
<form class="filters" action="${view.address('/access/who')}">${kept(view)}<label>${words.principal} <input name="principal" value="${principal}" required pattern="[a-z0-9][a-z0-9\\-]*"></label>
${routeField(view)}${initiativeField(view)}<p><button>${words.ask}</button></p></form>
<p class="soft">${words.whyNow}</p>`;
    return layout(asked, { title: words.whoTitle, main });
  },
};

const kept = (view: View): Hole =>
  ['asOf', 'asOfPosition'].map((name) => {
    const value = view.parameter(name);
    return value && html`<input type="hidden" name="${name}" value="${value}">`;
  });

const routeField = (view: View): Hole =>
  html`<label>${words.route} <select name="route" required>${view.asked.routes().map(({ method, path }) => {
    const route = `${method} ${path}`;
    return html`<option ${view.parameter('route') === route ? 'selected' : ''}>${route}</option>`;
  })}</select></label>
`;

const initiativeField = (view: View): Hole =>
  html`<label>${words.initiative} <input name="initiative" value="${view.parameter('initiative')}" pattern="\\*|[a-z0-9][a-z0-9\\-]*"></label>
`;

function answer(
  { allowed, needs, explanation, rule }: ReturnType<typeof explained>,
  route: string,
  principal?: string,
): Hole {
  return html`<p class="${allowed ? 'allowed' : 'withdrawn'}"><strong>${words.outcome(allowed, principal)}</strong> <code>${route}</code> ${words.needing(w.access(needs))} ${explanation} ${rule ? html`<span class="soft">${words.by(w.rule(rule))}</span>` : ''}</p>`;
}

function roleRows(): Hole {
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="roles"><table>
<thead><tr><th scope="col">${words.role}</th>${rights.map((right) => html`<th scope="col">${right}</th>`)}</tr></thead>
<tbody>${roleTable.map(
    (
      row,
    ) => html`<tr><th scope="row">${row.role}</th>${rights.map((right) => html`<td>${row.rights.includes(right) ? words.yes : html`<span class="soft">${words.no}</span>`}</td>`)}</tr>
`,
  )}</tbody></table></div>
<p class="soft">${words.rolesAbout}</p>`;
}

function holders(view: View, held: Awaited<ReturnType<typeof holdersOf>>): Hole {
  if (held.length === 0) return html`<p>${words.nobody}</p>`;
  const size = view.asked.at.position;
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="who"><table>
<thead><tr><th scope="col">${words.principal}</th><th scope="col">${words.called}</th><th scope="col">${words.rule}</th><th scope="col">${words.since}</th><th scope="col">${words.given}</th><th scope="col">${w.proof.title}</th></tr></thead>
<tbody>${held.map(
    ({ principalId, label, rule, since }) =>
      html`<tr><th scope="row">${actorLink(view, principalId)}</th><td>${label ?? html`<span class="soft">${words.erased}</span>`}</td><td>${rule.role}, ${placeLink(view, rule.initiativeId)}</td><td><time datetime="${since.recordedAt}">${instantInWords(since.recordedAt)}</time></td><td><a href="${view.link(`/log/${since.eventId}`)}">${w.history.event(since.position)}</a> <small>${w.history.by} ${since.recordedBy}</small></td><td><a href="${view.address('/v1/log/proofs/inclusion', { position: since.position, size })}">JSON</a></td></tr>
`,
  )}</tbody></table></div>`;
}

import { rightsBy, tokenList } from '../answers/access.ts';
import type { Page } from '../answers/page.ts';
import { dayInWords, instantInWords } from './dates.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.mePage;

/** Who reads this, what they may do, and by which rules. */
export const mePage: Page = {
  path: '/me',
  access: 'principal',
  parameters: {},
  async html(asked) {
    const view = new View(asked);
    const { principal, open } = asked.reader;
    const title = open ? words.open : principal === undefined ? words.nobody : w.me(principal);
    const main = html`<h1>${title}</h1>
<p>${open ? words.openAbout : principal === undefined ? words.nobodyAbout : words.about}</p>
${open ? html`<p>${words.firstAdministrator} <code>ledger token create</code></p>` : ''}
${logInOrOut(view)}
<h2 id="rights">${words.rights}</h2>
${rightsTable(view)}
<p><a href="${view.address('/access')}">${words.toAccess}</a></p>
${principal === undefined ? '' : await tokens(view, principal)}`;
    return layout(asked, { title, main });
  },
};

function logInOrOut(view: View): Hole {
  const { canLogIn, principal } = view.asked.reader;
  if (!canLogIn) return undefined;
  // By a link: the policy of the page lets no form go to the provider.
  if (principal === undefined)
    return html`<p><a href="${view.address('/login', { return: '/me' })}">${w.logIn}</a></p>`;
  return html`<form class="inline" method="post" action="${view.address('/logout', { return: '/' })}"><button>${w.logOut}</button> <span class="soft">${words.logOutAbout}</span></form>`;
}

function rightsTable(view: View): Hole {
  const rights = rightsBy(view.asked.reader.grants);
  if (rights.length === 0) return html`<p class="soft">${words.none}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="rights"><table>
<thead><tr><th scope="col">${words.right}</th><th scope="col">${words.where}</th><th scope="col">${words.rule}</th></tr></thead>
<tbody>${rights.map(
    ({
      right,
      initiativeId,
      rule,
    }) => html`<tr><th scope="row">${right}</th><td>${placeLink(view, initiativeId)}</td><td>${w.rule(rule)}</td></tr>
`,
  )}</tbody></table></div>`;
}

/** An initiative where something holds, or all of them. */
export const placeLink = (view: View, initiativeId: string): Hole =>
  initiativeId === '*'
    ? w.everywhere
    : html`<a href="${view.link(`/initiatives/${initiativeId}`)}">${initiativeId}</a>`;

/** Programs are known by tokens. Their texts are kept nowhere. */
async function tokens(view: View, principal: string): Promise<Hole> {
  const mine = await tokenList(view.asked.ledger.store, principal);
  const heads = words.columns;
  const day = (instant: string) =>
    html`<time datetime="${instant}">${dayInWords(instant.slice(0, 10))}</time>`;
  return html`<h2 id="tokens">${words.tokens}</h2>
${
  mine.length === 0
    ? html`<p class="soft">${words.noTokens}</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="tokens"><table>
<thead><tr><th scope="col">${heads.label}</th><th scope="col">${heads.made}</th><th scope="col">${heads.ends}</th><th scope="col">${heads.used}</th><th scope="col">${heads.gives}</th></tr></thead>
<tbody>${mine.map(
        ({ label, createdAt, expires, revokedAt, usedAt, grants }) =>
          html`<tr><th scope="row">${label}</th><td>${day(createdAt)}</td><td>${revokedAt === null ? day(expires) : words.revoked(instantInWords(revokedAt))}</td><td>${usedAt === null ? words.never : instantInWords(usedAt)}</td><td>${grants ? grants.map(w.rule).join('; ') : words.allOfMine}</td></tr>
`,
      )}</tbody></table></div>`
}
<p class="soft">${words.tokensAbout} <code>POST /v1/tokens</code>, <code>DELETE /v1/tokens/{tokenId}</code></p>`;
}

import { Type } from 'typebox';
import { initiatives } from '../answers/initiatives.ts';
import { meetings as meetingsAnswer } from '../answers/meetings.ts';
import type { Page } from '../answers/page.ts';
import { Slug } from '../shapes/fields.ts';
import { assetPath } from './assets.ts';
import { field, fieldset, needsScript, recordingForm, sourceFields } from './forms.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { dateOf, nameOf, shortNameOf } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.recording;

/** Where officers record: an initiative, or what a press release says of one. */
export const recordingPage: Page = {
  path: '/record',
  access: 'read',
  parameters: { initiativeId: Type.Optional(Slug) },
  async html(asked) {
    const view = new View(asked);
    const { items } = await view.ask(initiatives, {}, { limit: 1000 });
    const initiativeId = view.parameter('initiativeId');
    const chosen = items.find((one) => one.initiativeId === initiativeId);
    const main = html`<h1>${chosen ? words.titleOf(nameOf(chosen)) : words.title}</h1>
${chosen ? html`<p><a href="${view.address(`/initiatives/${chosen.initiativeId}/import`)}">${w.importing.title}</a></p>` : ''}
${needsScript()}
${chosen ? await pressRelease(view, chosen.initiativeId) : start(view, items)}
<script type="module" src="${asked.base}${assetPath('forms.js')}"></script>`;
    return layout(asked, { title: words.title, main, section: '/record' });
  },
};

function start(view: View, items: readonly Parameters<typeof nameOf>[0][]): Hole {
  const { base } = view.asked;
  const choices = items.map(
    (one) =>
      html`<li><a href="${view.address('/record', { initiativeId: one.initiativeId })}">${nameOf(one)}</a></li>`,
  );
  const register = html`${fieldset(words.initiative, [
    { name: 'initiativeId', label: words.initiativeId, isRequired: true, hint: words.idHint },
    { name: 'name', label: words.initiativeName, isRequired: true },
    { name: 'occurredOn', label: words.since, hint: words.dateHint },
    { name: 'parties', label: words.parties, kind: 'long', hint: words.partiesHint },
    { name: 'pillars', label: words.pillars, kind: 'long', hint: words.onePerLine },
  ])}${fieldset(words.source, sourceFields)}`;
  return html`<h2>${words.choose}</h2>
${items.length > 0 ? html`<ul class="list">${choices}</ul>` : html`<p class="soft">${words.noInitiative}</p>`}
<h2>${words.register}</h2>
${recordingForm('initiative', 'register', base, '', register)}`;
}

/** In the order in which a press release is read. */
async function pressRelease(view: View, initiativeId: string): Promise<Hole> {
  const held = await view.ask(meetingsAnswer, { initiativeId }, { limit: 1000 });
  const choices = held.items.map(
    (meeting) => [meeting.recordId, `${shortNameOf(meeting)}, ${dateOf(meeting)}`] as const,
  );
  const fields = html`${fieldset(words.source, sourceFields, words.sourceNote)}
${fieldset(
  words.meeting,
  [
    {
      name: 'meetingId',
      label: words.whichMeeting,
      kind: [['', words.noMeeting], ['+', words.newMeeting], ...choices],
    },
    { name: 'newMeetingId', label: words.newMeetingId, hint: words.idHint },
    { name: 'series', label: words.series },
    { name: 'ordinal', label: words.ordinal, kind: 'integer' },
    { name: 'place', label: words.place },
  ],
  words.meetingNote,
)}
<fieldset><legend>${words.date}</legend>${field({ name: 'occurredOn', label: words.happenedOn, hint: words.dateHint, isRequired: true })}</fieldset>
${fieldset(
  words.numbers,
  [
    { name: 'mous', label: words.mouNumber, kind: 'integer' },
    { name: 'projects', label: words.projectNumber, kind: 'integer' },
  ],
  words.numbersNote,
)}
${fieldset(
  words.named,
  [
    { name: 'mouTitles', label: words.mouTitles, kind: 'long', hint: words.onePerLine },
    { name: 'projectTitles', label: words.projectTitles, kind: 'long', hint: words.onePerLine },
    { name: 'pillar', label: words.pillar },
  ],
  words.namedNote,
)}
${fieldset(
  words.claims,
  [
    { name: 'claimedMous', label: words.claimedMous, kind: 'integer' },
    { name: 'claimedProjects', label: words.claimedProjects, kind: 'integer' },
    { name: 'qualifier', label: words.qualifier, kind: [...words.qualifiers] },
    { name: 'scope', label: words.scope, kind: [...words.scopes] },
  ],
  words.claimsNote,
)}`;
  return recordingForm('press', 'press', view.asked.base, `/initiatives/${initiativeId}`, fields);
}

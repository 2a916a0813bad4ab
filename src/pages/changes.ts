import type { Static } from 'typebox';
import { changes } from '../answers/changes.ts';
import type { Page } from '../answers/page.ts';
import { record } from '../answers/records.ts';
import type { ChangesAnswer } from '../answers/schemas.ts';
import { instantInWords } from './dates.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { eventTable } from './log.ts';
import { asFiles, filtersOf, nameOf, pager, parametersOf } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.changesPage;

type Changes = Omit<Static<typeof ChangesAnswer>, 'asOf' | 'basis'>;
type Moved = Changes['items'][number]['moved'];

/** What moved the counts of an initiative between two moments: the figures before and after, and every event between. */
export const changesPage: Page = {
  path: '/initiatives/:initiativeId/changes',
  access: 'read',
  parameters: parametersOf(changes),
  answer: changes,
  async html(asked) {
    const view = new View(asked);
    const initiativeId = view.parameter('initiativeId');
    const cut = filtersOf(view, changes);
    const after = view.parameter('after');
    const initiative = await view.ask(record, { initiativeId, recordId: initiativeId });
    const changed = await view.ask(changes, { initiativeId, ...cut }, { after, limit: 50 });
    const { items, next } = changed;
    const title = words.title(nameOf(initiative));
    const main = html`<p class="trail"><a href="${view.link('/')}">${w.initiatives}</a> / <a href="${view.link(`/initiatives/${initiativeId}`)}">${nameOf(initiative)}</a></p>
<h1>${title}</h1>
<p class="soft">${between(changed)}</p>
${form(view)}
<h2 id="figures">${words.figures}</h2>
${figureTable(changed)}
${shareTable(changed)}
<h2>${words.events}</h2>
<p class="soft">${words.eventsAbout} ${asFiles(view, asked.path, cut)}</p>
${
  items.length === 0
    ? html`<p>${words.none}</p>`
    : eventTable(view, items, {
        head: words.movedAndWhy,
        cell: (i) => movedInWords(items[i]?.moved ?? {}),
      })
}
${pager(view, asked.path, cut, next)}`;
    return layout(asked, { title, main, section: '/' });
  },
};

const between = ({ from, to }: Changes): string =>
  words.between(
    from.position,
    from.recordedAt && instantInWords(from.recordedAt),
    to.position,
    to.recordedAt && instantInWords(to.recordedAt),
  );

function form(view: View): Hole {
  const kept = ['asOf', 'asOfPosition'].flatMap((name) => {
    const value = view.parameter(name);
    return value === undefined ? [] : [html`<input type="hidden" name="${name}" value="${value}">`];
  });
  return html`<form class="filters" action="${view.asked.base}${view.asked.path}">${kept}
<label>${words.from} <input name="from" value="${view.parameter('from')}" maxlength="40"></label>
<label>${words.to} <input name="to" value="${view.parameter('to')}" maxlength="40"></label>
<p><button>${w.show}</button> <span class="soft">${words.moments}</span></p></form>`;
}

/** Each figure before and after, with the distance. */
function figureTable({ before, after }: Changes): Hole {
  const rows = [
    [words.meetings, before.meetings.total, after.meetings.total],
    ...(['mous', 'projects'] as const).flatMap((kind) => {
      const [was, is] = [before[kind], after[kind]];
      return [
        [w.initiative[kind], was.total, is.total],
        [words.named(w.initiative[kind]), was.named, is.named],
        [words.atMeetings(w.initiative[kind]), was.atMeetings, is.atMeetings],
        [words.outsideMeetings(w.initiative[kind]), was.outsideMeetings, is.outsideMeetings],
        ...(was.undated || is.undated
          ? ([[words.undated(w.initiative[kind]), was.undated ?? 0, is.undated ?? 0]] as const)
          : []),
      ] as const;
    }),
  ] as const;
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="figures"><table>
<thead><tr><th scope="col">${words.figure}</th><th scope="col" class="n">${words.before}</th><th scope="col" class="n">${words.after}</th><th scope="col" class="n">${words.moved}</th></tr></thead>
<tbody>${rows.map(
    ([
      name,
      was,
      is,
    ]) => html`<tr><th scope="row" class="wrap">${name}</th><td class="n">${w.number(was)}</td><td class="n">${w.number(is)}</td><td class="n">${is === was ? html`<span class="soft">0</span>` : html`<strong>${w.signed(is - was)}</strong>`}</td></tr>
`,
  )}</tbody></table></div>`;
}

/** The parts that moved: of a year, a pillar and so on. */
function shareTable({ shares }: Changes): Hole {
  const moved = Object.keys(shares.after).flatMap((by) => {
    const [was, is] = [partsOf(shares.before, by), partsOf(shares.after, by)];
    return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
      const [before, after] = [was.get(key) ?? none, is.get(key) ?? none];
      if (before.mous === after.mous && before.projects === after.projects) return [];
      return [{ by, key, before, after }];
    });
  });
  if (moved.length === 0) return undefined;
  return html`<h2 id="parts">${words.parts}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="parts"><table>
<thead><tr><th scope="col">${words.part}</th><th scope="col" class="n">${words.mous}</th><th scope="col" class="n">${words.projects}</th></tr></thead>
<tbody>${moved.map(
    ({
      by,
      key,
      before,
      after,
    }) => html`<tr><th scope="row" class="wrap">${words.partOf(by, key)}</th><td class="n">${step(before.mous, after.mous)}</td><td class="n">${step(before.projects, after.projects)}</td></tr>
`,
  )}</tbody></table></div>`;
}

const step = (was: number, is: number): Hole =>
  was === is ? html`<span class="soft">${w.number(is)}</span>` : `${w.number(was)} → ${w.number(is)}`;

interface Part {
  key: string | null;
  mous: number;
  projects: number;
}
const none = { mous: 0, projects: 0 };

/** Of one dimension, whose names are those of the answer. */
const partsOf = (shares: object, by: string): Map<string | null, Part> =>
  new Map(((shares as { [by: string]: Part[] })[by] ?? []).map((part) => [part.key, part]));

/** How one event moved the figures: the counts, and below them the parts that have a name. */
function movedInWords(moved: Moved): Hole {
  const each = ({ mous, projects }: { mous: number; projects: number }) =>
    [
      mous === 0 ? '' : `${words.count('mous')} ${w.signed(mous)}`,
      projects === 0 ? '' : `${words.count('projects')} ${w.signed(projects)}`,
    ]
      .filter(Boolean)
      .join(', ');
  const [counts, parts]: [string[], string[]] = [[], []];
  for (const [name, by] of Object.entries(moved))
    if (typeof by === 'number') counts.push(`${words.count(name)} ${w.signed(by)}`);
    else
      for (const part of by as Part[])
        if (part.key !== null) parts.push(`${words.partOf(name, part.key)}: ${each(part)}`);
  return html`${counts.join(', ')}${parts.length === 0 ? '' : html`${counts.length > 0 ? html`<br>` : ''}<small>${parts.join('; ')}</small>`}`;
}

import type { Page } from '../answers/page.ts';
import { recordParameters } from '../answers/parameters.ts';
import { record as recordAnswer } from '../answers/records.ts';
import { assetPath } from './assets.ts';
import { type Field, fieldset, needsScript, reasonFields, recordingForm, sourceFields } from './forms.ts';
import { html } from './html.ts';
import { layout } from './layout.ts';
import { nameOf, pathOf } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.recording;

/** The members of each kind that the form has; all others are corrected over the API. */
const members = new Map<string, readonly (readonly [name: string, kind?: Field['kind']])[]>([
  ['initiative', [['name'], ['description', 'long']]],
  ['meeting', [['name'], ['series'], ['ordinal', 'integer'], ['place'], ['mode', words.modes]]],
  [
    'mou',
    [
      ['title', 'long'],
      ['meetingId'],
      ['pillar'],
      ['sector'],
      ['zone'],
      ['instrument'],
      ['validFrom'],
      ['validUntil'],
    ],
  ],
  ['claim', [['metric'], ['value', 'integer'], ['qualifier', words.qualifiers], ['scope'], ['label']]],
]);

/** Where a record is corrected, supported by evidence, taken back or reinstated. */
export const correctingPage: Page = {
  path: '/initiatives/:initiativeId/records/:recordId/correct',
  access: 'read',
  parameters: { ...recordParameters },
  async html(asked) {
    const view = new View(asked);
    const { initiativeId, recordId } = {
      initiativeId: view.parameter('initiativeId'),
      recordId: view.parameter('recordId'),
    };
    const record = await view.ask(recordAnswer, { initiativeId, recordId });
    const { base } = asked;
    const path = `/initiatives/${record.initiativeId}`;
    const more = { recordid: record.recordId, version: String(record.version) };
    const data = record.data as { [name: string]: unknown };
    const kind = record.kind === 'project' ? 'mou' : record.kind;
    const fields: Field[] = [
      {
        name: 'occurredOn',
        label: words.happenedOn,
        value: record.occurredOn,
        hint: words.dateHint,
        path: '/occurredOn',
      },
      ...(members.get(kind) ?? []).map(([name, of]) => ({
        name,
        label: words.member(name),
        value: data[name] as string | number | undefined,
        path: `/data/${name}`,
        ...(of !== undefined && { kind: of }),
      })),
    ];
    const forms =
      record.status === 'standing'
        ? html`<h2 id="correct">${words.correct}</h2>
${recordingForm('correction', 'correction', base, path, html`${fieldset(words.saysNow, fields, words.correctNote)}${fieldset(words.why, reasonFields)}${fieldset(words.source, prefixed('correction', sourceFields))}`, more)}
<h2 id="evidence">${words.evidence}</h2>
${recordingForm('evidence', 'evidence-form', base, path, fieldset(words.source, prefixed('evidence', sourceFields)), more)}
<h2 id="take-back">${words.takeBack}</h2>
${recordingForm('retraction', 'retraction', base, path, fieldset(words.why, prefixed('retraction', reasonFields), words.takeBackNote), more)}`
        : html`<h2>${words.reinstate}</h2>
${recordingForm('reinstatement', 'reinstatement', base, path, fieldset(words.why, prefixed('reinstatement', reasonFields)), more)}`;
    const main = html`<p class="trail"><a href="${view.link(pathOf(record))}">${nameOf(record)}</a></p>
<h1>${words.change}</h1>
${needsScript()}
${forms}
<script type="module" src="${base}${assetPath('forms.js')}"></script>`;
    return layout(asked, { title: words.change, main, section: '/record' });
  },
};

/** Several forms on a page have fields of the same meaning, and each its own id. */
const prefixed = (prefix: string, fields: readonly Field[]): Field[] =>
  fields.map((field) => ({ ...field, name: `${prefix}-${field.name}` }));

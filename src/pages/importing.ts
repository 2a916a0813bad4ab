import { initiative as initiativeAnswer } from '../answers/initiatives.ts';
import type { Page } from '../answers/page.ts';
import { initiativeParameter } from '../answers/parameters.ts';
import { assetPath } from './assets.ts';
import { type Field, field, fieldset, reasonFields, sourceFields } from './forms.ts';
import { type Hole, html } from './html.ts';
import { layout } from './layout.ts';
import { nameOf } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.importing;

/** Where officers bring in a list: a file, how it is read, what it would change, and then exactly that. */
export const importPage: Page = {
  path: '/initiatives/:initiativeId/import',
  access: 'record',
  parameters: { ...initiativeParameter },
  async html(asked) {
    const view = new View(asked);
    const { base } = asked;
    const initiative = await view.ask(initiativeAnswer, { initiativeId: view.parameter('initiativeId') });
    const path = `/initiatives/${initiative.initiativeId}`;
    const main = html`<p class="trail"><a href="${view.address(path)}">${nameOf(initiative)}</a></p>
<h1>${words.title}</h1>
<noscript><p>${words.needsScript}</p>
<pre><code>${words.command(initiative.initiativeId)}</code></pre></noscript>
<p class="soft">${words.about}</p>
${form(base, path)}
<script type="module" src="${base}${assetPath('import.js')}"></script>`;
    return layout(asked, { title: words.titleOf(nameOf(initiative)), main, section: '/record' });
  },
};

const form = (base: string, path: string): Hole =>
  html`<form class="recording" id="import" data-base="${base}" data-path="${path}" data-texts="${JSON.stringify(words.script)}" data-fields="${JSON.stringify(words.fields)}" hidden>
<h2>${words.file}</h2>
<p class="field"><label for="file">${words.chooseFile} <small>${w.recording.required}</small></label><input type="file" id="file" name="file" accept=".csv,.tsv,.txt,.xlsx,.ods,.ndjson,.jsonl" required aria-describedby="file-hint"><small id="file-hint">${words.fileHint}</small></p>
<div id="looked" class="outcome" role="status"></div>
<section id="reading" hidden>
<h2>${words.mapping}</h2>
<p class="soft">${words.mappingAbout}</p>
<div id="questions"></div>
<div id="settings"></div>
<div id="fields"></div>
<p><button type="button" id="again">${words.again}</button></p>
<h3 id="rows-head">${words.rows}</h3>
<div id="rows" class="scroll" tabindex="0" role="region" aria-labelledby="rows-head"></div>
<details><summary>${words.asText}</summary>
<p class="field"><label for="mapping">${words.mappingText}</label><textarea id="mapping" rows="14" spellcheck="false" aria-describedby="mapping-fault"></textarea></p>
<p id="mapping-fault" class="warnings" role="status"></p>
<p><button type="button" id="save">${words.save}</button></p>
<p class="field"><label for="load">${words.load}</label><input type="file" id="load" accept=".json"></p></details>
</section>
<h2>${words.what}</h2>
${field({ name: 'mode', label: words.mode, kind: words.modes })}
<div id="syncing">
<fieldset id="keys"><legend>${words.key}</legend></fieldset>
${fieldset(words.why, [...reasonFields.map(published), { name: 'missing', label: words.missing, kind: words.missings }])}
${fieldset(w.recording.source, sourceFields.map(notRequired), words.sourceNote)}
</div>
<p><button name="step" value="preview">${w.recording.preview}</button> <button type="button" id="record" class="main" disabled>${words.record}</button> <button type="button" id="cancel" hidden>${words.cancel}</button></p>
<p id="working" hidden><progress aria-label="${words.working}"></progress> <span></span></p>
<div id="report" class="outcome" role="status" tabindex="-1"></div>
</form>`;

const notRequired = ({ isRequired: _, ...field }: Field): Field => field;

/** A list was changed by who keeps it; nothing of it is a duplicate of another record. */
const published = (field: Field): Field =>
  field.name === 'reasonCode'
    ? {
        ...field,
        kind: w.recording.reasons.filter(([code]) => code !== 'duplicate'),
        value: 'publisher-changed',
      }
    : field;

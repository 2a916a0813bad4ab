import { type Hole, html } from './html.ts';
import { w } from './words.ts';

const words = w.recording;

/** A field of a form that records; its script reads it by name, and path says which member of a record it is. */
export interface Field {
  name: string;
  label: string;
  value?: string | number | undefined;
  hint?: string;
  /** integer: a number; long: several lines. */
  kind?: 'integer' | 'long' | readonly (readonly [value: string, text: string])[];
  isRequired?: boolean;
  /** A JSON pointer into the record, such as /data/title. */
  path?: string;
}

export function field({ name, label, value, hint, kind, isRequired, path }: Field): Hole {
  const id = `field-${name}`;
  const marks = html`id="${id}" name="${name}"${path ? html` data-path="${path}"` : ''}${kind === 'integer' ? html` data-integer` : ''}${isRequired ? html` required` : ''}${hint ? html` aria-describedby="${id}-hint"` : ''}`;
  const control =
    kind === 'long'
      ? html`<textarea ${marks} rows="5">${value}</textarea>`
      : typeof kind === 'object'
        ? html`<select ${marks}>${kind.map(([of, text]) => html`<option value="${of}"${of === String(value ?? '') ? html` selected` : ''}>${text}</option>`)}</select>`
        : html`<input ${marks}${kind === 'integer' ? html` inputmode="numeric" pattern="[0-9]+"` : ''} value="${value}">`;
  return html`<p class="field"><label for="${id}">${label}${isRequired ? html` <small>${words.required}</small>` : ''}</label>${control}${hint ? html`<small id="${id}-hint">${hint}</small>` : ''}</p>
`;
}

export const fieldset = (legend: string, fields: readonly Field[], note?: string): Hole =>
  html`<fieldset><legend>${legend}</legend>${note ? html`<p class="soft">${note}</p>` : ''}${fields.map(field)}</fieldset>
`;

/** Where it is known from, which every form asks for. */
export const sourceFields: readonly Field[] = [
  { name: 'publisher', label: words.publisher, isRequired: true },
  { name: 'sourceTitle', label: words.sourceTitle },
  { name: 'url', label: words.url },
  { name: 'publishedOn', label: words.publishedOn, hint: words.dateHint },
  { name: 'quote', label: words.quote, kind: 'long' },
];

export const reasonFields: readonly Field[] = [
  { name: 'reasonCode', label: words.reasonCode, kind: [...words.reasons] },
  { name: 'reasonText', label: words.reasonText, isRequired: true },
];

/**
 * A form whose script shows what it would record before it does. what: which events the script makes of the fields; path: where
 * they are posted, or the path without the id of the initiative, which is a field then.
 */
export function recordingForm(
  what: string,
  id: string,
  base: string,
  path: string,
  fields: Hole,
  more: { [name: string]: string } = {},
): Hole {
  const data = Object.entries(more).map(([name, value]) => html` data-more-${name}="${value}"`);
  return html`<form class="recording" id="${id}" data-records="${what}" data-base="${base}" data-path="${path}"${data} data-texts="${JSON.stringify(words.script)}" hidden>
${fields}
<p><button name="step" value="preview">${words.preview}</button> <button name="step" value="record" class="main" disabled>${words.record}</button></p>
<div class="outcome" role="status"></div>
</form>`;
}

export const needsScript = (): Hole => html`<noscript><p class="soft">${words.needsScript}</p></noscript>`;

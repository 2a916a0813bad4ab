/*
 * A list is brought in: the ledger looks at the file and proposes how to read it, tells what would change, and records exactly what it
 * told. The file and the mapping stay in the page whatever is answered.
 */

import { element, filled, save } from './dom.ts';
import {
  type ImportReport,
  importReport,
  type Places,
  type ReportTexts,
  type SyncReport,
  syncReport,
} from './import-report.ts';
import { hasField } from './mapping.ts';
import {
  columnsIn,
  type Looked,
  MappingEditor,
  type MappingTexts,
  nothing,
  type OfferedField,
} from './mapping-editor.ts';
import { type Answer, mediaTypeOf, Sender, type SendingTexts } from './sending.ts';

interface Texts extends MappingTexts, ReportTexts, SendingTexts {
  column: string;
  row: string;
  looking: string;
  looked: string;
  lookedEvents: string;
  noFile: string;
  wrongFile: string;
  emptyFile: string;
  sending: string;
  refused: string;
  whatToDo: string;
  at: string;
  keyMember: string;
  keyRecordId: string;
  keyColumn: string;
  noKey: string;
  changedSince: string;
  earlier: string;
  more: string;
  csv: string;
  see: string;
  seeLog: string;
  undo: string;
}

/** Items of a preview that are shown together. */
const itemsShown = 50;

class ImportPage {
  readonly #form: HTMLFormElement;
  readonly #texts: Texts;
  readonly #places: Places;
  /** Of the API. */
  readonly #url: string;
  readonly #editor: MappingEditor;
  readonly #sender: Sender;
  readonly #record = part<HTMLButtonElement>('record');
  readonly #looked = part('looked');
  readonly #report = part('report');
  /** The hash of the preview that is shown, and the query that it answers; in an import without a hash. */
  #shown: { hash?: string; query: URLSearchParams } | undefined;

  constructor(form: HTMLFormElement) {
    this.#form = form;
    const { texts = '', fields = '', base = '', path = '' } = form.dataset;
    this.#texts = JSON.parse(texts) as Texts;
    this.#places = { base, path: base + path, log: `${base}/log?initiativeId=${path.split('/').at(-1)}` };
    this.#url = `${base}/v1${path}`;
    this.#editor = new MappingEditor(
      this.#texts,
      JSON.parse(fields) as OfferedField[],
      (how) => void this.#look(how),
    );
    this.#sender = new Sender(this.#texts, `${base}/v1${path}`);
    part('file').addEventListener('change', () => void this.#chosen());
    part('again').addEventListener('click', () => void this.#look('read'));
    part('save').addEventListener('click', () =>
      save('mapping.json', new Blob([this.#editor.text], { type: 'application/json' })),
    );
    part('load').addEventListener('change', () => void this.#loaded());
    part('cancel').addEventListener('click', () => this.#sender.cancel());
    this.#record.addEventListener('click', () => void this.#do());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#preview(0);
    });
    // What is recorded is what was shown last.
    for (const kind of ['input', 'change']) form.addEventListener(kind, () => this.#outdated());
    part('mapping').addEventListener('change', () => this.#showKeys());
    part('field-mode').addEventListener('change', () => this.#showMode());
    this.#showMode();
    form.hidden = false;
  }

  get #file(): File | undefined {
    return part<HTMLInputElement>('file').files?.[0];
  }

  get #isSync(): boolean {
    return this.#read('mode') === 'sync';
  }

  #read(name: string): string {
    return (this.#form.elements.namedItem(name) as HTMLInputElement | null)?.value.trim() ?? '';
  }

  #outdated(): void {
    this.#record.disabled = true;
    this.#shown = undefined;
  }

  async #chosen(): Promise<void> {
    part('reading').hidden = true;
    this.#report.replaceChildren();
    delete this.#report.dataset['outcome'];
    this.#editor.show(nothing, '');
    if (!this.#checked()) return;
    if (this.#isTable) await this.#look('proposed');
    else say(this.#looked, 'preview', [this.#texts.lookedEvents]);
  }

  get #isTable(): boolean {
    return mediaTypeOf(this.#file) !== 'application/x-ndjson';
  }

  /** Whether a file is chosen that can be sent; otherwise the page says what is wrong with it. */
  #checked(): boolean {
    const { noFile, wrongFile, emptyFile } = this.#texts;
    const file = this.#file;
    const fault = !file
      ? noFile
      : mediaTypeOf(file) === undefined
        ? filled(wrongFile, { name: file.name })
        : file.size === 0
          ? filled(emptyFile, { name: file.name })
          : undefined;
    if (fault !== undefined) say(this.#looked, 'refused', [fault]);
    return fault === undefined;
  }

  /** Has the ledger read the table: by the mapping, or with a new proposal for what is known of its encoding and sheet. */
  async #look(how: 'read' | 'proposed'): Promise<void> {
    if (!this.#checked()) return;
    say(this.#looked, 'checking', [this.#texts.looking]);
    const { encoding, sheet } = this.#editor.mapping ?? {};
    const known = { ...(encoding !== undefined && { encoding }), ...(sheet !== undefined && { sheet }) };
    const begun = Object.keys(known).length > 0 ? JSON.stringify({ ...known, columns: {} }) : '';
    const sent = how === 'read' ? this.#editor.text : begun;
    const answer = await this.#sent('/import/preview', new URLSearchParams(), sent);
    // Another encoding, sheet or header may be what is missing.
    part('reading').hidden = false;
    if (!answer.ok) return this.#refused(this.#looked, answer);
    const looked = (await answer.response.json()) as Looked;
    const { mapping, questions } = looked;
    const columns = columnsIn(looked);
    const rows = looked.rows.map(({ line, cells = [], faults }) => ({
      line,
      cells,
      faults: faults.map(({ detail }) => detail),
    }));
    this.#editor.show(
      { columns, rows, questions: mapping === undefined ? this.#editor.look.questions : questions },
      mapping ?? (how === 'read' ? this.#editor.text : ''),
    );
    say(this.#looked, 'preview', [filled(this.#texts.looked, { columns: columns.length })]);
  }

  async #loaded(): Promise<void> {
    const input = part<HTMLInputElement>('load');
    const [file] = input.files ?? [];
    if (!file) return;
    this.#editor.text = await file.text();
    // The same file may be chosen again.
    input.value = '';
    await this.#look('read');
  }

  #showMode(): void {
    const isSync = this.#isSync;
    part('syncing').hidden = !isSync;
    const reason = this.#form.elements.namedItem('reasonText') as HTMLInputElement;
    reason.required = isSync;
    this.#showKeys();
  }

  #showKeys(): void {
    const { mapping, look } = this.#editor;
    const { keyMember, keyRecordId, keyColumn } = this.#texts;
    const isOwn = !mapping || mapping.columns !== undefined;
    const keys = part('keys');
    const before = new Set(this.#keys);
    const isFirst = keys.querySelector('input') === null;
    const offered: [value: string, label: string][] = [
      ...(isOwn || hasField(mapping, 'data.externalId')
        ? [['externalId', keyMember] as [string, string]]
        : []),
      ...(isOwn || hasField(mapping, 'recordId') ? [['recordId', keyRecordId] as [string, string]] : []),
      ...look.columns.map((column): [string, string] => [column, filled(keyColumn, { column })]),
    ];
    const isUnsaid = isFirst || !offered.some(([value]) => before.has(value));
    const boxes = offered.map(([value, label], place) =>
      element(
        'label',
        { class: 'check', for: `key-${place}` },
        element('input', {
          type: 'checkbox',
          id: `key-${place}`,
          name: 'key',
          value,
          checked: isUnsaid ? value === 'externalId' : before.has(value),
        }),
        ` ${label}`,
      ),
    );
    keys.replaceChildren(...[keys.querySelector('legend')].filter((one) => one !== null), ...boxes);
  }

  get #keys(): string[] {
    return [...document.querySelectorAll<HTMLInputElement>('#keys input:checked')].map(({ value }) => value);
  }

  /** What the form asks of the ledger, without expect and after. */
  #query(): URLSearchParams {
    if (!this.#isSync) return new URLSearchParams();
    const source = Object.fromEntries(
      [
        ['publisher', this.#read('publisher')],
        ['title', this.#read('sourceTitle')],
        ['url', this.#read('url')],
        ['publishedOn', this.#read('publishedOn')],
        ['quote', this.#read('quote')],
      ].filter(([, text]) => text !== ''),
    );
    return new URLSearchParams([
      ...this.#keys.map((key) => ['key', key]),
      ['reason', this.#read('reasonText')],
      ['reasonCode', this.#read('reasonCode')],
      ['missing', this.#read('missing')],
      ...(Object.keys(source).length > 0 ? [['source', JSON.stringify(source)]] : []),
    ]);
  }

  async #preview(after: number, notice?: string): Promise<void> {
    if (!this.#checked()) return;
    const isSync = this.#isSync;
    if (isSync && this.#keys.length === 0) return say(this.#report, 'refused', [this.#texts.noKey]);
    const query = this.#query();
    this.#outdated();
    say(this.#report, 'checking', [this.#texts.sending]);
    const page = { limit: String(itemsShown), after: String(after) };
    const answer = await this.#sent(...this.#target(query, isSync ? page : { dryRun: 'true' }));
    if (!answer.ok) return this.#refused(this.#report, answer);
    const report = await answer.response.json();
    this.#report.dataset['outcome'] = 'preview';
    this.#report.replaceChildren(
      ...(notice === undefined ? [] : [element('p', { class: 'note' }, notice)]),
      ...(isSync
        ? [
            ...syncReport(report as SyncReport, this.#texts, this.#places),
            this.#pager(after, (report as SyncReport).next),
          ]
        : importReport(report as ImportReport, false, this.#texts, this.#places)),
      ...this.#csv(report.faults.length > 0, query),
    );
    this.#shown = { query, ...(isSync && { hash: (report as SyncReport).hash }) };
    this.#record.disabled = (isSync ? report.events : report.recorded) === 0;
  }

  async #do(): Promise<void> {
    const shown = this.#shown;
    if (!shown) return;
    const { hash, query } = shown;
    this.#record.disabled = true;
    const answer = await this.#sent(
      ...this.#target(query, hash === undefined ? {} : { expect: hash, limit: '1' }),
    );
    this.#report.focus();
    if (!answer.ok) {
      if (answer.problem?.code === 'plan-changed') return this.#preview(0, this.#texts.changedSince);
      return this.#refused(this.#report, answer);
    }
    const report = await answer.response.json();
    this.#shown = undefined;
    this.#report.dataset['outcome'] = 'recorded';
    const { correlationId } = report as Partial<SyncReport>;
    const { see, seeLog, undo } = this.#texts;
    const isUndoable = correlationId !== undefined && report.recorded > 0;
    this.#report.replaceChildren(
      ...(hash === undefined
        ? importReport(report as ImportReport, true, this.#texts, this.#places)
        : syncReport(report as SyncReport, this.#texts, this.#places)),
      ...this.#csv(report.faults.length > 0, query),
      element(
        'p',
        {},
        element('a', { href: this.#places.path }, see),
        ' · ',
        element('a', { href: this.#places.log }, seeLog),
      ),
      ...(isUndoable
        ? [element('p', { class: 'soft' }, filled(undo, { id: correlationId, path: this.#url }))]
        : []),
    );
  }

  #target(query: URLSearchParams, more: { [name: string]: string }): [path: string, query: URLSearchParams] {
    return [this.#isSync ? '/sync' : '/import', new URLSearchParams([...query, ...Object.entries(more)])];
  }

  #pager(after: number, next: number | undefined): HTMLElement {
    const button = (text: string, to: number): HTMLElement => {
      const made = element('button', { type: 'button' }, text);
      made.addEventListener('click', () => void this.#preview(to));
      return made;
    };
    return element(
      'p',
      { class: 'pager' },
      after > 0 ? button(this.#texts.earlier, Math.max(0, after - itemsShown)) : undefined,
      next === undefined ? undefined : button(this.#texts.more, next),
    );
  }

  /** The report as a table, which the ledger writes. */
  #csv(hasFaults: boolean, query: URLSearchParams): HTMLElement[] {
    if (!hasFaults) return [];
    const button = element('button', { type: 'button' }, this.#texts.csv);
    button.addEventListener('click', async () => {
      const more = { format: 'csv', ...(!this.#isSync && { dryRun: 'true' }) };
      const answer = await this.#sent(...this.#target(query, more));
      if (!answer.ok) return this.#refused(this.#report, answer);
      const name = this.#file?.name.replace(/\.\w+$/, '') ?? 'list';
      save(`${name}-report.csv`, await answer.response.blob());
    });
    return [element('p', {}, button)];
  }

  #sent(path: string, query: URLSearchParams, mapping = this.#editor.text): Promise<Answer> {
    return this.#sender.send(path, query, this.#file, this.#isTable ? mapping : '');
  }

  #refused(where: HTMLElement, { problem, said }: Extract<Answer, { ok: false }>): void {
    const { refused, at, row, whatToDo } = this.#texts;
    say(where, 'refused', problem ? [refused, problem.detail ?? problem.title] : [said]);
    if (!problem) return;
    const { code, errors = [] } = problem;
    const parts = errors
      .slice(0, 20)
      .map(({ pointer = '', line, detail: of }) =>
        [line === undefined ? '' : `${row} ${line}:`, pointer && filled(at, { pointer }), of]
          .filter(Boolean)
          .join(' '),
      );
    where.append(
      element('ul', {}, ...parts.map((text) => element('li', {}, text))),
      element('a', { href: `${this.#places.base}/problems/${code}` }, `${whatToDo} (${code})`),
    );
    if (code === 'invalid-mapping') this.#editor.mark(errors.map(({ pointer = '' }) => pointer));
  }
}

const part = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

function say(where: HTMLElement, outcome: string, lines: readonly string[]): void {
  where.dataset['outcome'] = outcome;
  where.replaceChildren(...lines.map((text) => element('p', {}, text)));
}

const form = document.querySelector<HTMLFormElement>('form#import');
if (form) new ImportPage(form);

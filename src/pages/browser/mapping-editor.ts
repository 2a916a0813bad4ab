import { withoutComments } from '../../shapes/json-comments.ts';
import { choice, element, filled, textOf } from './dom.ts';
import {
  columnsOf,
  fixedIn,
  hasField,
  type Mapping,
  rivalsIn,
  ruleOf,
  someOf,
  withColumn,
  withFixed,
  withMember,
  withRepeated,
  withSetting,
  written,
} from './mapping.ts';

/** A table as the ledger read it. */
export interface Look {
  /** How a mapping names its columns. */
  columns: string[];
  rows: ShownRow[];
  /** What the ledger does not guess. */
  questions: string[];
}

/** A row as it was read: its texts, and what each of our fields became. */
interface ShownRow {
  line: number;
  cells: { text: string; fields: { name: string; value?: unknown }[] }[];
  faults: string[];
}

/** What the ledger answers to `import/preview`, as far as the page shows it. */
export interface Looked {
  mapping?: string;
  questions: string[];
  rows: {
    line: number;
    cells?: { column: string; text: string; fields: { name: string; value?: unknown }[] }[];
    faults: { detail: string }[];
  }[];
}

/** A column that shares its name is named by its place. */
export function columnsIn({ rows }: Looked): string[] {
  const names = rows.find(({ cells }) => cells)?.cells?.map(({ column }) => column) ?? [];
  return names.map((name, place) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `#${place + 1}`,
  );
}

/** No table. */
export const nothing: Look = { columns: [], rows: [], questions: [] };

export type Choices = readonly (readonly [value: string, text: string])[];
type Kind = 'text' | 'date' | 'list' | 'kind';
export type OfferedField = readonly [name: string, label: string, kind: Kind];

/** Texts of this part of the page. */
export interface MappingTexts {
  questions: string;
  questionsAbout: string;
  settings: string;
  encoding: string;
  encodings: Choices;
  delimiter: string;
  delimiters: Choices;
  sheet: string;
  headerRow: string;
  numbers: string;
  numberForms: Choices;
  empty: string;
  emptyHint: string;
  columnsMapping: string;
  ownColumns: string;
  field: string;
  column: string;
  reading: string;
  examples: string;
  otherFields: string;
  noColumn: string;
  asInText: string;
  fixed: string;
  kinds: Choices;
  dates: string;
  datesHint: string;
  rivals: string;
  notAnswered: string;
  dayFirst: string;
  monthFirst: string;
  separator: string;
  separators: Choices;
  endless: string;
  repeats: string;
  mappingFault: string;
  row: string;
}

/** First values that are shown beside a field, and rows in the table of rows. */
const [valuesShown, rowsShown] = [3, 10];

/** The mapping as controls and as a text, which follow each other: the text is what is sent. */
export class MappingEditor {
  readonly #texts: MappingTexts;
  readonly #offered: readonly OfferedField[];
  readonly #text = part<HTMLTextAreaElement>('mapping');
  readonly #fault = part('mapping-fault');
  /** The table must be read again, by this mapping or with a new proposal for it. */
  readonly #again: (how: 'read' | 'proposed') => void;
  #look: Look = nothing;

  constructor(
    texts: MappingTexts,
    offered: readonly OfferedField[],
    again: (how: 'read' | 'proposed') => void,
  ) {
    this.#texts = texts;
    this.#offered = offered;
    this.#again = again;
    this.#text.addEventListener('input', () => this.#show());
  }

  /** '': none. */
  get text(): string {
    return this.#text.value.trim() === '' ? '' : this.#text.value;
  }

  set text(text: string) {
    this.#text.value = text;
    this.#show();
    this.#text.dispatchEvent(new Event('change', { bubbles: true }));
  }

  get look(): Look {
    return this.#look;
  }

  /** undefined: the text is no JSON, or empty. */
  get mapping(): Mapping | undefined {
    try {
      const mapping: unknown = JSON.parse(withoutComments(this.#text.value));
      return typeof mapping === 'object' && mapping !== null ? (mapping as Mapping) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Shows a table, and its mapping. */
  show(look: Look, text: string): void {
    this.#look = look;
    this.text = text;
    const { questions } = look;
    part('questions').replaceChildren(
      ...(questions.length === 0
        ? []
        : [
            element('h3', {}, this.#texts.questions),
            element('p', { class: 'soft' }, this.#texts.questionsAbout),
            element('ol', {}, ...questions.map((question) => element('li', {}, question))),
          ]),
    );
    part('rows').replaceChildren(
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, ...[this.#texts.row, ...look.columns].map(headOf('col')))),
        element(
          'tbody',
          {},
          ...look.rows.slice(0, rowsShown).flatMap((row) => rowsOf(row, look.columns.length)),
        ),
      ),
    );
  }

  /** Shows which parts of the mapping the ledger refuses: pointers into it. */
  mark(pointers: readonly string[]): void {
    for (const pointer of pointers) {
      const [first = '', second = ''] = pointer
        .slice(1)
        .split('/')
        .map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
      for (const control of document.querySelectorAll<HTMLElement>('[data-field]'))
        if (control.dataset['field'] === (first === 'fields' || first === 'fixed' ? second : first))
          control.setAttribute('aria-invalid', 'true');
    }
  }

  /** The controls follow the text. */
  #show(): void {
    const { mapping } = this;
    const isEmpty = this.text === '';
    this.#fault.textContent =
      mapping || isEmpty ? '' : filled(this.#texts.mappingFault, { detail: faultOf(this.#text.value) });
    if (!mapping && !isEmpty) return;
    // Whoever uses the keyboard stays at the control that they changed.
    const id = document.activeElement?.id ?? '';
    if (!mapping || mapping.columns) {
      const note = mapping ? this.#texts.columnsMapping : this.#texts.ownColumns;
      part('settings').replaceChildren(element('p', { class: 'soft' }, note));
      part('fields').replaceChildren();
    } else {
      part('settings').replaceChildren(this.#settings(mapping));
      part('fields').replaceChildren(this.#fields(mapping));
    }
    if (id !== '' && document.activeElement?.id !== id) document.getElementById(id)?.focus();
  }

  #changed(change: (mapping: Mapping) => Mapping): void {
    const { mapping } = this;
    if (!mapping) return;
    this.#text.value = written(change(mapping));
    this.#text.dispatchEvent(new Event('change', { bubbles: true }));
    // A control is left when it tells of its change: the next one must be there until it has the focus.
    setTimeout(() => this.#show());
  }

  #settings(mapping: Mapping): HTMLElement {
    const texts = this.#texts;
    const saidOf = (name: string): string => String(mapping[name] ?? '');
    const set = (name: string, how: 'read' | 'proposed', of: (text: string) => unknown) => (text: string) => {
      this.#changed((one) => withSetting(one, name, text === '' ? undefined : of(text)));
      this.#again(how);
    };
    const asIs = (text: string): string => text;
    return element(
      'fieldset',
      {},
      element('legend', {}, texts.settings),
      mapping['sheet'] === undefined
        ? undefined
        : typed('sheet', texts.sheet, saidOf('sheet'), set('sheet', 'proposed', asIs)),
      chosen(
        'encoding',
        texts.encoding,
        texts.encodings,
        saidOf('encoding'),
        set('encoding', 'proposed', asIs),
      ),
      chosen(
        'delimiter',
        texts.delimiter,
        texts.delimiters,
        saidOf('delimiter'),
        set('delimiter', 'read', asIs),
      ),
      typed('headerRow', texts.headerRow, saidOf('headerRow'), set('headerRow', 'read', Number)),
      chosen(
        'decimal',
        texts.numbers,
        texts.numberForms,
        saidOf('decimal') + saidOf('thousands'),
        ([decimal, thousands]) =>
          this.#changed((one) => withSetting(withSetting(one, 'decimal', decimal), 'thousands', thousands)),
      ),
      typed(
        'empty',
        texts.empty,
        (mapping.empty ?? []).join('; '),
        (text) => this.#changed((one) => withSetting(one, 'empty', wordsIn(text))),
        texts.emptyHint,
      ),
    );
  }

  #fields(mapping: Mapping): HTMLElement {
    const { field, column, reading, examples, otherFields } = this.#texts;
    const known = new Set(this.#offered.map(([name]) => name));
    const others = [...Object.keys(mapping.fields ?? {}), ...Object.keys(mapping.fixed ?? {})]
      .filter((name) => !known.has(name))
      .map((name): OfferedField => [name, name, 'text']);
    const isUsed = ([name, , kind]: OfferedField): boolean =>
      kind === 'kind' || hasField(mapping, name) || fixedIn(mapping, name) !== '';
    const table = (some: readonly OfferedField[]): HTMLElement =>
      element(
        'table',
        { class: 'fields' },
        element('thead', {}, element('tr', {}, ...[field, column, reading, examples].map(headOf('col')))),
        element('tbody', {}, ...some.map((one) => this.#row(mapping, one))),
      );
    const all = [...this.#offered, ...others];
    const isOpen = part('fields').querySelector('details')?.open ?? false;
    return element(
      'div',
      {},
      table(all.filter(isUsed)),
      element(
        'details',
        { open: isOpen },
        element('summary', {}, otherFields),
        table(all.filter((one) => !isUsed(one))),
      ),
    );
  }

  #row(mapping: Mapping, [name, label, kind]: OfferedField): HTMLElement {
    const texts = this.#texts;
    const columns = columnsOf(mapping, name);
    const current = columns?.length === 1 ? (columns[0] ?? '') : '';
    const isMore = columns === undefined || columns.length > 1;
    const inText = filled(texts.asInText, { columns: (columns ?? []).join(', ') });
    const select = choice(
      { id: `of-${name}`, 'data-field': name, 'aria-label': `${label}: ${texts.column}` },
      [
        ['', texts.noColumn],
        ...(isMore ? [['*', inText] as const] : []),
        // A place can't be mistaken for the name of a column there.
        ...this.#look.columns.map((one, place) => [String(place), one] as const),
      ],
      isMore ? '*' : current === '' ? '' : String(this.#look.columns.indexOf(current)),
    );
    select.addEventListener('change', () => {
      const column = this.#look.columns[Number(select.value)] ?? '';
      if (select.value !== '*')
        this.#changed((one) => withColumn(one, name, select.value === '' ? '' : column, this.#look.columns));
    });
    const places = (columns ?? []).map((one) => this.#look.columns.indexOf(one));
    const values = this.#look.rows
      .map(({ cells }) => places.map((place) => cells[place]?.text ?? '').find((cell) => cell !== '') ?? '')
      .filter((value) => value !== '');
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, label),
      element('td', {}, select),
      element('td', {}, ...this.#reading(mapping, name, label, kind, current)),
      element('td', {}, element('small', {}, [...new Set(values)].slice(0, valuesShown).join(' · '))),
    );
  }

  #reading(mapping: Mapping, name: string, label: string, kind: Kind, column: string): HTMLElement[] {
    const texts = this.#texts;
    if (!hasField(mapping, name)) return [this.#fixed(mapping, name, label, kind)];
    const rule = ruleOf(mapping, name);
    if (!rule) return [];
    const repeats =
      column === '' ? [] : [this.#repeats(name, label, column, mapping.fillDown?.includes(column) ?? false)];
    if (kind === 'date')
      return [...this.#dates(name, label, someOf(rule.dates), rule.empty ?? []), ...repeats];
    if (kind !== 'list') return repeats;
    const separator = JSON.stringify(someOf(rule.separator));
    const isOffered = texts.separators.some(([value]) => value === separator);
    const custom = [separator, filled(texts.asInText, { columns: separator })] as const;
    return [
      chosen(
        `separator-${name}`,
        texts.separator,
        isOffered ? texts.separators : [custom, ...texts.separators],
        separator,
        (value) => this.#changed((one) => withMember(one, name, 'separator', JSON.parse(value) as string[])),
        label,
      ),
      ...repeats,
    ];
  }

  #dates(name: string, label: string, dates: string[], empty: string[]): HTMLElement[] {
    const texts = this.#texts;
    const set = (formats: string[]) => this.#changed((one) => withMember(one, name, 'dates', formats));
    const rivals = rivalsIn(dates);
    const [dayFirst = '', monthFirst = ''] = rivals ?? [];
    return [
      ...(rivals
        ? [
            chosen(
              `rivals-${name}`,
              texts.rivals,
              [
                ['', texts.notAnswered],
                [monthFirst, texts.dayFirst],
                [dayFirst, texts.monthFirst],
              ],
              '',
              (wrong) => set(dates.filter((format) => format !== wrong)),
              label,
            ),
          ]
        : []),
      typed(`dates-${name}`, texts.dates, dates.join('; '), (text) => set(wordsIn(text) ?? []), {
        label,
        title: texts.datesHint,
      }),
      typed(
        `empty-${name}`,
        texts.endless,
        empty.join('; '),
        (text) => this.#changed((one) => withMember(one, name, 'empty', wordsIn(text) ?? [])),
        { label, title: texts.emptyHint },
      ),
    ];
  }

  #fixed(mapping: Mapping, name: string, label: string, kind: Kind): HTMLElement {
    const value = fixedIn(mapping, name);
    const set = (text: string) => this.#changed((one) => withFixed(one, name, text.trim()));
    const { kinds, fixed } = this.#texts;
    const isOffered = kinds.some(([one]) => one === value);
    return kind === 'kind'
      ? chosen(`fixed-${name}`, fixed, isOffered ? kinds : [...kinds, [value, value]], value, set, label)
      : typed(`fixed-${name}`, fixed, value, set, { label });
  }

  #repeats(name: string, label: string, column: string, isRepeated: boolean): HTMLElement {
    const id = `repeats-${name}`;
    const { repeats } = this.#texts;
    const box = element('input', {
      type: 'checkbox',
      id,
      checked: isRepeated,
      'aria-label': `${label}: ${repeats}`,
    });
    box.addEventListener('change', () => this.#changed((one) => withRepeated(one, column, box.checked)));
    return element('label', { class: 'check', for: id }, box, ` ${repeats}`);
  }
}

const part = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

/** A row of the table, and below it what is wrong with it. */
function rowsOf({ line, cells, faults }: ShownRow, columns: number): HTMLElement[] {
  const row = element(
    'tr',
    {},
    headOf('row')(String(line)),
    ...cells.map(({ text, fields }) => {
      const read = fields
        .filter(({ value }) => value !== undefined)
        .map(({ value }) => textOf(value))
        .filter((value) => value !== text);
      return element(
        'td',
        {},
        text,
        ...[...new Set(read)].map((value) => element('small', {}, ` → ${value}`)),
      );
    }),
  );
  const fault = element('td', { class: 'warnings', colspan: String(columns + 1) }, faults.join('; '));
  return faults.length === 0 ? [row] : [row, element('tr', {}, fault)];
}

const headOf =
  (scope: string) =>
  (text: string): HTMLElement =>
    element('th', { scope }, text);

const wordsIn = (text: string): string[] | undefined => {
  const words = text.split(';').flatMap((word) => word.trim() || []);
  return words.length > 0 ? words : undefined;
};

function faultOf(text: string): string {
  try {
    JSON.parse(withoutComments(text));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** A choice with its label; of: the field that it is about, which only a screen reader needs to be told. */
function chosen(
  id: string,
  label: string,
  options: Choices,
  value: string,
  changed: (value: string) => void,
  of?: string,
): HTMLElement {
  const control = choice(
    { id, 'data-field': id, ...(of && { 'aria-label': `${of}: ${label}` }) },
    options,
    value,
  );
  control.addEventListener('change', () => changed(control.value));
  return element('p', { class: 'field' }, element('label', { for: id }, label), control);
}

/** A text with its label. more: a hint that is shown; or the field that it is about, and a hint to ask for. */
function typed(
  id: string,
  label: string,
  value: string,
  changed: (value: string) => void,
  more: string | { label: string; title?: string } = '',
): HTMLElement {
  const hint = typeof more === 'string' ? more : '';
  const control = element('input', {
    id,
    'data-field': id,
    value,
    ...(hint && { 'aria-describedby': `${id}-hint` }),
    ...(typeof more === 'object' && {
      'aria-label': `${more.label}: ${label}`,
      ...(more.title && { title: more.title }),
    }),
  });
  control.addEventListener('change', () => changed(control.value));
  return element(
    'p',
    { class: 'field' },
    element('label', { for: id }, label),
    control,
    hint ? element('small', { id: `${id}-hint` }, hint) : undefined,
  );
}

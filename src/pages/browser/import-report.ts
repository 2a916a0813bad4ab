import { element, filled, textOf } from './dom.ts';

interface FaultGroup {
  code: string;
  column: string;
  count: number;
  examples: { line: number; value?: string; detail: string }[];
}

interface Item {
  line?: number;
  key: string;
  recordId?: string;
  action: 'new' | 'changed' | 'gone';
  changes: { path: string; from?: unknown; to?: unknown }[];
}

interface Told {
  faults: FaultGroup[];
  warnings?: { line?: number; detail: string }[];
}

/** The answer of a sync: a preview, or with `recorded` what was done. */
export interface SyncReport extends Told {
  hash: string;
  correlationId: string;
  new: number;
  changed: number;
  gone: number;
  unchanged: number;
  refused: number;
  events: number;
  recorded?: number;
  alreadyRecorded?: number;
  items: Item[];
  next?: number;
}

/** The answer of an import, also of one that only tells what it would do. */
export interface ImportReport extends Told {
  lines: number;
  recorded: number;
  alreadyRecorded: number;
  failed: number;
  events: number;
}

export interface ReportTexts {
  preview: string;
  done: string;
  nothing: string;
  new: string;
  changed: string;
  gone: string;
  unchanged: string;
  refusedRows: string;
  events: string;
  recorded: string;
  wouldBe: string;
  alreadyRecorded: string;
  failed: string;
  lines: string;
  items: string;
  row: string;
  key: string;
  action: string;
  changes: string;
  absent: string;
  warnings: string;
  faults: string;
  faultsAbout: string;
  fault: string;
  column: string;
  count: string;
  example: string;
  exampleOf: string;
  valueIs: string;
  wholeRow: string;
  whatToDo: string;
}

/** Where the addresses of problems and of records begin. */
export interface Places {
  base: string;
  /** Of the initiative. */
  path: string;
  /** Its events, the newest first. */
  log: string;
}

export function syncReport(report: SyncReport, texts: ReportTexts, places: Places): Node[] {
  const isDone = report.recorded !== undefined;
  const { events, recorded = 0, alreadyRecorded = 0 } = report;
  return [
    element('h3', {}, isDone ? texts.done : texts.preview),
    ...(!isDone && events === 0 ? [element('p', {}, texts.nothing)] : []),
    facts([
      ...(isDone
        ? ([
            [texts.recorded, recorded],
            [texts.alreadyRecorded, alreadyRecorded],
          ] as const)
        : ([[texts.events, events]] as const)),
      [texts.new, report.new],
      [texts.changed, report.changed],
      [texts.gone, report.gone],
      [texts.unchanged, report.unchanged],
      [texts.refusedRows, report.refused],
    ]),
    ...told(report, texts, places),
    ...(report.items.length > 0 && !isDone ? [items(report.items, texts, places)] : []),
  ];
}

export function importReport(
  report: ImportReport,
  isDone: boolean,
  texts: ReportTexts,
  places: Places,
): Node[] {
  return [
    element('h3', {}, isDone ? texts.done : texts.preview),
    facts([
      [texts.lines, report.lines],
      [isDone ? texts.recorded : texts.wouldBe, report.recorded],
      [texts.alreadyRecorded, report.alreadyRecorded],
      [texts.failed, report.failed],
      [texts.events, report.events],
    ]),
    ...told(report, texts, places),
  ];
}

const facts = (some: readonly (readonly [name: string, value: number])[]): HTMLElement =>
  element(
    'dl',
    { class: 'facts' },
    ...some.map(([name, value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, value.toLocaleString('en'))),
    ),
  );

function told({ warnings = [], faults }: Told, texts: ReportTexts, places: Places): Node[] {
  return [
    ...(warnings.length > 0
      ? [
          element('h4', {}, texts.warnings),
          element(
            'ul',
            { class: 'warnings' },
            ...warnings.map(({ line, detail }) =>
              element('li', {}, line === undefined ? detail : `${texts.row} ${line}: ${detail}`),
            ),
          ),
        ]
      : []),
    ...(faults.length > 0 ? faultTable(faults, texts, places) : []),
  ];
}

const faultTable = (faults: readonly FaultGroup[], texts: ReportTexts, { base }: Places): Node[] => [
  element('h4', { id: 'faults' }, texts.faults),
  element('p', { class: 'soft' }, texts.faultsAbout),
  table(
    'faults',
    [texts.column, texts.count, texts.example],
    faults.map(({ code, column, count, examples }) => [
      column || texts.wholeRow,
      count.toLocaleString('en'),
      element(
        'div',
        {},
        ...examples.map(({ line, value, detail }) =>
          element(
            'p',
            {},
            filled(texts.exampleOf, {
              line,
              value: value === undefined ? '' : filled(texts.valueIs, { value }),
              detail,
            }),
          ),
        ),
        element('a', { href: `${base}/problems/${code}` }, `${texts.whatToDo} (${code})`),
      ),
    ]),
  ),
];

function items(some: readonly Item[], texts: ReportTexts, { path }: Places): HTMLElement {
  const actions = { new: texts.new, changed: texts.changed, gone: texts.gone };
  return element(
    'div',
    {},
    element('h4', { id: 'items' }, texts.items),
    table(
      'items',
      [texts.key, texts.row, texts.action, texts.changes],
      some.map(({ line, key, recordId, action, changes }) => [
        recordId !== undefined && action !== 'new'
          ? element('a', { href: `${path}/records/${recordId}` }, key)
          : key,
        line === undefined ? texts.absent : String(line),
        actions[action],
        element(
          'ul',
          { class: 'list' },
          ...changes.map(({ path: of, from, to }) =>
            element(
              'li',
              {},
              element('small', {}, nameOf(of)),
              ...(action === 'new' ? [] : [element('del', {}, textOf(from, texts.absent)), ' ']),
              element('ins', {}, textOf(to, texts.absent)),
            ),
          ),
        ),
      ]),
    ),
  );
}

const nameOf = (pointer: string): string =>
  pointer
    .slice(1)
    .replace(/^data\//, '')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');

const table = (
  id: string,
  heads: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLElement =>
  element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': id },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      element(
        'tbody',
        {},
        ...rows.map(([first, ...others]) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row', class: 'wrap' }, first),
            ...others.map((cell) => element('td', {}, cell)),
          ),
        ),
      ),
    ),
  );

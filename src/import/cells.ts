import { type ProblemPart, Refusal } from '../errors.ts';
import { folded, foldedForSearch } from '../shapes/folded.ts';
import { parseJsonText } from '../shapes/json.ts';
import { pointerOf } from '../shapes/merge-patch.ts';
import { isVisible } from '../shapes/visible.ts';
import { usualUrl } from '../shapes/web-url.ts';
import type { CellType } from './columns.ts';
import { DateReader } from './dates.ts';
import { type Rule, someOf } from './mapping.ts';
import { type Marks, numberOf } from './numbers.ts';
import type { Cell } from './rows.ts';

/** A value, with its faults: pointers are relative to it. A text that can't be read stays text. */
export interface CellReading {
  value: unknown;
  faults: ProblemPart[];
}

/** A table of texts, in which case and the like make no difference where exactly that text is not in it. */
export class Lookup {
  readonly #exact: Map<string, string>;
  readonly #folded: Map<string, string>;

  constructor(table: Record<string, string>) {
    const entries = Object.entries(table);
    this.#exact = new Map(entries);
    this.#folded = new Map(entries.map(([text, value]) => [folded(text), value]));
  }

  get(text: string): string | undefined {
    // To fold a text takes longer than to read the cell.
    if (this.#exact.size === 0) return undefined;
    return this.#exact.get(text) ?? this.#folded.get(folded(text));
  }
}

/** How the cells of a field are read. */
export interface Reading {
  type: CellType;
  rule: Rule;
  marks: Marks;
  /** Whether the column is one of our own tables, in which a number has one meaning. */
  isOurs: boolean;
}

/** Makes the values of one field. */
export class CellReader {
  readonly #reading: Reading;
  readonly #values: Lookup;
  readonly #countries: Lookup;
  readonly #empty: Set<string>;
  readonly #dates: DateReader | undefined;
  readonly #separators: string[];

  constructor(reading: Reading, empty: readonly string[]) {
    const { rule } = reading;
    this.#reading = reading;
    this.#values = new Lookup(rule.values ?? {});
    this.#countries = new Lookup(rule.countries ?? {});
    this.#empty = new Set([...empty, ...(rule.empty ?? [])].map(folded));
    if (rule.dates !== undefined) this.#dates = new DateReader(someOf(rule.dates), rule.yearsFrom);
    // The longest first: of ", and " no part is left over.
    this.#separators = someOf(rule.separator).sort((a, b) => b.length - a.length);
  }

  isEmpty(cell: Cell | undefined): boolean {
    if (cell === undefined) return true;
    if (typeof cell === 'number') return this.#empty.size > 0 && this.#empty.has(String(cell));
    return !isVisible(cell) || (this.#empty.size > 0 && this.#empty.has(folded(cell)));
  }

  /** cell: not empty. country: the text of the column with the country of each party. undefined: the text means none. */
  read(cell: Cell, country?: string): CellReading | undefined {
    const { type, rule, marks, isOurs } = this.#reading;
    const text = String(cell);
    const meant = this.#values.get(text);
    if (meant === '') return undefined;
    if (rule.json && /^[[{]/.test(text)) return jsonOf(text);
    switch (type) {
      case 'date':
        return meant === undefined && this.#dates ? ofDate(text, this.#dates) : good(meant ?? text);
      case 'number':
      case 'integer':
        return typeof cell === 'number' && meant === undefined
          ? good(cell)
          : ofNumber(
              meant ?? text,
              meant === undefined ? marks : {},
              type === 'integer',
              isOurs || meant !== undefined,
            );
      case 'url':
        return this.#url(meant ?? text);
      case 'texts':
        return this.#listed(text, (part) => (rule.slug ? ofSlug(part) : good(part)));
      case 'names':
        return this.#listed(text, (part) => good(this.#party(part, country)));
      case 'references':
        return this.#listed(text, (part) => this.#reference(part));
      default:
        return rule.slug && meant === undefined ? ofSlug(text) : good(meant ?? text);
    }
  }

  /** The parts of a list. A faulty part stays as it is, so that places in the list are those in the cell. */
  #listed(text: string, partOf: (part: string) => CellReading): CellReading {
    const parts = this.#separators
      .reduce((parts, separator) => parts.flatMap((part) => part.split(separator)), [text])
      .flatMap((part) => {
        const trimmed = part.trim();
        if (this.isEmpty(trimmed)) return [];
        const meant = this.#values.get(trimmed) ?? trimmed;
        return meant === '' ? [] : [partOf(meant)];
      });
    return {
      value: parts.map(({ value }) => value),
      faults: parts.flatMap(({ faults }, i) =>
        faults.map((fault) => ({ ...fault, pointer: pointerOf([i]) + fault.pointer })),
      ),
    };
  }

  #party(name: string, countryText: string | undefined): object {
    const { country: fixed, countryColumn, role } = this.#reading.rule;
    const looked =
      countryColumn === undefined ? this.#countries.get(name) : countryOf(countryText, this.#countries);
    const country = looked ?? fixed;
    return { name, ...(country && { country }), ...(role !== undefined && { role }) };
  }

  #reference(part: string): CellReading {
    const { urlAfter } = this.#reading.rule;
    const at = urlAfter === undefined ? -1 : part.indexOf(urlAfter);
    if (urlAfter === undefined || at === -1) return good({ text: part });
    const url = this.#url(part.slice(at + urlAfter.length).trim());
    const faults = url.faults.map((fault) => ({ ...fault, pointer: `/url${fault.pointer}` }));
    return { value: { text: part.slice(0, at).trim() || url.value, url: url.value }, faults };
  }

  #url(text: string): CellReading {
    if (this.#reading.rule.fixUrl) return good(usualUrl(text) ?? text);
    return text.includes('\\')
      ? bad(text, 'has a backslash: write a slash, or "fixUrl": true in the mapping of this column')
      : good(text);
  }
}

const good = (value: unknown): CellReading => ({ value, faults: [] });
const bad = (value: unknown, detail: string): CellReading => ({ value, faults: [{ pointer: '', detail }] });

function ofDate(text: string, dates: DateReader): CellReading {
  const reading = dates.read(text);
  return 'date' in reading ? good(reading.date) : bad(text, reading.fault);
}

function ofNumber(text: string, marks: Marks, isWhole: boolean, isCanonical: boolean): CellReading {
  const reading = numberOf(text, marks, isWhole, isCanonical);
  return 'number' in reading ? good(reading.number) : bad(text, reading.fault);
}

const idLengthMax = 63;

/** The text in the letters that ids have, without accents. Two texts may give the same. */
export const slugOf = (text: string): string =>
  foldedForSearch(text)
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

function ofSlug(text: string): CellReading {
  const slug = slugOf(text);
  if (slug === '') return bad(text, 'has no letter a to z and no digit, so it makes no id');
  if (slug.length > idLengthMax) return bad(text, `makes an id of more than ${idLengthMax} characters`);
  return good(slug);
}

/** A text that is not in the table may be a code itself. */
const countryOf = (text: string | undefined, countries: Lookup): string | undefined =>
  text === undefined ? undefined : (countries.get(text) ?? text);

/** A text that is no JSON at all stays a text. */
function jsonOf(text: string): CellReading {
  try {
    return good(parseJsonText(text, 'The cell'));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const faults = (error.members.errors ?? []).map(({ pointer, detail }) => ({ pointer, detail }));
    return { value: faults.length === 0 ? text : undefined, faults };
  }
}

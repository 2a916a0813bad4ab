import { folded } from '../../shapes/folded.ts';
import { slugOf } from '../cells.ts';
import type { Rule } from '../mapping.ts';
import { type Column, emptyWords, endlessWords, yearsFromGuess } from './columns.ts';

/** A line of a mapping that is proposed: a field with its rule, and what is asked about it. */
export interface Guess {
  field: string;
  rule: string | Rule | Rule[];
  questions: string[];
}

/** By what words people head the columns of a role, in English and German. Headers are folded. */
const headed = {
  signed: /^(date|datum|day|year|jahr)$|sign|unterz|abschluss|conclu/,
  instead: /adopt|access|ratif|approv|angenommen|beitritt/,
  from: /force|effective|inkraft|kraft|valid from|gültig ab|^start|beginn/,
  until: /expir|^end|until|terminat|ablauf|ende$|^bis$|gültig bis/,
  title: /titel|title|^agreement|^treaty|^convention|^abkommen|^vertrag|bezeichnung/,
  parties:
    /parties|party|partner|partei|countries|university|universität|hochschule|signator|^city|^sister|^stadt|^länder/,
  country: /^(country|land|staat|nation)$/,
  place: /^(place|ort|location|venue)/,
  references: /^references?$|fundstelle|citation/,
  instrument: /^(type|typ|art|instrument|kind)$|(agreement|treaty) type/,
  sector: /^(subject|sector|sektor|topic|theme|thema|bereich|policy area|field)$/,
  note: /^(notes?|remarks?|comments?|bemerkung|bemerkungen|anmerkung|anmerkungen)$/,
  amount: /amount|betrag|volumen|^wert$|^worth$|^value$/,
};
type Role = keyof typeof headed;

const are = (columns: Column[], role: Role): Column[] =>
  columns.filter(({ header, filled }) => filled > 0 && headed[role].test(header));

/** What the columns seem to be. A column may be used for several fields. */
export function guessesOf(columns: Column[], rows: string[][]): { guesses: Guess[]; used: Set<Column> } {
  const guesses: Guess[] = [];
  const used = new Set<Column>();
  const use = (field: string, rule: Guess['rule'], of: Column[], questions: string[] = []): void => {
    guesses.push({ field, rule, questions });
    for (const column of of) used.add(column);
  };
  const free = (role: Role): Column[] => are(columns, role).filter((column) => !used.has(column));

  const dated = columns.filter(({ dates }) => dates);
  const when = [...are(dated, 'signed'), ...are(dated, 'instead')];
  const [from, until] = [are(dated, 'from'), are(dated, 'until')].map((some) =>
    some.filter((one) => !when.includes(one)),
  );
  if (when.length > 0) use('occurredOn', dateRule(when), when, dateQuestions(when));
  if (from?.[0]) use('data.validFrom', dateRule([from[0]]), [from[0]], dateQuestions([from[0]]));
  if (until?.[0]) use('data.validUntil', dateRule([until[0]]), [until[0]], dateQuestions([until[0]]));

  const link = columns.find(
    (column) => column.filled > 0 && most(column, (text) => /^https?:\/\//i.test(text)),
  );
  if (link) {
    const fixUrl = some(link, (text) => text.includes('\\'));
    use('source.url', fixUrl ? { column: link.name, fixUrl } : link.name, [link]);
  }
  const [references] = free('references');
  if (references) use('data.references', referenceRule(references), [references]);
  const [title] = free('title');
  if (title) use('data.title', title.name, [title]);
  partiesOf(free('parties'), free('country'), use);
  const [place] = free('place');
  if (place) {
    const isSplit = some(place, (text) => text.includes('/'));
    use('data.places', isSplit ? { column: place.name, separator: '/' } : place.name, [place]);
  }
  for (const [role, field] of [
    ['instrument', 'data.instrument'],
    ['sector', 'data.sector'],
    ['note', 'note'],
  ] as const) {
    const [column] = free(role);
    if (column) use(field, column.name, [column]);
  }
  const amount = free('amount').find((column) => most(column, (text) => /^-?\d[\d.,' ]*$/.test(text)));
  if (amount) use('data.amount.value', amount.name, [amount]);
  keyOf(columns, rows, use);
  return { guesses, used };
}

type Use = (field: string, rule: Guess['rule'], of: Column[], questions?: string[]) => void;

const share = (column: Column, is: (text: string) => boolean): number =>
  [...column.values].reduce((sum, [text, count]) => sum + (is(text) ? count : 0), 0) / column.filled;
const most = (column: Column, is: (text: string) => boolean): boolean => share(column, is) > 0.5;
const some = (column: Column, is: (text: string) => boolean): boolean => column.values.keys().some(is);

const unlist = <T>(list: T[]): T | T[] => (list.length === 1 && list[0] !== undefined ? list[0] : list);

function dateRule(columns: Column[]): Rule {
  const formats = [...new Set(columns.flatMap(({ dates }) => dates?.formats ?? []))];
  const endless = columns.flatMap(({ values }) =>
    [...values.keys()].filter((text) => endlessWords.has(folded(text))),
  );
  return {
    column: unlist(columns.map(({ name }) => name)),
    ...(formats.length > 0 && { dates: unlist(formats) }),
    ...(columns.some(({ dates }) => dates?.hasTwoDigitYears) && { yearsFrom: yearsFromGuess }),
    ...(endless.length > 0 && { empty: [...new Set(endless)] }),
  };
}

function dateQuestions(columns: Column[]): string[] {
  const [, second] = columns;
  return [
    ...columns.flatMap(({ name, dates }) => {
      if (!dates) return [];
      const { unclear, others, hasTwoDigitYears } = dates;
      return [
        ...(unclear === undefined
          ? []
          : [
              `${JSON.stringify(unclear)} in ${name}: is the first number the day or the month? Delete the other format.`,
            ]),
        ...(hasTwoDigitYears
          ? [
              `Years of two digits in ${name} are read as ${yearsFromGuess} to ${yearsFromGuess + 99}: is that so?`,
            ]
          : []),
        ...(others.length === 0
          ? []
          : [
              `In ${name}, what do ${others
                .slice(0, 5)
                .map((text) => JSON.stringify(text))
                .join(', ')} mean? Add them to "empty", or with a date to "values".`,
            ]),
      ];
    }),
    ...(second
      ? [
          `Where ${columns[0]?.name} is empty, the date of ${columns
            .slice(1)
            .map(({ name }) => name)
            .join(', then of ')} is taken: is that so?`,
        ]
      : []),
  ];
}

function referenceRule(column: Column): string | Rule {
  const rule: Rule = {
    column: column.name,
    ...(some(column, (text) => text.includes(';')) && { separator: ';' }),
    ...(some(column, (text) => text.includes('||')) && { urlAfter: '||' }),
  };
  return Object.keys(rule).length === 1 ? column.name : rule;
}

/** Every column of parties gives some; a column with countries beside them says from where the first ones are. */
function partiesOf(parties: Column[], countries: Column[], use: Use): void {
  const [country] = countries;
  if (parties.length === 0) {
    if (country) use('data.parties', partyRule(country), [country], partyQuestions([country]));
    return;
  }
  const rules = parties.map((column, i) => {
    const rule = partyRule(column);
    if (i > 0 || !country) return rule;
    return { ...rule, countryColumn: country.name, countries: codesOf([...country.values.keys()]) };
  });
  const asked = country
    ? [`What are the codes (ISO 3166) of the countries with ""? A party of those has none.`]
    : [];
  use(
    'data.parties',
    unlist(rules) as Rule | Rule[],
    [...parties, ...(country ? [country] : [])],
    [...partyQuestions(parties), ...asked],
  );
}

const separatorsOf = (column: Column): string[] => {
  for (const separator of [';', '\n', '|'])
    if (some(column, (text) => text.includes(separator))) return [separator];
  const isOfMany = /parties|countries|länder|parteien|partners|signator/.test(column.header);
  if (!isOfMany || !some(column, (text) => / (and|und|&) |, /.test(text))) return [];
  return [', ', ' and the ', ' and ', ' und ', ' & '].filter((separator) =>
    some(column, (text) => text.includes(separator)),
  );
};

function partyRule(column: Column): Rule {
  const separators = separatorsOf(column);
  return { column: column.name, ...(separators.length > 0 && { separator: unlist(separators) }) };
}

const partyQuestions = (columns: Column[]): string[] =>
  columns.flatMap((column) => {
    const separators = separatorsOf(column);
    return separators.some((separator) => separator.length > 1)
      ? [
          `The names in ${column.name} are taken apart at ${separators.map((one) => JSON.stringify(one)).join(', ')}: is none of these part of a name?`,
        ]
      : [];
  });

const countriesMax = 300;

/** Codes for the names of countries in English; "" where the name is not known. */
function codesOf(names: string[]): Record<string, string> {
  const known = new Map<string, string>();
  for (const style of ['short', 'long'] as const) {
    const english = new Intl.DisplayNames(['en'], { type: 'region', style, fallback: 'none' });
    for (const first of letters)
      for (const second of letters) {
        const code = first + second;
        const name = english.of(code);
        // Codes of countries that are no more stand for those that came after them.
        const isCurrent = new Intl.Locale(`und-${code}`).region === code && !noCountries.has(code);
        if (name !== undefined && isCurrent) known.set(folded(name), code);
      }
  }
  return Object.fromEntries(
    names.slice(0, countriesMax).map((name) => [name, known.get(folded(name)) ?? '']),
  );
}
const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** Codes that Unicode has besides those of ISO 3166. */
const noCountries = new Set([
  'AC',
  'CP',
  'CQ',
  'DG',
  'EA',
  'EU',
  'EZ',
  'IC',
  'QO',
  'TA',
  'UN',
  'XA',
  'XB',
  'XK',
  'ZZ',
]);

const isKeyHead = /id$|^code$|key$|aktenzeichen/;
const isNumberHead = /^(nr\.?|no\.?|number|nummer|ref|reference|row|zeile|#)$/;

/** The column whose texts name the rows, or two columns that do it together. */
function keyOf(columns: Column[], rows: string[][], use: Use): void {
  const texts = columns.filter(({ dates, filled, rows, values }) => {
    const isShort = [...values.keys()].every((text) => text.length <= 200);
    return !dates && filled >= rows - 5 && filled > 0 && isShort;
  });
  const single = texts
    .filter(({ values, filled }) => values.size === filled)
    .sort((a, b) => rank(b) - rank(a))
    .find((column) => rank(column) > 0);
  if (single) {
    use('data.externalId', single.name, [single]);
    if (areIds([...single.values.keys()])) use('recordId', { column: single.name, slug: true }, [single]);
    return;
  }
  for (const [i, a] of texts.entries())
    for (const b of texts.slice(i + 1)) {
      const pairs = rows.map((cells) => `${cells[a.place]}-${cells[b.place]}`);
      if (new Set(pairs).size < pairs.length) continue;
      const joined = [a.name, b.name];
      if (areIds(pairs)) use('recordId', { joined, slug: true }, [a, b]);
      use(
        'data.externalId',
        { joined },
        [a, b],
        [`No column alone names a row, but ${joined.join(' and ')} together do: are they the key?`],
      );
      return;
    }
}

const rank = ({ header, values, name }: Column): number => {
  if (isKeyHead.test(header)) return 3;
  if (isNumberHead.test(header)) return 2;
  // A first column without a header numbers the rows.
  if (name === '#1') return 1;
  return values.keys().every((text) => /^\S{1,40}$/.test(text) && !/^https?:/.test(text)) ? 1 : 0;
};

function areIds(texts: string[]): boolean {
  const ids = texts.map(slugOf);
  return ids.every((id) => id !== '' && id.length <= 63) && new Set(ids).size === ids.length;
}

/** Words of the table that mean an empty cell, as they are written in it. */
export const emptyIn = (columns: Column[]): string[] => [
  ...new Set(
    columns.flatMap(({ values }) => [...values.keys()].filter((text) => emptyWords.has(folded(text)))),
  ),
];

import { readFileSync, writeFileSync } from 'node:fs';
import { type MadeSheet, odsOf, type SheetCell, xlsxOf } from '../../helpers/sheets.ts';

/** Numbers that look random and are the same every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

const countries = [
  'NORTHLAND',
  'EASTLAND, REPUBLIC OF',
  'WESTLAND',
  'UNITED SOUTH',
  'ÎLE-DU-MILIEU',
  'UPPER HAVEN',
  'LOWER HAVEN',
  'ST OLAF’S ISLES',
];
const cities = [
  'Northport',
  'Eastby',
  'Gering, Nebraska',
  'Westford',
  'Südstadt',
  "Port-d'Azur",
  'Haven',
  '新港',
];
const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T; // Lists here are not empty.
const two = (part: number): string => String(part).padStart(2, '0');
const quoted = (cell: string): string => (/[",;\n\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const table = (rows: readonly string[][], delimiter = ',', end = '\r\n'): string =>
  rows.map((row) => row.map(quoted).join(delimiter) + end).join('');
const fifty = Array.from({ length: 50 }, (_, i) => i);

/** A foreign ministry's treaties: days without a signature, several places, references, backslashes, many parties. */
function treaties(): string {
  const number = numbers(1);
  const rows = fifty.map((i) => {
    const year = 1890 + i * 2;
    const signed = i % 9 === 4 ? '' : `${two(1 + number(28))}/${two(1 + number(12))}/${year}`;
    const adopted = i % 9 === 4 && i !== 22 ? `${two(1 + number(28))}/${two(1 + number(12))}/${year}` : '';
    const inForce = i % 7 === 3 ? `01/01/${year}` : i % 3 === 0 ? '' : `30/12/${year}`;
    const many = i === 20 ? Array.from({ length: 40 }, (_, j) => `TERRITORY ${j + 1}`) : [];
    const parties = [pick(countries, i), pick(countries, i + 1 + number(3)), ...many];
    const references =
      i % 4 === 0
        ? ''
        : `UN Registration /0: ${194 + i} 35;Treaty Series ${two(i)}/${year}: Cmd ${5960 + i}${i % 4 === 1 ? `||https://fo.example/${year}-TS${two(i)}.pdf` : ''}`;
    return [
      `fo-${58_509 + i * 37}`,
      i % 10 === 9
        ? 'Exchange of Notes'
        : `Treaty  on “${pick(['Trade', 'Rivers', 'Air Services', 'Extradition'], i)}” and the Crown’s Rights, No. ${i}`,
      i === 20 ? 'MULTI' : 'BI',
      pick(['TRADE', 'RIVERS', 'CUSTOMS'], i),
      signed,
      adopted,
      i % 6 === 5 ? 'Northport/Eastby' : pick(['Northport', 'Eastby', ''], i),
      inForce,
      i % 8 === 7 ? `31/12/${year + 40}` : '',
      parties.join(' ; '),
      references,
      i % 5 === 4 ? '' : `https://fo.example/Library2\\html\\${5_700 + i}.html`,
    ];
  });
  const header = [
    'ID',
    'Title',
    'Type',
    'Subject',
    'Signed',
    'Adopted',
    'Place',
    'In force',
    'Terminated',
    'Countries',
    'References',
    'Link',
  ];
  return table([header, ...rows]);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A university's MoUs: a line break in a header, two forms of days, words for the end, names with commas. */
function mous(): string {
  const number = numbers(2);
  const rows = fifty.map((i) => {
    const [year, day, month] = [1985 + (i % 38), 13 + number(15), pick(months, number(12))];
    const signing = i % 4 === 3 ? `${day}-${month}-${two(year % 100)}` : `${day}-${month}-${year}`;
    const until = [
      `${day}-${month}-${year + 5}`,
      'unlimited',
      'auto renew',
      `${day}-${month}-${two((year + 5) % 100)}`,
      'n/a',
    ];
    return [
      pick(['NORTHLAND', 'EASTLAND', 'WESTLAND'], i),
      pick(['Europe', 'Asia'], i),
      `NO${two(i)}1-${year}${pick(['A', 'B'], i)}${200 + i}`,
      pick(
        ['Centro de Física', 'Northport, University of', 'Eastby Polytechnic', 'Académie "La Mer", Westford'],
        i + number(4),
      ),
      '',
      pick(['CF', 'UNP', 'EP', ''], i),
      '',
      signing,
      pick(until, i),
      '1',
      pick(['University', 'Faculty of Science'], i),
      pick(['General Cooperation', 'Student Exchange', 'Double Degree'], number(3)),
      i % 6 === 0 ? 'see [annex]' : '',
      '9-Sep-15',
    ];
  });
  const header = [
    'COUNTRY',
    'CONTI-NENT',
    'CODE',
    'UNIVERSITY/ORGANIZATION',
    'FORMER/ OTHER NAMES',
    'ABBRE-VIATION',
    'FACULTY/ DEPARTMENT',
    'SIGNING',
    'EXPIRY',
    'EXPIRY\nCHECK',
    'LEVEL',
    'TYPE',
    'NOTE',
    'UPDATED',
  ];
  return table([header, ...rows]);
}

/** A scholar's data set: semicolons, Windows-1252, NA, parties with commas and "and the". */
function agreements(): Buffer {
  const number = numbers(3);
  const names = ['Northland', 'Südland', 'Westland', 'Île-du-Milieu', 'United South'];
  const rows = fifty.map((i) => {
    const parties = [pick(names, i), pick(names, i + 1), pick(names, i + 2)].slice(0, 2 + (i % 2));
    const last = parties.pop() ?? '';
    const day = `${two(1 + number(28))}/${two(1 + number(12))}/${1947 + i}`;
    const id = `${pick(['AB', 'CD[RC]', 'E:F'], i)}_${1947 + i}${pick(['O', 'N'], i)}`;
    return [
      String(i + 1),
      id,
      i % 10 === 0 ? `Treaty of "${pick(['Rome', 'Zürich'], i)}"` : `Customs Union ${i}`,
      day,
      i % 3 === 1 ? 'NA' : `01/01/${1948 + i}`,
      `https://x.example/${i}?c+d`,
      'NA',
      `${parties.join(', ')} and ${last === 'United South' ? 'the ' : ''}${last}`,
      `${id} /`,
    ];
  });
  const header = ['Row', 'manyID', 'Title', 'Signature', 'Force', 'url', 'End', 'Parties', 'treatyID'];
  return Buffer.from(table([header, ...rows], ';'), 'latin1');
}

/** Memberships that are published every month: no id; the second version has a date more and a row more. */
function memberships(version: 1 | 2): string {
  const number = numbers(4);
  const day = (): string => `${1960 + number(60)}-${two(1 + number(12))}-${two(1 + number(28))}`;
  const rows = Array.from({ length: 51 }, (_, i) => {
    const [signed, acceded, ratified] = [
      i % 3 === 0 || i === 7 ? '' : day(),
      i % 3 === 0 ? day() : '',
      i % 2 === 0 ? day() : '',
    ];
    const filled = i === 7 && version === 2 ? '2026-01-15' : ratified;
    return [
      pick(countries, Math.floor(i / 7)),
      `Convention ${pick(['A', 'B', 'C', 'D', 'E', 'F', 'G'], i)}`,
      signed,
      acceded,
      filled,
      day(),
    ];
  });
  const header = [
    'Contracting Party',
    'Treaty',
    'Signature',
    'Accession',
    'Ratification',
    'Entry into Force',
  ];
  return table([header, ...rows.slice(0, version === 1 ? 50 : 51)]);
}

/** Twinned cities: an unnamed first column, no date, names with commas. */
function twins(): string {
  const number = numbers(5);
  const rows = fifty.map((i) => [
    String(i),
    pick(['United South', 'Westland'], i),
    pick(cities, i),
    `${pick(cities, i + 1 + number(6))} ${i}`,
  ]);
  return table([['', 'country', 'city', 'sister'], ...rows], ',', '\n');
}

/** Peace agreements: Unicode text of a spreadsheet (UTF-16, tabs), line breaks between parties, a key of two columns. */
function peace(): Buffer {
  const number = numbers(6);
  const rows = fifty.map((i) => [
    `Northland–Eastland ${Math.floor(i / 5)}`,
    String(1 + (i % 5)),
    `${pick(['Ceasefire', 'Framework', 'Agreement to End Hostilities'], i)} (${i})`,
    `${pick(months, number(12))} ${1 + number(28)}, ${1990 + (i % 30)}`,
    [pick(countries, i), pick(countries, i + 2), ...(i % 4 === 0 ? ['Mediator {UN}'] : [])].join('\n'),
    pick(['Pre-negotiation', 'Comprehensive', 'Implementation'], i),
    i % 3 === 0 ? '-' : pick(['Northport', 'Eastby'], i),
  ]);
  const header = ['Process', 'Step', 'Agreement', 'Date signed', 'Parties', 'Stage', 'Location'];
  return Buffer.from(`\ufeff${table([header, ...rows], '\t')}`, 'utf16le');
}

/** What an officer keeps in a German Excel: a title, merged cells, a sum, a note in the cell of a day, days that became numbers. */
function abkommen(): MadeSheet[] {
  const number = numbers(7);
  const rows = fifty.map((i): SheetCell[] => {
    const serial = 36_526 + i * 170;
    const day = new Date(Date.UTC(1899, 11, 30) + serial * 86_400_000);
    const text = `${two(day.getUTCDate())}.${two(day.getUTCMonth() + 1)}.${day.getUTCFullYear()}`;
    const signed = i === 33 ? 'Ende 2023?' : i % 12 === 5 ? String(serial) : text;
    return [
      i % 5 === 0 ? pick(['Nordland', 'Südland', 'Westland'], i / 5) : null,
      String(i + 1),
      `Abkommen über ${pick(['Handel', 'Flüsse', 'Luftverkehr'], i)} Nr. ${i + 1}`,
      signed,
      pick(['Vertrag', 'Absichtserklärung'], number(2)),
      i % 4 === 0
        ? `${1 + number(9)}.${two(number(100))}0,${two(number(100))}`
        : i % 4 === 1
          ? `${number(900)},5`
          : '',
      pick(['', 'geprüft; liegt vor', '"vorläufig"'], i),
    ];
  });
  const width = rows[0]?.length ?? 0;
  return [
    {
      name: 'Abkommen',
      rows: [
        ['Liste der Abkommen (Stand 2026)'],
        [],
        ['Partner', 'Nr', 'Titel', 'Unterzeichnet', 'Art', 'Betrag', 'Bemerkung', ''],
        ...rows,
        ['Summe', '50'],
        ...Array.from({ length: 3 }, (): SheetCell[] => Array(width).fill('')),
      ],
    },
    {
      name: 'Kürzel',
      rows: [
        ['V', 'Vertrag'],
        ['A', 'Absichtserklärung'],
      ],
    },
  ];
}

/** In the sheet, days and amounts are days and numbers of the program, but for what people typed as text. */
function asSheet([first, ...others]: MadeSheet[]): MadeSheet[] {
  const typed = (cell: SheetCell): SheetCell => {
    if (typeof cell !== 'string') return cell;
    const [, d, m, y] = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(cell) ?? [];
    if (y !== undefined)
      return {
        day: Math.round(
          (Date.UTC(Number(y), Number(m) - 1, Number(d)) - Date.UTC(1899, 11, 30)) / 86_400_000,
        ),
      };
    if (/^[\d.]+(,\d+)?$/.test(cell)) return Number(cell.replaceAll('.', '').replace(',', '.'));
    return cell;
  };
  const rows = (first?.rows ?? []).map((row) => row?.map(typed) ?? null);
  return [{ name: first?.name ?? '', rows }, ...others];
}

/** As Excel saves it, with its line for the delimiter. */
function germanCsv([first]: MadeSheet[]): Buffer {
  const rows = (first?.rows ?? []).map((row) => Array.from({ length: 8 }, (_, i) => String(row?.[i] ?? '')));
  return Buffer.from(`sep=;\r\n${table(rows, ';')}`, 'latin1');
}

/** The lists of this folder, by the names of their files. */
export const lists: Record<string, Buffer> = {
  'treaties.csv': Buffer.from(treaties()),
  'mous.csv': Buffer.from(mous()),
  'agreements.csv': agreements(),
  'memberships-1.csv': Buffer.from(memberships(1)),
  'memberships-2.csv': Buffer.from(memberships(2)),
  'twins.csv': Buffer.from(twins()),
  'peace.tsv': peace(),
  'abkommen.csv': germanCsv(abkommen()),
  'abkommen.xlsx': xlsxOf(asSheet(abkommen())),
  'abkommen.ods': odsOf(asSheet(abkommen())),
};

export const fileOf = (name: string): URL => new URL(name, import.meta.url);

/** Writes the files: `node test/import/lists/make.ts`. A test compares them. */
if (import.meta.main) for (const [name, bytes] of Object.entries(lists)) writeFileSync(fileOf(name), bytes);

export const readList = (name: string): Buffer => readFileSync(fileOf(name));

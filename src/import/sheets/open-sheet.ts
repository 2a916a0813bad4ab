import { Refusal } from '../../errors.ts';
import { Archive, tooLarge, unreadable } from './archive.ts';
import { openOds } from './ods.ts';
import type { Sheet, Workbook } from './sheet.ts';
import { openXlsx } from './xlsx.ts';

/** A spreadsheet must be whole before it can be read, so it is kept in memory. */
export const sheetBytesMax = 64 * 1024 * 1024;

/** A sheet of a spreadsheet. from1904: its days are counted from 1904 and not from 1900. */
export interface OpenSheet extends Sheet {
  from1904: boolean;
}

/**
 * Opens the sheet of that name, or without a name the only one with content. Throws Refusal `malformed-csv` if there is none or
 * several, with their names.
 */
export async function openSheet(
  file: Buffer,
  format: 'xlsx' | 'ods',
  name: string | undefined,
): Promise<OpenSheet> {
  const { sheets, from1904 } = await openWorkbook(file, format);
  if (name !== undefined) {
    const named = sheets.find((sheet) => sheet.name === name);
    if (named) return { ...named, from1904 };
    throw new Refusal('malformed-csv', `The file has no sheet ${JSON.stringify(name)}. ${theyAre(sheets)}`);
  }
  const filled = await withContent(sheets);
  const [only, ...others] = filled;
  if (!only) throw unreadable('it has no sheet with content');
  if (others.length > 0)
    throw new Refusal(
      'malformed-csv',
      `The file has ${filled.length} sheets with content: name the one that you mean in the mapping ("sheet"). ${theyAre(filled)}`,
    );
  return { ...only, from1904 };
}

export async function openWorkbook(file: Buffer, format: 'xlsx' | 'ods'): Promise<Workbook> {
  if (file.length > sheetBytesMax) throw tooLarge(`has more than ${sheetBytesMax / 1024 / 1024} MiB`);
  const archive = await Archive.open(file);
  return format === 'xlsx' ? openXlsx(archive) : openOds(archive);
}

export async function withContent(sheets: Sheet[]): Promise<Sheet[]> {
  const filled: Sheet[] = [];
  for (const sheet of sheets) if (await hasContent(sheet)) filled.push(sheet);
  return filled;
}

async function hasContent(sheet: Sheet): Promise<boolean> {
  for await (const _ of sheet.rows()) return true;
  return false;
}

const theyAre = (sheets: Sheet[]): string =>
  `Its sheets are ${sheets.map(({ name }) => JSON.stringify(name)).join(', ')}.`;

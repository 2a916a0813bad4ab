import { type SafeHtml, html as tag } from '@remix-run/html-template';

export type { SafeHtml };

/** What a template may have in a hole: no booleans, which would be printed. */
export type Hole = SafeHtml | string | number | null | undefined | readonly Hole[];

/**
 * HTML in which every hole is escaped. A hole stands in text or in a quoted attribute, which a test requires of all templates.
 * Addresses from outside go through `safeUrl`.
 */
export const html = tag as unknown as (strings: TemplateStringsArray, ...holes: Hole[]) => SafeHtml;

/** The address if a browser may be sent there: http and https only. Undefined for `javascript:` and all others. */
export function safeUrl(text: string | undefined): string | undefined {
  const url = text === undefined ? undefined : URL.parse(text);
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url.href : undefined;
}

/** A document as XML, which unlike HTML may not have every character that a text of the ledger may. */
export const asXml = (document: SafeHtml): string =>
  String(document).replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');

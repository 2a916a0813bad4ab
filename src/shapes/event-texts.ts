import { canonicalJson, sortKeys } from './canonical-json.ts';

/**
 * The canonical texts of the long members of an event. They stand in its leaf and in what its fingerprint is made of, and are written
 * once.
 */
export interface EventTexts {
  data: string | undefined;
  sources: string | undefined;
}

export const textsOf = ({ data, sources }: { data?: object; sources?: object }): EventTexts => ({
  data: data && canonicalJson(data),
  sources: sources && canonicalJson(sources),
});

/**
 * The canonical text of an object that has these members. placed: told where the text of each begins. The names of the members of events
 * need no escapes.
 */
export function canonicalWith(
  event: object,
  { data, sources }: EventTexts,
  placed?: (member: keyof EventTexts, at: number) => void,
): string {
  // Looked at by name.
  const members = event as { [member: string]: unknown };
  let text = '{';
  for (const key of sortKeys(Object.keys(members))) {
    const member = members[key];
    if (member === undefined) continue;
    text += text === '{' ? `"${key}":` : `,"${key}":`;
    if (key === 'data' && data !== undefined) {
      placed?.('data', text.length);
      text += data;
    } else if (key === 'sources' && sources !== undefined) {
      placed?.('sources', text.length);
      text += sources;
    } else text += canonicalJson(member);
  }
  return `${text}}`;
}

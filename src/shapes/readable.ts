/** The column of a table that shows a list in a record as a text, beside the column that has it as JSON; undefined: none does. */
export function readableName(column: string): string | undefined {
  if (column.startsWith('data.')) return column.slice('data.'.length);
  return column.endsWith('sources') ? `${column.slice(0, -'sources'.length)}publishers` : undefined;
}

/** A list as a text for people. A text can't tell all that the JSON says, such as the country of a party. */
export const readableText = (list: readonly unknown[]): string => list.map(entryText).join('; ');

function entryText(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return String(entry);
  // Texts of other lists, such as titles, stand under `text`; a source has a publisher.
  const { name, text, publisher, url } = entry as { [member: string]: unknown };
  return [name ?? text ?? publisher, url].filter((part) => part !== undefined).join(' ');
}

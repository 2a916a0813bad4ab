/** An element with its attributes and what is in it. Texts become text, never markup. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: { [name: string]: string | boolean | undefined } = {},
  ...inside: (Node | string | undefined)[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  made.append(...inside.filter((one) => one !== undefined));
  return made;
}

/** A choice of some texts; the chosen one is selected. */
export function choice(
  attributes: { [name: string]: string | boolean | undefined },
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
): HTMLSelectElement {
  return element(
    'select',
    attributes,
    ...options.map(([value, text]) => element('option', { value, selected: value === chosen }, text)),
  );
}

/** `{name}` in a text becomes the value. */
export const filled = (text: string, values: { [name: string]: string | number }): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

/** What a value says, for people: of an object all that its members say. */
export function textOf(value: unknown, absent = ''): string {
  if (value === undefined) return absent;
  if (Array.isArray(value)) return value.map((one) => textOf(one)).join('; ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value)
    .map((one) => textOf(one))
    .join(', ');
}

/** Saves a file, as if somebody had followed a link to it. */
export function save(name: string, content: Blob): void {
  const href = URL.createObjectURL(content);
  element('a', { href, download: name }).click();
  // The browser may begin to read it a little later.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

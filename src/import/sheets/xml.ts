import { SaxesParser } from 'saxes';
import { unreadable } from './archive.ts';

export type Attributes = Record<string, string>;

/** What is done at the tags and texts of a document. Names are without their prefix, which every program chooses for itself. */
export interface Handlers {
  open?(name: string, attributes: Attributes): void;
  text?(text: string): void;
  close?(name: string): void;
}

const depthMax = 100;

/**
 * Reads a document piece by piece; after each, control goes back to the caller, who may stop. Throws a Refusal for what is no XML, and
 * for a document type: with it come entities, which may grow without end or lead out of the file.
 */
export async function* readXml(pieces: AsyncIterable<string>, handlers: Handlers): AsyncGenerator<undefined> {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  let depth = 0;
  parser.on('error', (error) => {
    throw unreadable(error.message);
  });
  parser.on('doctype', () => {
    throw unreadable('it has a document type, with which come entities');
  });
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    if (depth > depthMax) throw unreadable(`it is nested more than ${depthMax} levels deep`);
    handlers.open?.(local(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    handlers.close?.(local(name));
  });
  const { text } = handlers;
  if (text) {
    parser.on('text', text);
    parser.on('cdata', text);
  }
  for await (const piece of pieces) {
    parser.write(piece);
    yield;
  }
  parser.close();
  yield;
}

/** Reads a whole document. */
export async function wholeXml(pieces: AsyncIterable<string>, handlers: Handlers): Promise<void> {
  for await (const _ of readXml(pieces, handlers));
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** The value of an attribute whose prefix is not known. */
export const attributeOf = (attributes: Attributes, name: string): string | undefined =>
  attributes[name] ?? Object.entries(attributes).find(([one]) => local(one) === name)?.[1];

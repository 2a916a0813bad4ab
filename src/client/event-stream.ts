/** How far a stream came, and the data of an event; without data it only shows that it lives. */
export interface StreamPart {
  position: number;
  data?: string;
}

/** Reads server-sent events (HTML, section 9.2.6) as a ledger sends them: ids are positions, comments say how far it has looked. */
export async function* partsOf(lines: AsyncIterable<string>): AsyncGenerator<StreamPart, void, undefined> {
  let part: Partial<StreamPart> = {};
  for await (const line of lines) {
    const [, field = '', text = ''] = /^(id: |data: |: at )(.*)$/.exec(line) ?? [];
    if (field === 'data: ') part.data = text;
    else if (field !== '') part.position = Number(text);
    if (line !== '') continue;
    if (part.position !== undefined) yield { ...part, position: part.position };
    part = {};
  }
}

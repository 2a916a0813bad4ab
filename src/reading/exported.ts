import type { ReadStore } from '../store/store.ts';
import { turn } from '../turns.ts';
import { listEvents } from '../views/event-log.ts';
import type { PositionRange } from '../views/slices.ts';
import type { Asked } from './computed.ts';

/** What is read and sent at once: as many leaves as are likely to fit. */
const pieceBytes = 512 * 1024;
const pieceLeavesMax = 512;

export interface ExportAsked extends Asked {
  parameters: { after?: number; initiativeId?: string };
}

/**
 * Leaves of the log, one a line. Each piece is read by one short query, so that neither memory nor a read transaction waits for whoever
 * takes them.
 */
export async function* exportedLines(store: ReadStore, asked: ExportAsked): AsyncGenerator<Uint8Array, void> {
  const { after = 0, initiativeId } = asked.parameters;
  const range = { from: after, to: asked.at.position };
  const pieces = initiativeId === undefined ? allOf(store, range) : ofInitiative(store, range, asked);
  for await (const lines of pieces) {
    yield lines;
    await turn();
  }
}

async function* allOf(store: ReadStore, { from, to }: PositionRange): AsyncGenerator<Uint8Array> {
  for (let leaves = 16; from < to; ) {
    const end = Math.min(from + leaves, to);
    const lines = await store.leafLines(from, end);
    // An export with a gap would look whole.
    if (!lines) throw new Error(`the log lacks leaves after position ${from}`);
    yield lines;
    leaves = Math.ceil(Math.min(((end - from) * pieceBytes) / lines.length, leaves * 2, pieceLeavesMax));
    from = end;
  }
}

async function* ofInitiative(
  { db }: ReadStore,
  range: PositionRange,
  { visible, parameters: { initiativeId } }: ExportAsked,
): AsyncGenerator<Uint8Array> {
  const size = { limit: pieceLeavesMax, bytesMax: pieceBytes };
  const filters = { visible, ...(initiativeId !== undefined && { initiativeId }) };
  for (let after: number | undefined = range.from; after !== undefined; ) {
    const { items, next } = await listEvents({ db, filters, range, order: 'asc' }, after, size);
    if (items.length > 0) yield Buffer.from(items.map(({ leaf }) => `${leaf}\n`).join(''));
    after = next === undefined ? undefined : Number(next);
  }
}

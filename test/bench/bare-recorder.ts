import pg from 'pg';
import type { Posting } from '../../src/ledger/posting.ts';
import type { Receipt } from '../../src/store/receipt.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { openEmpty } from './empty-store.ts';

export const bareTable =
  'create table bare_leaves (id bigint generated always as identity primary key, leaf text not null)';

/** Records nothing but the text of an event: one INSERT a request, which PostgreSQL commits by itself, over a pool. */
export class BareRecorder extends Recorder {
  readonly #pool: pg.Pool;

  constructor(connectionString: string, max: number) {
    super(openEmpty(), Date.now);
    this.#pool = new pg.Pool({ connectionString, max });
  }

  override async record({ items }: Posting): Promise<Receipt> {
    const { rows } = await this.#pool.query<{ id: string }>({
      name: 'insert',
      text: 'insert into bare_leaves (leaf) values ($1) returning id',
      values: [JSON.stringify(items[0]?.event)],
    });
    return {
      ...receipt,
      recorded: receipt.recorded.map((one) => ({ ...one, position: Number(rows[0]?.id) })),
    };
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.#pool.end();
  }
}

/** An answer as long as a real one. */
const receipt: Receipt = {
  recorded: [
    {
      index: 0,
      position: 1,
      eventId: '00000000-0000-7000-8000-000000000000',
      recordId: 'mou-1000000',
      version: 1,
      type: 'MoUSigned',
      recordedAt: '2024-01-01T00:00:00.000Z',
      leafHash: new Uint8Array(32),
    },
  ],
  warnings: [],
  basis: { treeSize: 1_000_000, rootHash: new Uint8Array(32) },
  kept: false,
};

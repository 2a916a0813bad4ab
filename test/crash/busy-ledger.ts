import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { parseVerifierKey } from '../../src/tlog/note-key.ts';
import { type Rows, rowsOf } from '../helpers/check-store.ts';
import type { Ending } from '../helpers/child.ts';
import { type Summaries, summariesAt } from '../kills/answers.ts';
import { type Check, checksOf, checksOfLog } from '../kills/checks.ts';
import { Journal } from '../kills/journal.ts';
import { Random } from '../kills/random.ts';
import { beginnings } from '../kills/requests.ts';
import { PlainTree } from '../tlog/plain-tree.ts';
import { Client, Deeds } from './client.ts';
import { Service } from './service.ts';

export interface Load {
  clients: number;
  seed: string;
  /** Of the service. */
  env?: Record<string, string>;
}

/** A ledger in a file, its service, and clients who record in it for as long as they are to. */
export class BusyLedger {
  /** All of the ledger lies in it. */
  readonly directory: string;
  readonly file: string;
  readonly signerDirectory: string;
  /** Of the service's own backups. */
  readonly backups: string;
  readonly service: Service;
  readonly journal = new Journal();
  readonly deeds = new Deeds();
  /** One that does what it is told only. */
  readonly helper: Client;
  readonly #clients: Client[];
  /** Each as it was served. */
  readonly checkpoints: string[] = [];
  /** In the log, as it was in the end. */
  events = 0;
  #periods = 0;

  private constructor(t: Ending, parent: string, { clients, seed, env }: Load) {
    this.directory = mkdtempSync(join(parent, 'ledger-'));
    this.file = join(this.directory, 'ledger.db');
    this.signerDirectory = `${this.file}-signer`;
    this.backups = join(this.directory, 'backups');
    mkdirSync(this.backups);
    // A machine that others use keeps the event loop waiting, too.
    const own = { BACKUP_DIR: this.backups, MAX_EVENT_LOOP_DELAY: '0' };
    this.service = new Service(t, this.file, { ...own, ...env });
    const client = (name: string): Client =>
      new Client(this.service, this.journal, this.deeds, new Random(`${seed} ${name}`));
    this.helper = client('helper');
    this.#clients = Array.from({ length: clients }, (_, i) => client(`client ${i}`));
  }

  static async begin(t: Ending, parent: string, load: Load): Promise<BusyLedger> {
    const ledger = new BusyLedger(t, parent, load);
    await ledger.service.start();
    for (const request of beginnings()) await ledger.helper.post(request);
    return ledger;
  }

  /** The clients begin; when they have recorded something this is done; and then each ends as soon as it is answered. */
  async whileBusy<T>(work: () => Promise<T>): Promise<T> {
    let isOver = false;
    const period = this.#periods++;
    const working = Promise.all(
      this.#clients.map((client, i) => client.work(`p${period}-c${i}`, () => isOver)),
    );
    // Whatever fails then has work behind it and under way.
    await this.journal.more(this.#clients.length);
    try {
      return await work();
    } finally {
      isOver = true;
      await working;
    }
  }

  /** While nobody records. */
  async checks(): Promise<Check[]> {
    const url = await this.service.any();
    // The newest may be of a moment before; where it is, it is of the time before what failed.
    this.checkpoints.push(await textAt(`${url}/v1/log/checkpoint`));
    return withRows(this.file, async (rows) => [
      ...(await checksOfLog({
        rows,
        databaseUrl: `file:${this.file}`,
        journal: withImports(this.journal, this.deeds, rows),
      })),
      { name: 'what was erased stays erased', wrong: stillThere(this.deeds, rows) },
      {
        name: 'earlier checkpoints are served as they were, verify, and have the root computed from the leaves',
        wrong: await wrongCheckpoints(url, this.checkpoints, rows),
      },
    ]);
  }

  /** Stops the service in order. */
  async end(): Promise<Check[]> {
    const counted = await summariesAt(await this.service.any());
    await this.service.end('SIGTERM');
    return withRows(this.file, async (rows) => {
      this.events = rows('events').length;
      return this.#lastChecks(rows, counted);
    });
  }

  async #lastChecks(rows: Rows, counted: Summaries): Promise<Check[]> {
    return [
      { name: 'a rebuild that was broken off leaves nothing', wrong: leftByRebuilds(this.file) },
      ...(await checksOf({
        databaseUrl: `file:${this.file}`,
        signerDirectory: this.signerDirectory,
        rows,
        journal: withImports(this.journal, this.deeds, rows),
        followers: [],
        counted: [counted],
        instances: this.service,
      })),
    ];
  }
}

async function withRows<T>(file: string, use: (rows: Rows) => Promise<T>): Promise<T> {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    const whole = new Map<string, unknown>();
    const rows = rowsOf(db);
    // Nobody records meanwhile, so each table is read once.
    const once: Rows = (table) => {
      if (!whole.has(table)) whole.set(table, rows(table));
      return whole.get(table) as ReturnType<typeof rows<typeof table>>;
    };
    return await use(once);
  } finally {
    db.close();
  }
}

/** What one query finds, also beside the service. */
export function found<T>(file: string, query: string): T[] {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    return db.prepare<[], T>(query).pluck().all();
  } finally {
    db.close();
  }
}

const leftByRebuilds = (file: string): string[] =>
  found(file, "select name from sqlite_schema where name like '%_rebuilt' or name like '%_replaced'");

/** The report of an import does not list its events; that all of its lines are there, and once, their ids tell. */
function withImports(journal: Journal, { imports }: Deeds, rows: Rows): Journal {
  const recorded = new Map(imports.map(({ id }) => [id, [] as Journal['acknowledged'][number]['recorded']]));
  for (const { leaf, position, event_id: eventId, record_id: recordId, version } of rows('events')) {
    const { correlationId } = JSON.parse(leaf);
    recorded.get(correlationId)?.push({
      ...{ position, eventId, recordId, version },
      leafHash: hash('sha256', Buffer.from(`\0${leaf}`), 'hex'),
    });
  }
  const acknowledged = imports.map((request) => ({ request, recorded: recorded.get(request.id) ?? [] }));
  return Object.assign(Object.create(journal), { acknowledged: [...journal.acknowledged, ...acknowledged] });
}

function stillThere({ erased }: Deeds, rows: Rows): string[] {
  const openings = new Set(rows('openings').map(({ commitment }) => commitment));
  return erased.filter((commitment) => openings.has(commitment)).map((one) => `${one} can be opened again`);
}

async function wrongCheckpoints(url: string, checkpoints: string[], rows: Rows): Promise<string[]> {
  const { origin, items } = JSON.parse(await textAt(`${url}/v1/log/keys`));
  const keys = items.map(({ vkey }: { vkey: string }) => parseVerifierKey(vkey));
  const tree = new PlainTree(rows('events').map(({ leaf }) => Buffer.from(leaf)));
  const wrong: string[] = [];
  for (const note of checkpoints) {
    const { size, rootHash } = openCheckpoint(note, origin, keys);
    if ((await textAt(`${url}/v1/log/checkpoint?size=${size}`)) !== note)
      wrong.push(`the checkpoint of ${size} is served otherwise than it was`);
    if (!Buffer.from(tree.mth(0, Number(size))).equals(rootHash))
      wrong.push(`the root of ${size} is another`);
  }
  return wrong;
}

async function textAt(url: string): Promise<string> {
  return (await fetch(url)).text();
}

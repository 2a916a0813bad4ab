import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { openCheckpoint } from '../../src/tlog/checkpoint.ts';
import { parseVerifierKey } from '../../src/tlog/note-key.ts';
import { type Rows, rowsOf } from '../helpers/check-store.ts';
import type { Ending } from '../helpers/child.ts';
import { summariesAt } from '../kills/answers.ts';
import { type Check, checksOf, checksOfLog } from '../kills/checks.ts';
import { Journal } from '../kills/journal.ts';
import { Random } from '../kills/random.ts';
import { beginnings } from '../kills/requests.ts';
import { PlainTree } from '../tlog/plain-tree.ts';
import { Client, Deeds } from './client.ts';
import { Service } from './service.ts';

export interface Options {
  rounds: number;
  clients: number;
  seed: string;
  /** The longest time under load before a kill. */
  loadMs: number;
  /** Told of each round, and of what was found wrong. */
  told?: (round: number, events: number, checks: Check[]) => void;
}

export interface Outcome {
  journal: Journal;
  deeds: Deeds;
  kills: { underLoad: number; whileStarting: number };
  events: number;
  checkpoints: number;
  /** Of all rounds, by name. */
  checks: Check[];
}

/** A service on a file is killed under load at random moments, and started again; after each time all is checked. */
export async function runCrashes(t: Ending, options: Options): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-crash-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  const file = join(directory, 'ledger.db');
  const random = (what: string) => new Random(`${options.seed} ${what}`);
  const [times, service, journal, deeds] = [
    random('times'),
    new Service(t, file),
    new Journal(),
    new Deeds(),
  ];
  const clients = Array.from(
    { length: options.clients },
    (_, i) => new Client(service, journal, deeds, random(`client ${i}`)),
  );
  const kills = { underLoad: 0, whileStarting: 0 };
  const checkpoints: string[] = [];
  const found = new Map<string, string[]>();
  const note = (checks: Check[]): void => {
    for (const { name, wrong } of checks) found.set(name, [...(found.get(name) ?? []), ...wrong]);
  };
  await service.start();
  for (const request of beginnings()) await clients[0]?.post(request);

  for (let round = 1; round <= options.rounds; round++) {
    let isOver = false;
    const working = Promise.all(clients.map((client, i) => client.work(`r${round}-c${i}`, () => isOver)));
    // Whatever is killed has work behind it and under way.
    await journal.more(options.clients);
    await pause(times.below(options.loadMs));
    await service.end('SIGKILL');
    kills.underLoad += 1;
    while (times.percent(25)) {
      await service.killWhileStarting(times.below(1_500));
      kills.whileStarting += 1;
    }
    await service.start();
    isOver = true;
    await working;

    const url = await service.any();
    // The newest may be of a moment before; where it is, it is of the time before the kill.
    checkpoints.push(await textAt(`${url}/v1/log/checkpoint`));
    const checks = await withRows(file, async (rows) => [
      ...(await checksOfLog({
        rows,
        databaseUrl: `file:${file}`,
        journal: withImports(journal, deeds, rows),
      })),
      { name: 'what was erased stays erased', wrong: stillThere(deeds, rows) },
      {
        name: 'earlier checkpoints are served as they were, verify, and have the root computed from the leaves',
        wrong: await wrongCheckpoints(url, checkpoints, rows),
      },
    ]);
    note(checks);
    options.told?.(round, journal.position, checks);
  }

  const counted = await summariesAt(await service.any());
  await service.end('SIGTERM');
  const events = await withRows(file, async (rows) => {
    note(
      await checksOf({
        databaseUrl: `file:${file}`,
        signerDirectory: `${file}-signer`,
        rows,
        journal: withImports(journal, deeds, rows),
        followers: [],
        counted: [counted],
        instances: service,
      }),
    );
    return rows('events').length;
  });
  const checks = [...found].map(([name, wrong]) => ({ name, wrong }));
  return { journal, deeds, kills, events, checkpoints: checkpoints.length, checks };
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

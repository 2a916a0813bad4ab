import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ending } from '../helpers/child.ts';
import type { Check } from '../kills/checks.ts';
import { Random } from '../kills/random.ts';
import { BusyLedger } from './busy-ledger.ts';
import { Figures } from './figures.ts';
import { KillsOfCommands } from './kills-of-commands.ts';
import { type Killed, killsOfService } from './kills-of-service.ts';

/** After so many rounds with the same service a new ledger is begun, as each check reads the whole ledger. */
export const roundsOfLedger = 12;

export interface Options {
  rounds: number;
  clients: number;
  seed: string;
  /** The longest time under load before a kill. */
  loadMs: number;
  /** Told of each round, and of what was found wrong. */
  told?: (round: number, what: string, checks: Check[]) => void;
}

export interface Outcome {
  /** By what was to be interrupted; hits: where it was under way. */
  kills: Map<string, { kills: number; hits: number }>;
  whileStarting: number;
  figures: Figures;
}

/**
 * A service on a file is killed under load at random moments, and commands at work, all kinds equally often; after each time all is
 * checked.
 */
export async function runCrashes(t: Ending, options: Options): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'milestone-ledger-crash-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  const random = new Random(`${options.seed} times`);
  const outcome: Outcome = { kills: new Map(), whileStarting: 0, figures: new Figures() };
  const { figures } = outcome;
  const commands = (await KillsOfCommands.begin(t, directory, random)).kinds;
  const kinds = [...Object.keys(killsOfService), ...Object.keys(commands)];
  let busy: BusyLedger | undefined;
  let roundsLeft = 0;

  const killService = async (kind: string, round: number): Promise<Killed & { checks: Check[] }> => {
    busy ??= await BusyLedger.begin(t, directory, { ...options, seed: `${options.seed} ${round}` });
    const ledger = busy;
    const { service } = ledger;
    const kill = async (ended = () => {}): Promise<void> => {
      await service.end('SIGKILL');
      ended();
      while (random.percent(20)) {
        await service.killWhileStarting(random.below(1_500));
        outcome.whileStarting += 1;
      }
      await service.start();
    };
    const { loadMs } = options;
    const killed = await ledger.whileBusy(async () => {
      const work = killsOfService[kind];
      if (!work) throw new Error(`there is no kill of ${kind}`);
      return work({ ledger, random, id: `round-${round}`, loadMs, kill });
    });
    const checks = await ledger.checks();
    roundsLeft -= 1;
    return { ...killed, checks };
  };

  let bag: string[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    if (bag.length === 0) bag = [...kinds];
    const kind = random.pick(bag);
    bag = bag.filter((one) => one !== kind);
    if (!busy) roundsLeft = roundsOfLedger;
    const killed = await commands[kind]?.();
    const { isHit, wrong, checks } = killed ? { ...killed, checks: [] } : await killService(kind, round);
    const all = [...checks, { name: `what a kill during ${kind} leaves is whole`, wrong }];
    if (busy && (roundsLeft === 0 || round === options.rounds)) {
      all.push(...(await busy.end()));
      figures.addLedger(busy);
      busy = undefined;
    }
    figures.addChecks(all);
    const { kills, hits } = outcome.kills.get(kind) ?? { kills: 0, hits: 0 };
    outcome.kills.set(kind, { kills: kills + 1, hits: hits + (isHit ? 1 : 0) });
    options.told?.(round, `${kind}${isHit ? '' : ' (missed)'}`, all);
  }
  return outcome;
}

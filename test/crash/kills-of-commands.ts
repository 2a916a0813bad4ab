import { once } from 'node:events';
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type App, openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { exportBundle } from '../../src/copy/copy-ledger.ts';
import { StoreUnavailable } from '../../src/store/lock-file.ts';
import { verifyLedger } from '../../src/verify/verify.ts';
import { checkStore } from '../helpers/check-store.ts';
import { type Ending, type Program, runChild, startProgram } from '../helpers/child.ts';
import type { Random } from '../kills/random.ts';
import { earlierLedger, ready, versions } from '../upgrade/earlier.ts';
import { found } from './busy-ledger.ts';
import type { Killed } from './kills-of-service.ts';

const create = ['token', 'create', '--label', 'A token', '--role', 'admin', '--initiative', '*'];

/** Kills of what is done by a command or at a start, each on a ledger of its own that an earlier version left. */
export class KillsOfCommands {
  readonly #parent: string;
  readonly #random: Random;
  readonly #earlier: ReturnType<typeof earlierLedger>;
  /** The same ledger, as this version made it, and a bundle of it. */
  readonly #upgraded: Place;
  readonly #bundle: string;
  readonly #leaves: string[];

  private constructor(t: Ending, parent: string, random: Random) {
    this.#parent = parent;
    this.#random = random;
    this.#earlier = earlierLedger(t, versions.at(-1) ?? '');
    this.#leaves = leavesOf(this.#earlier.database);
    this.#upgraded = this.#copy(this.#earlier);
    this.#bundle = join(this.#upgraded.directory, 'bundle.db');
  }

  static async begin(t: Ending, parent: string, random: Random): Promise<KillsOfCommands> {
    const kills = new KillsOfCommands(t, parent, random);
    await kills.#served(kills.#upgraded, async () => {});
    await exportBundle(`file:${kills.#upgraded.database}`, kills.#bundle);
    return kills;
  }

  /** By what is interrupted. */
  readonly kinds: Record<string, () => Promise<Killed>> = {
    migration: () => this.#migration(),
    token: () => this.#token(),
    'restore of a bundle': () => this.#bundleRestored(),
    'restore of a backup': () => this.#backupRestored(),
  };

  /** A start that brings a ledger to this version. */
  async #migration(): Promise<Killed> {
    const place = this.#copy(this.#earlier);
    const { answered } = this.#earlier;
    const upgraded = versionsIn(this.#upgraded.database);
    let isHit = false;
    do {
      await this.#killed(startProgram(['serve'], { ...envOf(place), PORT: '0' }), place.directory, 600);
      isHit ||= !isDeepStrictEqual(versionsIn(place.database), upgraded);
    } while (this.#random.percent(40));
    const wrong = await this.#served(place, async (app) => {
      const wrong: string[] = [];
      for (const { url, headers, body, answer } of answered.posted) {
        const repeat = await app.inject({ method: 'POST', url, headers, payload: body });
        const { recorded } = answer as { recorded: unknown };
        if (repeat.statusCode !== 422 && !isDeepStrictEqual(repeat.json().recorded, recorded))
          wrong.push(`${url} was answered again with ${repeat.body}`);
      }
      return wrong;
    });
    return { isHit, wrong: [...wrong, ...(await this.#wrongIn(place, 0)), ...this.#remove(place)] };
  }

  /** The command that makes the first token of a ledger, with which it is open no more. */
  async #token(): Promise<Killed> {
    const place = this.#copy(this.#upgraded);
    const command = startProgram([...create, '--expires', '30d', '--json'], envOf(place));
    const { out, isHit } = await this.#killed(command, place.directory, 150);
    const wrong: string[] = [];
    const requireKnown = async (said: string): Promise<void> => {
      const { token } = JSON.parse(said);
      const me = await this.#served(place, (app) =>
        app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${token}` } }),
      );
      if (me.statusCode !== 200) wrong.push(`a token that was shown is answered with ${me.body}`);
    };
    if (out.endsWith('\n')) await requireKnown(out);
    const again = await runChild([...create, '--expires', '30d', '--json'], envOf(place));
    if (again.code === 0) await requireKnown(again.out);
    else wrong.push(`no token can be made afterwards: ${again.err}`);
    // Of the first time a principal may have stayed to which no token belongs.
    return { isHit, wrong: [...wrong, ...(await this.#wrongIn(place, 2)), ...this.#remove(place)] };
  }

  /** The command that puts a backup in the place of a ledger, which has one event more. */
  async #backupRestored(): Promise<Killed> {
    const place = { ...this.#copy(this.#upgraded), signer: '' };
    const wrong: string[] = [];
    const { code, err } = await runChild([...create, '--expires', '30d'], envOf(place));
    if (code !== 0) wrong.push(`no token can be made: ${err}`);
    const restore = ['restore', '--backup', this.#upgraded.database];
    const { isHit } = await this.#killed(startProgram(restore, envOf(place)), place.directory, 300);
    // The one ledger or the other, whole.
    await this.#served(place, async () => {});
    wrong.push(...(await this.#wrongIn(place, 1)));
    const again = await runChild(restore, envOf(place));
    if (again.code !== 0) wrong.push(`it can't be restored afterwards: ${again.out}${again.err}`);
    return { isHit, wrong: [...wrong, ...(await this.#wrongIn(place, 0)), ...this.#remove(place)] };
  }

  /** The command that restores a ledger from a bundle. */
  async #bundleRestored(): Promise<Killed> {
    const place = { ...this.#place(), signer: '' };
    const restore = () => startProgram(['restore', '--bundle', this.#bundle], envOf(place));
    const { isHit } = await this.#killed(restore(), place.directory, 500);
    const wrong: string[] = [];
    if (existsSync(place.database)) {
      const opened = await this.#served(place, async () => true).catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) throw error;
        return false;
      });
      // Whatever is opened is whole, or empty as before.
      if (opened && leavesOf(place.database).length > 0) wrong.push(...(await this.#wrongIn(place, 0)));
    }
    rmSync(place.directory, { recursive: true });
    const whole = { ...this.#place(), signer: '' };
    const { code, err } = await runChild(['restore', '--bundle', this.#bundle], envOf(whole));
    if (code !== 0) wrong.push(`it can't be restored afterwards: ${err}`);
    return { isHit, wrong: [...wrong, ...(await this.#wrongIn(whole, 0)), ...this.#remove(whole)] };
  }

  /** Kills a program some time after it has touched a directory. */
  async #killed(
    program: Program,
    directory: string,
    withinMs: number,
  ): Promise<{ out: string; isHit: boolean }> {
    const touched = watch(directory);
    program.stderr.resume();
    const [out, exit] = [text(program.stdout), once(program, 'exit')];
    await Promise.race([once(touched, 'change'), exit]);
    touched.close();
    await Promise.race([pause(this.#random.below(withinMs)), exit]);
    const isHit = program.exitCode === null;
    program.kill('SIGKILL');
    await exit;
    return { out: await out, isHit };
  }

  async #served<T>(place: Place, work: (app: App) => Promise<T>): Promise<T> {
    const app = await openLedgerApp(readConfig(envOf(place)), false);
    try {
      await ready(app);
      return await work(app);
    } finally {
      await app.close();
    }
  }

  /** added: so many events at most that came after those of the earlier version. */
  async #wrongIn({ database, signer }: Place, added: number): Promise<string[]> {
    const leaves = leavesOf(database);
    const { findings } = await verifyLedger(`file:${database}`, { signerDirectory: signer });
    checkStore(database);
    const isSame =
      leaves.length <= this.#leaves.length + added && this.#leaves.every((leaf, i) => leaves[i] === leaf);
    return [
      ...findings.map((finding) => JSON.stringify(finding)),
      ...(isSame ? [] : [`there are ${leaves.length} leaves, or others than there were`]),
    ];
  }

  #place(): Place {
    const directory = mkdtempSync(join(this.#parent, 'command-'));
    return { directory, database: join(directory, 'ledger.db'), signer: join(directory, 'signer') };
  }

  /** Of a ledger that nobody has open. */
  #copy(from: { database: string; signer: string }): Place {
    const place = this.#place();
    copyFileSync(from.database, place.database);
    cpSync(from.signer, place.signer, { recursive: true });
    return place;
  }

  #remove({ directory }: Place): [] {
    rmSync(directory, { recursive: true });
    return [];
  }
}

interface Place {
  directory: string;
  database: string;
  signer: string;
}

// Its events may be older than a year.
const envOf = ({ database, signer }: Place) => ({
  DATABASE_URL: `file:${database}`,
  SIGNER_DIR: signer,
  ALLOW_CLOCK_JUMP: 'true',
});

const leavesOf = (file: string): string[] => found(file, 'select leaf from events order by position');

/** What a migration changes, step by step. */
const versionsIn = (file: string): string[] =>
  found(
    file,
    "select name from kysely_migration union all select view || ' ' || version from view_versions order by 1",
  );

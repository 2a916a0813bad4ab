import { type Cluster, execute, runIn, startCluster, startStandby } from './postgres.ts';
import { until } from './until.ts';

const settings = [
  // Without it, no other server can be rewound to the history of this one.
  'full_page_writes=on',
  // A standby that finds no primary sleeps so long before it looks again, and sees only then that it was promoted.
  'wal_retrieve_retry_interval=100ms',
];

/** A primary whose commits wait for its standby. */
export class Pair {
  primary: Cluster;
  standby: Cluster;
  /** Names both hosts, the first primary before the first standby. */
  readonly url: string;

  private constructor(primary: Cluster, standby: Cluster) {
    this.primary = primary;
    this.standby = standby;
    const hosts = [primary, standby].map(({ directory }) => encodeURIComponent(directory));
    this.url = `postgres://postgres@${hosts.join(',')}/postgres`;
  }

  static async start(): Promise<Pair> {
    const primary = await startCluster(settings);
    // In its files, as pg_rewind starts it without the settings. What it lacks until then is kept for it.
    await execute(primary.url('postgres'), `alter system set wal_keep_size = '256MB'`);
    const standby = await startStandby(primary, settings);
    const pair = new Pair(primary, standby);
    await pair.waitFor('standby');
    return pair;
  }

  /** Has the commits of the primary wait for its standby, or for one that is not there. */
  async waitFor(which: 'standby' | 'nobody'): Promise<void> {
    const url = this.primary.url('postgres');
    const [name, state] = which === 'standby' ? ['*', 'sync'] : ['nobody', 'async'];
    await execute(url, `alter system set synchronous_standby_names = '${name}'`);
    await execute(url, 'select pg_reload_conf()');
    const states = 'select 1 from pg_stat_replication where sync_state = $1';
    await until(async () => (await execute(url, states, [state])).length > 0);
    // Whoever waited before goes on when the standby has more to report.
    if (which === 'standby') await execute(url, `select pg_logical_emit_message(true, '', '')`);
  }

  /** The standby becomes the primary, and waits for nobody. The other one must have ended. */
  async promote(): Promise<void> {
    [this.primary, this.standby] = [this.standby, this.primary];
    await execute(this.primary.url('postgres'), 'select pg_promote()');
  }

  /** What was the primary gives up what only it has, follows the new one, and is waited for again. */
  async rejoin(): Promise<void> {
    const { primary, standby } = this;
    // Until its first checkpoint it seems to have the old history only.
    await execute(primary.url('postgres'), 'checkpoint');
    const from = `host=${primary.directory} user=postgres dbname=postgres`;
    await runIn(
      standby.directory,
      'pg_rewind',
      '--source-server',
      from,
      '--write-recovery-conf',
      '--no-sync',
    );
    await standby.start();
    await this.waitFor('standby');
  }

  /** Resolves when the standby shows all that the primary has committed. */
  async caughtUp(): Promise<void> {
    const [{ lsn } = {}] = (await execute(
      this.primary.url('postgres'),
      'select pg_current_wal_lsn() as lsn',
    )) as { lsn?: string }[];
    const reached = 'select 1 where pg_last_wal_replay_lsn() >= $1';
    await until(async () => (await execute(this.standby.url('postgres'), reached, [lsn])).length > 0);
  }

  async end(): Promise<void> {
    await Promise.all([this.primary.end(), this.standby.end()]);
  }
}

import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { StreamReader } from '../helpers/streaming.ts';
import type { Instances } from './instances.ts';
import type { Random } from './random.ts';

/** A reader of the event stream, which goes on at any instance when its stream breaks, and now and then by itself. */
export class Follower {
  readonly #instances: Instances;
  readonly #random: Random;
  /** Over the leaf hashes that were sent, one a line, in the order in which they came. */
  readonly #sent = createHash('sha256');
  #goal = Promise.withResolvers<void>();
  #end: number | undefined;
  position = 0;
  connections = 0;
  readonly wrong: string[] = [];

  constructor(instances: Instances, random: Random) {
    this.#instances = instances;
    this.#random = random;
  }

  /** It reads up to here, and no further than it is sent at once. */
  endsAt(position: number): void {
    this.#end = position;
    this.#goal.resolve();
  }

  async read(): Promise<void> {
    while (!this.#isDone()) {
      const { port } = new URL(await this.#instances.any(this.#random));
      const headers: Record<string, string> =
        this.position === 0 ? {} : { 'last-event-id': `${this.position}` };
      // Nobody else closes it.
      const opened = StreamReader.open({ teardown: () => {} }, Number(port), '', headers);
      const stream = await opened.catch(() => undefined);
      if (stream?.response.statusCode === 200) await this.#follow(stream);
      else if (stream && stream.response.statusCode !== 503)
        this.wrong.push(`after ${this.position} it was answered with ${stream.response.statusCode}`);
      stream?.close();
      await pause(this.#random.below(50));
    }
  }

  get digest(): string {
    return this.#sent.copy().digest('hex');
  }

  async #follow(stream: StreamReader): Promise<void> {
    this.connections += 1;
    let isOpen = true;
    const ended = stream.ended.then(() => {
      isOpen = false;
    });
    const leaveAt = this.position + 1 + this.#random.below(4_000);
    while (isOpen && this.position < leaveAt && !this.#isDone()) {
      const something = stream.until(({ events }) => events.length > 0);
      await Promise.race([something, ended, ...(this.#end === undefined ? [this.#goal.promise] : [])]);
      // Taken out, so that they don't pile up.
      for (const { id, data } of stream.events.splice(0)) {
        if (id !== this.position + 1) this.wrong.push(`${id} came after ${this.position}`);
        this.position = id;
        this.#sent.update(`${data.leafHash}\n`);
      }
    }
  }

  #isDone(): boolean {
    return this.#end !== undefined && this.position >= this.#end;
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Instances } from './instances.ts';
import type { Journal, Recorded } from './journal.ts';
import type { Random } from './random.ts';
import { anyRequest, correction, initiatives, type Request, shared } from './requests.ts';

const patienceMs = 30_000;
/** Some clients send again what the instance still works on. */
const impatienceMs = 150;

interface Answer {
  status: number;
  text: string;
  replayed: boolean;
}

/** A client that posts one request after the other, each through any instance and until it is answered. */
export class Officer {
  readonly #instances: Pick<Instances, 'any'>;
  readonly #journal: Journal;
  readonly #random: Random;

  constructor(instances: Pick<Instances, 'any'>, journal: Journal, random: Random) {
    this.#instances = instances;
    this.#journal = journal;
    this.#random = random;
  }

  async work(name: string, isOver: () => boolean): Promise<void> {
    for (let n = 0; !isOver(); n++) await this.post(await this.next(`${name}-${n}`));
  }

  async post(request: Request): Promise<void> {
    const answer = await this.#settled(request);
    if (!answer) {
      this.#journal.givenUp.push(request);
      return;
    }
    const { status, text } = answer;
    if (status === 409 && request.expectedVersion !== undefined && text.includes('version-conflict')) {
      this.#journal.refused.push(request);
      return;
    }
    if (status !== 201 && status !== 200) {
      this.#wrong(`${request.id} was answered with ${status}: ${text}`);
      return;
    }
    this.#journal.acknowledge(request, recordedIn(text));
    if (this.#random.percent(5)) await this.#repeat(request, answer);
  }

  /** What it posts next. */
  async next(id: string): Promise<Request> {
    const random = this.#random;
    if (random.percent(80)) return anyRequest(id, random);
    const [initiativeId, recordId] = [random.pick(initiatives), random.pick(shared)];
    return correction(id, initiativeId, recordId, random, await this.#versionOf(initiativeId, recordId));
  }

  /** The version of a record as of a position that is not before what was acknowledged to anybody. */
  async #versionOf(initiativeId: string, recordId: string): Promise<number> {
    const before = this.#journal.position;
    for (;;) {
      const answer = await this.#ask(`/v1/initiatives/${initiativeId}/records/${recordId}`);
      if (!answer || answer.status === 503) continue;
      const { version = 0, asOf } = JSON.parse(answer.text);
      if (answer.status !== 200)
        this.#wrong(`${recordId} was answered with ${answer.status}: ${answer.text}`);
      else if (asOf.position < before)
        this.#wrong(`${asOf.position} was read after ${before} was acknowledged`);
      this.#journal.readsChecked += 1;
      return version;
    }
  }

  /** The first answer that says what became of the request; undefined where nobody waits for it any more. */
  async #settled(request: Request): Promise<Answer | undefined> {
    for (;;) {
      const answer = await this.#send(request);
      if (answer && answer.status !== 503) {
        if (answer.replayed || answer.status === 200) this.#journal.recordedBefore += 1;
        return answer;
      }
      if (answer) this.#journal.noteUnavailable(answer.text);
      else this.#journal.retried.unanswered += 1;
      if (!answer && this.#random.percent(2)) return undefined;
    }
  }

  /** What was acknowledged is answered alike by every instance. */
  async #repeat(request: Request, first: Answer): Promise<void> {
    let again: Answer | undefined;
    do again = await this.#send(request);
    while (!again || again.status === 503);
    this.#journal.repeated += 1;
    const isSame =
      request.key === undefined
        ? again.status === 200 &&
          JSON.stringify(recordedIn(again.text)) === JSON.stringify(recordedIn(first.text))
        : again.status === 201 && again.replayed && again.text === first.text;
    if (!isSame) this.#wrong(`${request.id} was answered with ${first.text}, and then with ${again.text}`);
  }

  #send({ initiativeId, body, key }: Request): Promise<Answer | undefined> {
    return this.#ask(`/v1/initiatives/${initiativeId}/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body,
    });
  }

  /** undefined: no answer came. After that, and after a 503, it waits a moment. */
  async #ask(path: string, init: RequestInit = {}): Promise<Answer | undefined> {
    const url = await this.#instances.any(this.#random);
    const isImpatient = this.#random.percent(5);
    const signal = AbortSignal.timeout(isImpatient ? this.#random.below(impatienceMs) : patienceMs);
    let answer: Answer | undefined;
    try {
      const { status, headers, ...response } = await fetch(`${url}${path}`, { ...init, signal }).then(
        async (response) => ({
          status: response.status,
          headers: response.headers,
          text: await response.text(),
        }),
      );
      answer = { status, text: response.text, replayed: headers.get('idempotent-replayed') === 'true' };
    } catch {}
    if (!answer || answer.status === 503) await pause(50 + this.#random.below(200));
    return answer;
  }

  #wrong(what: string): void {
    this.#journal.wrong.push(what);
  }
}

/** The first time and again; only the latter is marked. */
const recordedIn = (text: string): Recorded[] =>
  JSON.parse(text).recorded.map(({ position, eventId, recordId, version, leafHash }: Recorded) => ({
    position,
    eventId,
    recordId,
    version,
    leafHash,
  }));

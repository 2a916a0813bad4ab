import { setTimeout as pause } from 'node:timers/promises';
import { mou } from '../helpers/decide.ts';
import { ndjson } from '../helpers/import.ts';
import type { Journal, Recorded } from '../kills/journal.ts';
import { Officer } from '../kills/officer.ts';
import type { Random } from '../kills/random.ts';
import { initiatives, type Request } from '../kills/requests.ts';
import type { Service } from './service.ts';

/** What all clients did besides posting. */
export class Deeds {
  /** Files that were acknowledged, whose lines carry the id. */
  readonly imports: Request[] = [];
  /** Commitments whose names were erased, and that was acknowledged. */
  readonly erased: string[] = [];
}

/** Posts single events, batches and corrections; imports files; and erases a name now and then. All of it until it is answered. */
export class Client {
  readonly #service: Service;
  readonly #journal: Journal;
  readonly #deeds: Deeds;
  readonly #random: Random;
  readonly #officer: Officer;

  constructor(service: Service, journal: Journal, deeds: Deeds, random: Random) {
    this.#service = service;
    this.#journal = journal;
    this.#deeds = deeds;
    this.#random = random;
    this.#officer = new Officer(service, journal, random);
  }

  post(request: Request): Promise<void> {
    return this.#officer.post(request);
  }

  async work(name: string, isOver: () => boolean): Promise<void> {
    for (let n = 0; !isOver(); n++) {
      const id = `${name}-${n}`;
      if (this.#random.percent(8)) await this.import(id, 1 + this.#random.below(60));
      else if (this.#random.percent(5)) await this.#erase(id);
      else await this.post(await this.#officer.next(id));
    }
  }

  async import(id: string, lines: number): Promise<void> {
    const initiativeId = this.#random.pick(initiatives);
    const body = ndjson(
      ...Array.from({ length: lines }, (_, i) => mou({ correlationId: id, note: `line ${i % 7}` })),
    );
    const report = await this.#answered(`/v1/initiatives/${initiativeId}/import?importId=${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    });
    const { recorded = 0, alreadyRecorded = 0 } = JSON.parse(report);
    if (recorded + alreadyRecorded !== lines)
      this.#journal.wrong.push(`${id}: of ${lines} lines the answer was ${report}`);
    this.#deeds.imports.push({ id, initiativeId, body, events: lines });
  }

  /** Rebuilds the read models, which should be what the log makes them. */
  async rebuild(): Promise<void> {
    const lines = (await this.#answered('/v1/rebuild', { method: 'POST' })).trimEnd().split('\n');
    const outcome = JSON.parse(lines.at(-1) ?? '{}');
    const isSame =
      outcome.outcome === 'done' &&
      outcome.views.every((view: { differences: number }) => view.differences === 0);
    if (!isSame) this.#journal.wrong.push(`a rebuild said ${JSON.stringify(outcome)}`);
  }

  /** Records a name, and erases it when that is acknowledged. */
  async #erase(id: string): Promise<void> {
    const initiativeId = this.#random.pick(initiatives);
    const send = async (request: Omit<Request, 'body' | 'initiativeId'>, event: object) => {
      const posted = { ...event, eventId: this.#random.uuid(), correlationId: request.id };
      const whole = { ...request, initiativeId, body: JSON.stringify(posted) };
      await this.post(whole);
      return this.#journal.acknowledged.findLast((one) => one.request === whole)?.recorded[0];
    };
    const named: Recorded | undefined = await send(
      { id, events: 1 },
      mou({ data: { title: `Title ${id}`, parties: [{ name: `Person ${id}`, person: true }] } }),
    );
    // It was given up.
    if (!named) return;
    const event: { openings?: { commitment: string }[] } = JSON.parse(
      await this.#answered(`/v1/events/${named.eventId}`),
    );
    const commitments = (event.openings ?? []).map(({ commitment }) => commitment);
    const erasure = await send(
      { id: `${id}-erased`, events: 1 },
      { type: 'PersonalDataErased', recordId: named.recordId, commitments, legalBasis: 'Art. 17 GDPR' },
    );
    if (erasure) this.#deeds.erased.push(...commitments);
  }

  /** The first answer that is none of a service which goes, comes or can't record. */
  async #answered(path: string, init: RequestInit = {}): Promise<string> {
    for (;;) {
      const url = await this.#service.any();
      try {
        const answer = await fetch(`${url}${path}`, init);
        const text = await answer.text();
        if (answer.status === 200) return text;
        if (answer.status !== 503) {
          this.#journal.wrong.push(`${path} was answered with ${answer.status}: ${text}`);
          return '{}';
        }
        this.#journal.noteUnavailable(text);
      } catch {
        this.#journal.retried.unanswered += 1;
      }
      await pause(50 + this.#random.below(200));
    }
  }
}

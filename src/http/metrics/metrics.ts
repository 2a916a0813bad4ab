// Not by the index of the package: with pushing, clusters and quantiles it would take a tenth of a start.
import Counter from '@prometheus-io/client/lib/counter.js';
import Gauge from '@prometheus-io/client/lib/gauge.js';
import Histogram from '@prometheus-io/client/lib/histogram.js';
import Registry from '@prometheus-io/client/lib/registry.js';
import { type ProblemCode, problems } from '../../errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What this process tells Prometheus. */
    metrics: Metrics;
  }
}

/** A look that takes longer is given up, so that a scrape is answered while the storage hangs. */
const lookMsMax = 2_000;

/**
 * The metrics of one application. What is counted is counted as it happens; everything else is looked up at the scrape. No label
 * may have values that a sender chooses, or as many as there are records.
 */
export class Metrics {
  readonly #registry = new Registry(Registry.PROMETHEUS_CONTENT_TYPE);
  readonly #looks: (() => Promise<void>)[] = [];
  readonly #refusals = this.counter(
    'milestone_ledger_refusals_total',
    'Requests that were answered with a problem, by its code.',
    ['code'],
  );
  readonly #wrongCredentials = this.counter(
    'milestone_ledger_wrong_credentials_total',
    'Requests with credentials that nobody is known by.',
  );

  constructor() {
    // From 0 on, so that the first refusal is an increase, too.
    for (const code of Object.keys(problems)) this.#refusals.inc({ code }, 0);
  }

  /** Of the text that `scrape` gives. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  refused(code: ProblemCode): void {
    this.#refusals.inc({ code });
  }

  sawWrongCredentials(): void {
    this.#wrongCredentials.inc();
  }

  counter<L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: L[] = [],
  ): Histogram<L> {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }

  /** value: asked at each scrape; undefined: nobody knows now, and the scrape leaves it out. */
  gauge(name: string, help: string, value: () => number | undefined): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        const found = value();
        if (found === undefined) this.remove();
        else this.set(found);
      },
    });
  }

  /** The same with labels. values: asked at each scrape. */
  gauges<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    values: () => Iterable<[labels: Record<L, string>, value: number]>,
  ): void {
    new Gauge<string>({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labels, value] of values()) this.set(labels, value);
      },
    });
  }

  /** A counter that something else counts. value: asked at each scrape. */
  total(name: string, help: string, value: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  /** Has something looked up before the values are asked for. It may not fail: see `inTime`. */
  beforeScrape(look: () => Promise<void>): void {
    this.#looks.push(look);
  }

  /** All metrics in the text format of Prometheus. */
  async scrape(): Promise<string> {
    await Promise.all(this.#looks.map((look) => look()));
    return this.#registry.metrics();
  }
}

/** What comes of some work, or what stands in for it where that fails or takes too long: a scrape is needed just then. */
export async function inTime<T, U>(work: () => Promise<T>, otherwise: U): Promise<T | U> {
  const late = Promise.withResolvers<U>();
  const timer = setTimeout(() => late.resolve(otherwise), lookMsMax);
  try {
    return await Promise.race([work(), late.promise]);
  } catch {
    // Whoever works with the storage logs what is wrong with it, and the gauge of readiness tells.
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}

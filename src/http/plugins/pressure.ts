import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Refusal } from '../../errors.ts';
import type { App } from '../app.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It is answered however late the event loop is. */
    evenLate?: boolean;
  }
}

/** How late the event loop may be, on average, before requests are refused; 0: however late. */
export interface Pressure {
  delayMaxMs: number;
  /** How late it was lately; by default it is measured. */
  delayMs?: () => number;
}

/** How often it is looked at, so that soon after the pressure is gone requests are accepted again. */
const lookEveryMs = 250;
/** Seldom, so that a process with nothing to do is hardly woken. */
const resolutionMs = 50;

/**
 * Refuses requests with `overloaded` while the event loop is late, before anything else is done for them: whoever waits for the loop
 * would wait longer with each of them. What needs nothing, such as probes and documents, is answered, and so are metrics. Answers that go
 * on, such as streams, go on.
 */
export function refuseUnderPressure(app: App, { delayMaxMs, delayMs = measuredDelay(app) }: Pressure): void {
  if (delayMaxMs === 0) return;
  app.addHook('onRequest', (request, _reply, done) => {
    const { access = 'nothing', evenLate } = request.routeOptions.config ?? {};
    if (access === 'nothing' || evenLate || delayMs() <= delayMaxMs) return done();
    done(new Refusal('overloaded', `The event loop is more than ${delayMaxMs} ms late.`));
  });
}

/**
 * What two looks in a row found, the lesser of the two: a single turn that took long is over. Before the application listens nobody is
 * kept waiting, and a start has long turns.
 */
function measuredDelay(app: App): () => number {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  let [delayMs, lastMs] = [0, 0];
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    // A turn has lasted from one look to the next: what it is late by is known at its end.
    if (histogram.count === 0) return;
    const lateMs = histogram.mean / 1e6 - resolutionMs;
    histogram.reset();
    delayMs = Math.min(lateMs, lastMs);
    lastMs = lateMs;
  };
  app.addHook('onListen', (done) => {
    histogram.enable();
    timer = setInterval(look, lookEveryMs).unref();
    done();
  });
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    histogram.disable();
    done();
  });
  return () => delayMs;
}

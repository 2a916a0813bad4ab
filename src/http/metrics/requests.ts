import type { App } from '../app.ts';

/** From a kept answer to a list that is computed from a large ledger. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts every request when it ends, however it ends. Its hook is the first, so that refused ones count, too. */
export function countRequests(app: App): void {
  const { metrics } = app;
  const requests = metrics.counter(
    'milestone_ledger_http_requests_total',
    'Requests that ended, by route, method and status. Without a route: no path that is served. Status none: broken off before the answer.',
    ['route', 'method', 'status'],
  );
  const durations = metrics.histogram(
    'milestone_ledger_http_request_duration_seconds',
    'Time from the headers of a request to the end of its answer. Without streams, exports and imports, which take as long as the other side does.',
    durationBuckets,
    ['route', 'method'],
  );

  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    const { method } = request;
    const sinceMs = performance.now();
    const ended = (): void => {
      raw.off('finish', ended).off('close', ended);
      // Never the path, which its sender chooses.
      const { url: route = '', config } = request.routeOptions;
      requests.inc({ route, method, status: raw.headersSent ? raw.statusCode : 'none' });
      if (!config?.long) durations.observe({ route, method }, (performance.now() - sinceMs) / 1000);
    };
    // `close` alone comes where the other side is gone, `finish` alone for a request by inject().
    raw.once('finish', ended).once('close', ended);
    done();
  });

  metrics.gauge(
    'milestone_ledger_http_requests_under_way',
    'Requests that are not answered to the end.',
    () => app.underWay.size,
  );
  metrics.gauge(
    'milestone_ledger_http_long_requests_open',
    'Streams, exports and imports among them.',
    () => {
      let open = 0;
      for (const { routeOptions } of app.underWay.keys()) if (routeOptions.config?.long) open++;
      return open;
    },
  );
}

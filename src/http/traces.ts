import packageJson from '../../package.json' with { type: 'json' };
import { ConfigError } from '../config.ts';
import type { App } from './app.ts';
import { parentOf } from './trace-parent.ts';

/** Spans that wait for the collector; further ones are lost, so that a collector that is away costs no more memory. */
const waitingMax = 2_048;
/** How long a collector may take to accept some, and how long the end of the service waits for it. */
const exportMsMax = 5_000;
const closeMsMax = 1_500;

/**
 * Sends a span of each request to a collector of OpenTelemetry (OTLP over HTTP). Its hook comes before all others but that of the
 * metrics. A span has the method, the route and the status: nothing that a sender writes. tracestate is such, so it is left out.
 */
export async function traceRequests(app: App, endpoint: string): Promise<void> {
  const { api, sdk, OTLPTraceExporter, resourceFromAttributes } = await load();
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: exportMsMax,
  });
  let isAway = false;
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      'service.name': packageJson.name,
      'service.version': packageJson.version,
    }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        maxQueueSize: waitingMax,
        exporter: {
          export(spans, done) {
            exporter.export(spans, ({ code, error }) => {
              const failed = code !== 0;
              if (failed && !isAway)
                app.log.warn({ reason: error?.message }, 'the collector of traces does not take them');
              isAway = failed;
              // Nobody else need know.
              done({ code: 0 });
            });
          },
          shutdown: () => exporter.shutdown(),
          forceFlush: () => exporter.forceFlush(),
        },
      }),
    ],
  });
  const tracer = provider.getTracer(packageJson.name, packageJson.version);

  app.addHook('onRequest', ({ method, routeOptions, headers }, { raw }, done) => {
    const { url: route } = routeOptions;
    const parent = parentOf(headers);
    const span = tracer.startSpan(
      route === undefined ? method : `${method} ${route}`,
      {
        kind: api.SpanKind.SERVER,
        attributes: { 'http.request.method': method, ...(route !== undefined && { 'http.route': route }) },
      },
      parent ? api.trace.setSpanContext(api.ROOT_CONTEXT, parent) : api.ROOT_CONTEXT,
    );
    const ended = (): void => {
      raw.off('finish', ended).off('close', ended);
      if (raw.headersSent) span.setAttribute('http.response.status_code', raw.statusCode);
      if (raw.statusCode >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
      span.end();
    };
    raw.once('finish', ended).once('close', ended);
    done();
  });
  app.addHook('onClose', async () => {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeMsMax);
    // What it does not take in time is lost, and was told.
    await Promise.race([provider.shutdown().catch(() => {}), late.promise]);
    clearTimeout(timer);
  });
}

/** Loaded only where traces are wanted. */
async function load() {
  try {
    const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
    return { api, sdk, OTLPTraceExporter, resourceFromAttributes };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ConfigError(
      'OTEL_EXPORTER_OTLP_ENDPOINT is set, and the packages that send traces are not installed. Install them (npm install without --omit=optional), or do not set it.',
    );
  }
}

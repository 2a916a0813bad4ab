import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { acceptJson } from './http/body.ts';
import { commonHeaders } from './http/headers.ts';
import { serveHealth } from './http/health.ts';
import { type App, createInstance } from './http/instance.ts';
import { closeGracefully } from './http/lifecycle.ts';
import { serveThisMachineOnly } from './http/open-ledger.ts';
import { describeApi } from './http/openapi.ts';
import { answerUnknownPaths } from './http/paths.ts';
import { serveProblemPages } from './http/problem-pages.ts';
import { answerErrors } from './http/problems.ts';

export type { App } from './http/instance.ts';

export interface AppOptions {
  config: Config;
  log: Logger | false;
  /** Adds the routes of the API. */
  routes: (app: App) => void | Promise<void>;
  /** Throws or rejects while the ledger cannot be used. */
  ready: () => Promise<void> | void;
  /** Closes what the routes use; called after the last request was answered. */
  onClose?: () => Promise<void>;
}

/** The whole application, ready to listen or to inject. Its caller closes it. */
export async function buildApp(options: AppOptions): Promise<App> {
  const app = createInstance(options.log);
  // Hooks run in this order: an error needs its headers, and nothing else runs for a stranger or while closing.
  answerErrors(app);
  commonHeaders(app);
  closeGracefully(app);
  serveThisMachineOnly(app);
  answerUnknownPaths(app);
  acceptJson(app);
  if (options.onClose) app.addHook('onClose', options.onClose);
  // Before the routes, as it collects them.
  await describeApi(app);
  serveHealth(app, options.ready);
  serveProblemPages(app);
  await options.routes(app);
  await app.ready();
  return app;
}

import type { Ledger } from '../../ledger-app.ts';
import type { App } from '../instance.ts';
import { postEvents } from './post-events.ts';

/** Every route of the API that works on the ledger, in the order of the documentation. */
export function addRoutes(app: App, ledger: Ledger): void {
  postEvents(app, ledger);
}

import type { Ledger as Answering } from '../answers/ledger.ts';
import type { Signer } from '../signer/signer.ts';
import type { Upkeep } from '../store/rebuild/upkeep.ts';
import type { Recorder } from '../store/recorder.ts';
import type { Store } from '../store/store.ts';
import type { Authentication } from './authentication.ts';
import type { Login } from './identity/sessions.ts';
import type { EventHub } from './wire/event-hub.ts';

/** The open ledger that the routes work with. */
export interface Ledger extends Answering {
  store: Store;
  recorder: Recorder;
  authentication: Authentication;
  /** Absent where nobody logs in with a browser. */
  login?: Login | undefined;
  upkeep: Upkeep;
  hub: EventHub;
  /** Absent if this instance does not sign. */
  signer: Signer | undefined;
}

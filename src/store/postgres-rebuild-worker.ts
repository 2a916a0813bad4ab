import { on } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type ProblemCode, Refusal } from '../errors.ts';
import { connectionsTo, orRefusal } from './postgres-connection.ts';
import { rebuildOver } from './postgres-rebuild.ts';
import { BrokenLeaf } from './restore-leaves.ts';
import type { ReadModel, RebuildOptions, RebuildProgress, Rebuilt } from './store.ts';

type Message =
  | RebuildProgress
  | { rebuilt: Rebuilt[] }
  | { broken: Pick<BrokenLeaf, 'position' | 'fault'> }
  | { refused: { code: ProblemCode; detail: string } };

/** Rebuilds in a thread of its own, so that folding the log keeps no request waiting. */
export async function rebuildPostgres(
  url: string,
  { readModels, progress, signal }: RebuildOptions,
): Promise<Rebuilt[]> {
  signal.throwIfAborted();
  const worker = new Worker(new URL(import.meta.url), { workerData: { url, readModels } });
  // Whoever waits for messages hears of errors. Afterwards they concern nobody, and must not end the process.
  worker.on('error', () => {});
  try {
    for await (const [received] of on(worker, 'message', { signal, close: ['exit'] })) {
      const message: Message = received;
      if ('rebuilt' in message) return message.rebuilt;
      if ('broken' in message) throw new BrokenLeaf(message.broken.position, message.broken.fault);
      if ('refused' in message) throw new Refusal(message.refused.code, message.refused.detail);
      progress(message);
    }
    throw new Error('the thread that rebuilds ended too early');
  } finally {
    // Its connection ends with it, and with that what it holds in the database.
    await worker.terminate();
  }
}

async function outcomeOf(
  url: string,
  readModels: readonly ReadModel[],
  progress: (progress: RebuildProgress) => void,
): Promise<Message> {
  const client = await connectionsTo(url).newClient('without time-outs');
  try {
    await client.connect();
    return { rebuilt: await rebuildOver(client, { readModels, progress }) };
  } catch (error) {
    if (error instanceof BrokenLeaf) return { broken: { position: error.position, fault: error.fault } };
    const refusal = orRefusal(error);
    if (refusal instanceof Refusal) return { refused: { code: refusal.code, detail: refusal.message } };
    throw error;
  } finally {
    // Also what is waited for by the next one: the lock is free then.
    await client.end().catch(() => {});
  }
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  const { url, readModels } = workerData as { url: string; readModels: ReadModel[] };
  const send = (message: Message): void => port.postMessage(message);
  send(await outcomeOf(url, readModels, send));
}

import { parentPort, workerData } from 'node:worker_threads';
import { hashedPage, type Range } from './hashed-page.ts';
import type { CheckedPage } from './page.ts';
import { CannotVerify, type TableReader } from './reader.ts';
import { openSqliteTables } from './sqlite-tables.ts';
import type { Answer, Message, Task, Work } from './threads.ts';

// Threads passes it.
const { place, checks } = workerData as Work;

const begin = async (): Promise<{ reader: TableReader; check: (range: Range) => Promise<CheckedPage> }> => {
  // What is not needed is not loaded, which takes longer than to hash a hundred thousand leaves.
  const reader =
    'url' in place
      ? await (await import('./postgres-reader.ts')).openPostgresReader(place.url)
      : openSqliteTables(place);
  if (checks.hashesOnly) return { reader, check: (range) => hashedPage(reader, range) };
  const { wholePage } = await import('./page.ts');
  return { reader, check: (range) => wholePage(reader, range, checks) };
};
const send = (message: Message): void => parentPort?.postMessage(message);
const begun = begin();
// The answer to the first task says why it can't begin.
begun.finally(() => send('ready')).catch(() => {});

parentPort?.on('message', async (task: Task) => {
  send(await answerTo(task));
});

async function answerTo(task: Task): Promise<Answer> {
  try {
    const { reader, check } = await begun;
    if ('table' in task) return { faults: await reader.faultsOf(task.table) };
    const page = await check(task);
    // A message with one array of bytes is made sooner than one with a thousand.
    return { page: { ...page, leafHashes: [] }, leafHashes: Buffer.concat(page.leafHashes) };
  } catch (error) {
    if (!(error instanceof CannotVerify)) throw error;
    return { cannotVerify: error.message };
  }
}

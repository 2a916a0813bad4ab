import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { Refusal } from '../../errors.ts';
import { BrokenLeaf } from '../broken-leaf.ts';
import { orRefusal, reasonOf } from '../postgres/connection.ts';
import { postgresShadow } from './postgres-shadow.ts';
import type { Shadow } from './rebuild.ts';
import { Run } from './run.ts';
import { sqliteShadow } from './sqlite-shadow.ts';
import { countsAgreeInThread, type Failure, type Message, type Work } from './thread.ts';

const send = (message: Message): void => parentPort?.postMessage(message);

async function outcomeOf({
  database,
  readModels,
  alone = false,
  isSearch = false,
  countsTo,
}: Work): Promise<Message> {
  let shadow: Shadow | undefined;
  try {
    shadow = 'url' in database ? await postgresShadow(database.url) : sqliteShadow(database.file, alone);
    const run = new Run(shadow, send, (begun, signal) => countsAgreeInThread(database, begun, signal));
    if (countsTo !== undefined) return { countsAgree: await run.countsAgree(countsTo) };
    if (isSearch) return { filledTo: await run.fillSearch() };
    if (readModels) return { rebuilt: await run.rebuild(readModels) };
    await run.clear();
    return { rebuilt: [] };
  } catch (error) {
    return { failure: failureOf(error) };
  } finally {
    // Also what is waited for by the next one: the lock is free then.
    await shadow?.close();
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof BrokenLeaf) return { broken: { position: error.position, fault: error.fault } };
  if (error instanceof Sqlite.SqliteError) return { sqlite: { code: error.code, message: error.message } };
  const refusal = orRefusal(error);
  if (!(refusal instanceof Refusal)) throw error;
  const why = refusal.cause === undefined ? {} : { why: reasonOf(refusal.cause) };
  return { refused: { code: refusal.code, detail: refusal.message, ...why } };
}

send(await outcomeOf(workerData as Work)); // As rebuildInThread passes it.

import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '../errors.ts';
import { type CheckedLines, LineChecker, type Reading } from './line-checker.ts';

/** What the thread answers to each piece of a file. */
export type Answer = { checked: CheckedLines } | { refusal: { code: Refusal['code']; detail: string } };

/** The second core of an import: takes the bytes of a file piece by piece, and answers each with the lines checked. */
const checker = new LineChecker(workerData as Reading); // As checkedLines passes it.

parentPort?.on('message', (bytes: Uint8Array | null) => {
  parentPort?.postMessage(...answerTo(bytes));
});

/** null: the file has ended. */
function answerTo(bytes: Uint8Array | null): [Answer, ArrayBuffer[]] {
  try {
    const checked = bytes
      ? checker.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      : checker.end();
    return [{ checked }, [checked.fingerprints.buffer]];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [{ refusal: { code: error.code, detail: error.message } }, []];
  }
}

import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '../errors.ts';
import { type CheckedLines, LineChecker, type LineSettings } from './line-checker.ts';

/** The answer of the thread to each piece of a file. */
export type Answer = { checked: CheckedLines } | { refusal: { code: Refusal['code']; detail: string } };

/** Uses the second core for an import: takes a file piece by piece, and answers each piece with its checked lines. */
const checker = new LineChecker(workerData as LineSettings); // checkedLines passes it.

parentPort?.on('message', (bytes: Uint8Array | null) => {
  parentPort?.postMessage(...answerTo(bytes));
});

/** null ends the file. */
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

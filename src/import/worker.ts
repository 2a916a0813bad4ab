import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '../errors.ts';
import { isSheet } from './formats.ts';
import { type CheckedLines, LineChecker, type LineSettings } from './line-checker.ts';
import { SheetChecker } from './sheet-checker.ts';

/** The answer of the thread to each piece of a file. ended: there are no more lines. */
export type Answer =
  | { checked: CheckedLines; ended: boolean }
  | { refusal: { code: Refusal['code']; detail: string } };

/** Uses the second core for an import: takes a file piece by piece, and answers each piece with its checked lines. */
const settings = workerData as LineSettings; // checkedLines passes it.
const checker = isSheet(settings.format) ? new SheetChecker(settings) : new LineChecker(settings);
/** The lines that are known only at the end of the file. */
let left: AsyncGenerator<CheckedLines, CheckedLines> | undefined;

parentPort?.on('message', async (bytes: Uint8Array | null) => {
  parentPort?.postMessage(...(await answerTo(bytes)));
});

/** null ends the file. */
async function answerTo(bytes: Uint8Array | null): Promise<[Answer, ArrayBuffer[]]> {
  try {
    const answer = bytes
      ? { checked: checker.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)), ended: false }
      : await atEnd();
    const { fingerprints, texts } = answer.checked;
    return [answer, [fingerprints.buffer, texts.buffer]];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [{ refusal: { code: error.code, detail: error.message } }, []];
  }
}

async function atEnd(): Promise<{ checked: CheckedLines; ended: boolean }> {
  if (checker instanceof LineChecker) return { checked: checker.end(), ended: true };
  left ??= checker.end();
  const { value, done = false } = await left.next();
  return { checked: value, ended: done };
}

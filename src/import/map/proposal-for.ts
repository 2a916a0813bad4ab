import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../errors.ts';
import { isSheet } from '../formats.ts';
import { Places } from '../places.ts';
import { sheetBytesMax } from '../sheets/open-sheet.ts';
import type { LookOptions } from './look.ts';
import { lookBytesMax, type Proposal } from './proposed-mapping.ts';
import type { ProposalAnswer } from './worker.ts';

/** Tables that are looked at at the same time. */
const threadsMax = 2;
const looks = new Places('looks at a table');
const memoryMax = 1024;

/** The mapping that is proposed for a table as its bytes arrive. A thread of its own looks at it, because that takes seconds. */
export async function proposalFor(
  source: AsyncIterable<Uint8Array>,
  options: LookOptions,
): Promise<Proposal> {
  using _place = looks.take(threadsMax);
  const file = await beginningOf(source, isSheet(options.format) ? sheetBytesMax + 1 : lookBytesMax);
  return await lookedAt(file, options);
}

/** The first bytes of a file, at most so many. */
async function beginningOf(source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of source) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(parts).subarray(0, bytesMax);
}

async function lookedAt(file: Buffer, options: LookOptions): Promise<Proposal> {
  // The built file has another suffix.
  const program = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  const resourceLimits = { maxOldGenerationSizeMb: memoryMax };
  const worker = new Worker(program, { workerData: { file, options }, execArgv: [], resourceLimits });
  try {
    const [answer] = (await once(worker, 'message')) as [ProposalAnswer]; // It sends nothing else.
    if ('proposal' in answer) return answer.proposal;
    throw new Refusal(answer.refusal.code, answer.refusal.detail);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      throw new Refusal('body-too-large', `To look at the file takes more than ${memoryMax} MiB.`);
    throw error;
  } finally {
    await worker.terminate();
  }
}

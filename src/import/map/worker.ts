import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '../../errors.ts';
import type { LookOptions } from './look.ts';
import { type Proposal, proposedMapping } from './proposed-mapping.ts';

/** The answer of the thread. */
export type ProposalAnswer = { proposal: Proposal } | { refusal: { code: Refusal['code']; detail: string } };

const { file, options } = workerData as { file: Uint8Array; options: LookOptions }; // proposalFor passes them.

parentPort?.postMessage(await answer());

async function answer(): Promise<ProposalAnswer> {
  try {
    return { proposal: await proposedMapping(Buffer.from(file), options) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refusal: { code: error.code, detail: error.message } };
  }
}

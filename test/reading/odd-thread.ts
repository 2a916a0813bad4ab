import { parentPort } from 'node:worker_threads';
import type { Answered, ToThread } from '../../src/reading/messages.ts';

/*
 * A thread that does what it is told in place of an answer's name: ends, runs out of memory, hangs, waits until it is cancelled,
 * or answers with the numbers of those that were cancelled, in so many pieces.
 */
const cancelled: number[] = [];
const pieces = new Map<number, number>();

const say = (answered: Answered): void => parentPort?.postMessage(answered);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

parentPort?.on('message', (message: ToThread) => {
  if (message === 'ping') parentPort?.postMessage('alive');
  else if ('cancel' in message) cancelled.push(message.cancel);
  else if ('next' in message) {
    const left = pieces.get(message.next) ?? 0;
    pieces.set(message.next, left - 1);
    if (left === 2) process.exit(2);
    say({ id: message.next, piece: left > 0 ? bytes(`${left}`) : undefined });
  } else {
    const { id, asked, visible, place } = message;
    const { answer = '' } = asked as { answer?: string };
    if (answer === 'end') process.exit(3);
    else if (answer === 'memory') fill();
    else if (answer === 'hang') for (;;);
    else if (answer === 'wait') return;
    else if (answer === 'visible') reply(id, JSON.stringify({ sent: visible !== undefined, place }));
    else {
      pieces.set(id, Number(answer));
      reply(id, cancelled.join(), Number(answer) > 0);
    }
  }
});

parentPort?.postMessage('alive');

function reply(id: number, body: string, more = false): void {
  say({ id, computed: { type: 'text/plain', body }, more });
}

function fill(): void {
  const all: string[][] = [];
  for (;;) all.push(Array.from({ length: 10_000 }, (_, i) => `${i} ${all.length}`));
}

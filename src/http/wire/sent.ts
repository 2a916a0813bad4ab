/** More than a stream takes before all of it was sent. */
const heldBytesMax = 128 * 1024;

/**
 * Hands pieces to a stream, computes the next one while one is sent, and lets go of the memory of those that were sent. The garbage
 * collector would look for it in the whole heap, every 32 MB, and keep everybody else waiting. Nobody else may keep the pieces.
 */
export async function* sent(pieces: AsyncIterator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  let older: Uint8Array | undefined;
  let newer: Uint8Array | undefined;
  for (let next = pieces.next(); ; ) {
    // Whoever waits for it hears of an error; if nobody does any more, it concerns nobody.
    next.catch(() => {});
    const { done, value: piece } = await next;
    if (done) return;
    next = pieces.next();
    yield piece;
    // A stream asks for the next one when it has passed on the newer one, for which it has sent all of the older one.
    if (older) free(older);
    [older, newer] = [newer, piece];
  }
}

function free({ buffer, byteLength }: Uint8Array): void {
  // What is smaller may be sent together with others, and may share its memory.
  if (byteLength < heldBytesMax || byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

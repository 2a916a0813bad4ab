import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { keyedHash } from '../../src/shapes/keyed-hash.ts';

const hmac = (key: Uint8Array, message: string | Uint8Array): string =>
  createHmac('sha256', key).update(message).digest('hex');

t.test('is the HMAC-SHA-256 of RFC 4231, test case 2', async (t) => {
  const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  t.equal(keyedHash(Buffer.from('Jefe'), 'what do ya want for nothing?').toString('hex'), digest);
});

t.test('is what createHmac gives, of bytes and of any text, with a key of up to a block', async () => {
  const message = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), message, (key, message) => {
      const first = keyedHash(key, message);
      // A hash stays what it is when the next one is made.
      keyedHash(key, 'another');
      return first.toString('hex') === hmac(key, message);
    }),
  );
});

t.test('a longer key is refused', async (t) => {
  t.throws(() => keyedHash(new Uint8Array(65), ''), RangeError);
});

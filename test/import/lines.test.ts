import { hash } from 'node:crypto';
import { test } from 'tap';
import { EqualLines } from '../../src/import/equal-lines.ts';
import { lineBytesMax, PhysicalLines, skippedBytesMax } from '../../src/import/physical-lines.ts';

test('lines are numbered as in the file, blank ones too, and a mark at its beginning is skipped', (t) => {
  const lines = new PhysicalLines();
  const file = Buffer.from('\ufeffone\n\ntwo\r\n\ufeffthree');
  const found = [...lines.push(file.subarray(0, 1)), ...lines.push(file.subarray(1)), ...lines.end()];
  t.same(
    found.map(({ number, bytes }) => [number, bytes?.toString()]),
    [
      [1, 'one'],
      [2, ''],
      [3, 'two\r'],
      [4, '\ufeffthree'],
    ],
  );
  t.end();
});

test('a line that is too long is passed over up to its end', (t) => {
  const lines = new PhysicalLines();
  const mebibyte = Buffer.alloc(lineBytesMax, 'x');
  for (let i = 0; i < 50; i++) t.same([...lines.push(mebibyte)], []);
  t.same(
    [...lines.push(Buffer.from('\nx\n'))].map(({ number, bytes }) => [number, bytes?.length]),
    [
      [1, undefined],
      [2, 1],
    ],
  );
  t.same([...lines.push(Buffer.concat([mebibyte, Buffer.from('\n')]))].at(0)?.bytes?.length, lineBytesMax);
  t.same([...lines.end()], []);
  t.end();
});

test('a file without lines is refused before the whole of it was read', (t) => {
  const lines = new PhysicalLines();
  const half = Buffer.alloc(skippedBytesMax / 2, 'x');
  t.same([...lines.push(Buffer.from('x\n'))].length, 1);
  t.same([...lines.push(half), ...lines.push(half)], []);
  t.throws(() => [...lines.push(Buffer.from('x'))], {
    code: 'body-too-large',
    message: 'Line 2 has more than 67108864 bytes.',
  });
  t.end();
});

test('equal lines are counted, however many contents there are', (t) => {
  const equal = new EqualLines();
  const hashOf = (content: number): Buffer => hash('sha256', `${content}`, 'buffer');
  for (const round of [0, 1, 2]) {
    for (let content = 0; content < 5000; content++) {
      const place = equal.place(hashOf(content));
      if (place !== round) t.fail(`content ${content}`, { place, round });
    }
  }
  t.equal(equal.place(hashOf(1)), 3);
  t.equal(equal.place(hashOf(5001)), 0);
  const zero = Buffer.alloc(32);
  t.same([equal.place(zero), equal.place(zero)], [0, 1], 'a hash of zeros is one like others');
  t.end();
});

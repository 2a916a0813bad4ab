import { test } from 'tap';
import { endsWithTheRight } from './cut-off.ts';

test('streams, exports and imports end within five seconds when the right to them does, and others go on', (t) =>
  endsWithTheRight(t, 1));

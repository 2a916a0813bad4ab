import { test } from 'tap';
import { endsWithTheRight } from '../../access/cut-off.ts';
import '../../helpers/on-postgres.ts';

test('what one instance takes away ends at another one within five seconds: requests, streams, exports and imports', (t) =>
  endsWithTheRight(t, 2));

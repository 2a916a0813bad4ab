import { readFileSync } from 'node:fs';
import '../../helpers/on-postgres.ts';
import { test } from 'tap';
import { sharedCluster } from '../../helpers/postgres.ts';
import { madeObjects, objectsFile } from '../../verify/write-objects.ts';

test('what verification takes for the schema is what the migrations make', async (t) => {
  const made = await madeObjects(await sharedCluster());
  t.equal(readFileSync(objectsFile, 'utf8'), made, 'if a migration was added: npm run objects');
});

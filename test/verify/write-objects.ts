import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { type ObjectRow, objectsOfPostgres, objectsStatement } from '../../src/verify/postgres-objects.ts';
import { type Cluster, execute, startCluster } from '../helpers/postgres.ts';

export const objectsFile = fileURLToPath(new URL('../../src/verify/postgres-objects.json', import.meta.url));
const roleFile = new URL('../../migrations/postgres-service-role.sql', import.meta.url);

/** What the migrations and the statements for the service's role make, as the file has it that verification compares with. */
export async function madeObjects(cluster: Cluster): Promise<string> {
  const name = 'made_objects';
  await execute(cluster.url('postgres'), `create database ${name}`);
  await (await openPostgres(cluster.url(name))).close();
  await execute(cluster.url(name), readFileSync(roleFile, 'utf8'));
  const rows = (await execute(cluster.url(name), objectsStatement)) as ObjectRow[];
  const objects = [...objectsOfPostgres(rows)].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(objects), null, 2)}\n`;
}

// `npm run objects`
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const cluster = await startCluster();
  writeFileSync(objectsFile, await madeObjects(cluster));
  await cluster.end();
}

import { createClient, ProblemError, type Schemas, verifyCheckpoint } from 'milestone-ledger/client';

// Compiled only, as a program of somebody who has installed the package. Of the errors below, each must be one.

const client = createClient({ url: 'http://127.0.0.1:3000', token: '' });
const asked = { initiativeId: 'sci', until: '2023' };
const { counts } = await client.get('/v1/initiatives/{initiativeId}/summary', asked);
const total: number = counts.mous.total;
const titles: (string | undefined)[] = [];
for await (const record of client.list('/v1/records', { kind: 'mou' }))
  if (record.kind === 'mou') titles.push(record.data.title);
const event: Schemas['PostedEvent'] = { type: 'MoUSigned', occurredOn: '2023', data: { title: 'AI talent' } };
try {
  const { recorded } = await client.record('sci', event, { dryRun: true });
  const position: number | undefined = recorded[0]?.position;
  console.log(total, titles, position);
} catch (error) {
  if (error instanceof ProblemError) console.log(error.code);
}
const checkpoint: string = await client.get('/v1/log/checkpoint');
console.log(verifyCheckpoint(checkpoint, 'key').treeSize);
for await (const { event } of client.events()) if (event.kind === 'claim') console.log(event.data?.value);

// @ts-expect-error a path that the API does not have
await client.get('/v1/nothing');
// @ts-expect-error a parameter is missing
await client.get('/v1/initiatives/{initiativeId}/summary');
// @ts-expect-error a parameter that it does not take
await client.get('/v1/summary', { kind: 'mou' });
// @ts-expect-error a type that no event has
await client.record('sci', { type: 'MoUSinged', occurredOn: '2023' });
// @ts-expect-error a member of another kind
for await (const record of client.list('/v1/records')) if (record.kind === 'claim') record.data.title;

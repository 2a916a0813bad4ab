import type { Command } from 'commander';
import type { Client, Schemas } from '../client/client.ts';
import { environmentHelp, readConfig } from '../config.ts';
import { reportPresent } from './demo/report.ts';
import { say, whole } from './outcome.ts';
import { answering, serviceOf, urlOption } from './service.ts';
import { table } from './table.ts';

interface Options {
  asOf?: string;
  asOfPosition?: number;
  until?: string;
  json?: boolean;
  url?: string;
}

const examples = `
Examples:
  milestone-ledger show sg-cn-shenzhen-sci
  milestone-ledger show sg-cn-shenzhen-sci --as-of 2023-12-31 --until 2022
  milestone-ledger show sg-cn-shenzhen-sci jic-4
  milestone-ledger show sg-cn-shenzhen-sci jic-4 --json | jq .history
`;

export function showCommand(program: Command): void {
  program
    .command('show')
    .description(
      'print an initiative with its counts, meetings and claims, or a record with its history; 1: it is not there',
    )
    .argument('<initiative>', 'the initiative')
    .argument('[record]', 'one of its records')
    .option('--as-of <moment>', 'as it was known then: a day or an instant')
    .option('--as-of-position <number>', 'as it was known at that position of the log', whole)
    .option('--until <date>', 'what had happened by then; of an initiative only')
    .option('--json', 'print JSON')
    .addOption(urlOption())
    .addHelpText('after', examples + environmentHelp())
    .action((initiativeId: string, recordId: string | undefined, options: Options) =>
      answering(serviceOf(readConfig(), options.url), (client) =>
        recordId === undefined
          ? showInitiative(client, initiativeId, options)
          : showRecord(client, { initiativeId, recordId }, options),
      ),
    );
}

/** The moment that is asked for. */
const momentOf = ({ asOf, asOfPosition }: Options) => ({
  ...(asOf !== undefined && { asOf }),
  ...(asOfPosition !== undefined && { asOfPosition }),
});

async function showInitiative(client: Client, initiativeId: string, options: Options): Promise<void> {
  const until = options.until === undefined ? {} : { until: options.until };
  const asked = { initiativeId, ...momentOf(options), ...until };
  const initiative = await client.get('/v1/initiatives/{initiativeId}', asked);
  // What follows is as of the same moment, whatever is recorded meanwhile.
  const cut = { initiativeId, asOfPosition: initiative.asOf.position, ...until };
  if (options.json) {
    const meetings = await Array.fromAsync(client.list('/v1/initiatives/{initiativeId}/meetings', cut));
    return say(JSON.stringify({ ...initiative, meetings }));
  }
  say(`${initiative.data.name}: ${initiativeId}, ${initiative.status}`);
  await reportPresent(client, cut, say);
  sayBasis(initiative);
}

async function showRecord(
  client: Client,
  named: { initiativeId: string; recordId: string },
  options: Options,
): Promise<void> {
  const record = await client.get('/v1/initiatives/{initiativeId}/records/{recordId}', {
    ...named,
    ...momentOf(options),
  });
  const versions = await Array.fromAsync(
    client.list('/v1/initiatives/{initiativeId}/records/{recordId}/history', {
      ...named,
      asOfPosition: record.asOf.position,
    }),
  );
  if (options.json) return say(JSON.stringify({ ...record, history: versions }));
  const { kind, recordId, status, version, occurredOn = 'undated', data, sources } = record;
  say(`${kind} ${recordId}, ${status}, version ${version}: ${occurredOn}`);
  say('');
  for (const line of table(
    ['', ''],
    Object.entries(data).map(([name, value]) => [name, textOf(value)]),
  ))
    say(`  ${line}`.trimEnd());
  for (const { publisher, publishedOn, url } of sources)
    say(`  source: ${[publisher, publishedOn, url].filter((part) => part !== undefined).join(', ')}`);
  say('');
  say('History');
  for (const { version, position, type, recordedAt, recordedBy, reason, changes } of versions) {
    say(`  ${version}  ${recordedAt}  ${type} by ${recordedBy}, position ${position}`);
    if (reason) say(`     because (${reason.code}) ${reason.text}`);
    // The first version has all that there is.
    if (version > 1)
      for (const { path, from, to } of changes) say(`     ${path}: ${textOf(from)} → ${textOf(to)}`);
  }
  sayBasis(record);
}

const textOf = (value: unknown): string => {
  if (value === undefined) return '(nothing)';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

function sayBasis({ basis }: { basis: Schemas['Basis'] }): void {
  say('');
  say(`As of position ${basis.treeSize}, root hash ${basis.rootHash}`);
}

import type { Command } from 'commander';
import { createClient, type Schemas } from '../client/client.ts';
import { environmentHelp, readConfig } from '../config.ts';
import { say, whole } from './outcome.ts';
import { answering, serviceOf, urlOption } from './service.ts';

interface Options {
  initiative?: string;
  after?: number;
  json?: boolean;
  url?: string;
}

const examples = `
Examples:
  milestone-ledger watch
  milestone-ledger watch --initiative sg-cn-shenzhen-sci --after 0 | grep RecordCorrected
  milestone-ledger watch --after 117 --json | jq .event.recordId
`;

export function watchCommand(program: Command): void {
  program
    .command('watch')
    .description('print what is recorded, as it happens: a line for each event; ends with Ctrl-C')
    .option('--initiative <id>', 'events of this initiative only')
    .option('--after <position>', 'begin after this position, 0 for the first event (default: now)', whole)
    .option('--json', 'print each event as a line of JSON')
    .addOption(urlOption())
    .addHelpText('after', examples + environmentHelp())
    .action((options: Options) => {
      const { initiative, json = false, url } = options;
      const service = serviceOf(readConfig(), url);
      return answering(service, async (client) => {
        const after = options.after ?? (await client.get('/v1/summary')).basis.treeSize;
        const asked = { after, ...(initiative !== undefined && { initiativeId: initiative }) };
        // A service that starts again is waited for: for about ten minutes.
        const patient = createClient({ ...service, retries: 25 });
        for await (const event of patient.events(asked)) say(json ? JSON.stringify(event) : lineOf(event));
      });
    });
}

function lineOf({ position, event }: Schemas['LoggedEvent']): string {
  const { recordedAt, initiativeId, type, recordId, version, recordedBy, occurredOn, reason } = event;
  const about = reason ? `${reason.code}: ${reason.text}` : titleOf(event);
  return [position, recordedAt, initiativeId, type, `${recordId} v${version}`, recordedBy, occurredOn, about]
    .map((part) => String(part ?? '').replace(/\s+/g, ' '))
    .join('\t');
}

const titleOf = (event: Schemas['StoredEvent']): string | undefined => {
  switch (event.kind) {
    case 'mou':
    case 'project':
      return event.data?.title;
    case 'initiative':
    case 'meeting':
      return event.data?.name;
    case 'claim':
      return event.data && `${event.data.metric} ${event.data.qualifier} ${event.data.value}`;
    default:
      return undefined;
  }
};

import { readFileSync } from 'node:fs';
import { text as allOf } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import type { RecordReceipt, Schemas } from '../client/client.ts';
import { environmentHelp, readConfig } from '../config.ts';
import { reasonCodes } from '../shapes/fields.ts';
import { CouldNotRun, say, whole } from './outcome.ts';
import { answering, serviceOf, urlOption } from './service.ts';

interface Options {
  type?: string;
  record?: string;
  on?: string;
  data: Members;
  change: Members;
  repeat?: number;
  expectVersion?: number;
  publisher?: string;
  source?: string;
  reason?: Schemas['Reason'];
  note?: string;
  dryRun?: boolean;
  key?: string;
  json?: boolean;
  url?: string;
}
type Members = { [name: string]: unknown };

const examples = `
Examples:
  milestone-ledger post sci --type MoUSigned --on 2023-12-14 --data title="AI talent" --data meetingId=jic-4 \\
    --publisher "Smart Cities World" --source https://www.smartcitiesworld.net/… --dry-run
  milestone-ledger post sci --type RecordCorrected --record mou-21 --change occurredOn=2023-12-14 \\
    --reason "typing-error: The month alone was entered."
  milestone-ledger post sci --type RecordRetracted --record mou-22 --reason "duplicate: It is mou-21."
  milestone-ledger post sci events.json
  jq '{events: .}' list.json | milestone-ledger post sci - --json
`;

export function postCommand(program: Command): void {
  program
    .command('post')
    .description(
      'record an event in a running ledger, from options or as JSON; sent again until an answer comes, and recorded once; 0: recorded, 1: refused',
    )
    .argument('<initiative>', 'the initiative that it belongs to')
    .argument('[file]', 'a file with an event, or with { "events": [ … ] }; - reads standard input')
    .option('--type <type>', 'the type of the event, such as MoUSigned')
    .option('--record <id>', 'the record that is made or changed')
    .option('--on <date>', 'when it happened: 2023, 2023-12, 2023-12-14, or another EDTF date')
    .option('--data <name=text>', 'a member of the data; name:=json for other than text', member, {})
    .option('--change <name=text>', 'a member that a correction changes; name:=null removes it', change, {})
    .option('--repeat <number>', 'so many unnamed records', whole)
    .option('--expect-version <number>', 'refuse if the record has another version', whole)
    .option('--publisher <name>', 'who published it')
    .option('--source <url>', 'where it is published')
    .option('--reason <code: text>', `why a record is changed; a code is ${reasonCodes.join(', ')}`, reason)
    .option('--note <text>', 'a note')
    .option('--dry-run', 'say what would be recorded, and record nothing')
    .option('--key <key>', 'an Idempotency-Key: with the same key and event nothing is recorded twice')
    .option('--json', 'print the receipt as JSON')
    .addOption(urlOption())
    .addHelpText('after', examples + environmentHelp())
    .action(async (initiativeId: string, file: string | undefined, options: Options) => {
      const events = file === undefined ? eventOf(options) : await read(file, options);
      const { dryRun = false, key, json = false } = options;
      await answering(serviceOf(readConfig(), options.url), async (client) => {
        // The ledger checks what is posted, and says better than a type what is wrong with it.
        const posted = events as Schemas['PostedEvent'] | Schemas['Batch'];
        const receipt = await client.record(initiativeId, posted, { dryRun, ...(key && { key }) });
        if (json) say(JSON.stringify(receipt));
        else for (const line of linesOf(receipt, dryRun)) say(line);
      });
    });
}

/** The event that the options describe. */
function eventOf(options: Options): object {
  const { type, record, on, repeat, expectVersion, publisher, source, reason, note } = options;
  if (type === undefined) throw new CouldNotRun('Say what to record: --type, or a file.');
  if (source !== undefined && publisher === undefined)
    throw new CouldNotRun('Name who published the source: --publisher.');
  return {
    type,
    ...(record !== undefined && { recordId: record }),
    ...(on !== undefined && { occurredOn: on }),
    ...(Object.keys(options.data).length > 0 && { data: options.data }),
    ...(Object.keys(options.change).length > 0 && { changes: options.change }),
    ...(repeat !== undefined && { repeat }),
    ...(expectVersion !== undefined && { expectedVersion: expectVersion }),
    ...(publisher !== undefined && {
      sources: [{ publisher, ...(source !== undefined && { url: source }) }],
    }),
    ...(reason && { reason }),
    ...(note !== undefined && { note }),
  };
}

async function read(file: string, { type }: Options): Promise<object> {
  if (type !== undefined) throw new CouldNotRun('Give a file or options, not both.');
  const text = file === '-' ? await allOf(process.stdin) : readFileSync(file, 'utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {}
  throw new CouldNotRun(`${file === '-' ? 'Standard input' : file} is not a JSON object.`);
}

const linesOf = ({ recorded, warnings, replayed, basis }: RecordReceipt, dryRun: boolean): string[] => [
  ...recorded.map(({ position, type, recordId, version }) =>
    [position, type, recordId, `version ${version}`].join('\t'),
  ),
  ...warnings.map(({ code, pointer, detail }) => `warning\t${code}: ${pointer} ${detail}`),
  dryRun
    ? 'Nothing was recorded: this is what would be.'
    : `${replayed ? 'Recorded before' : 'Recorded'}; size ${basis.treeSize}, root hash ${basis.rootHash}`,
];

function member(text: string, members: Members): Members {
  const [, name, colon, value = ''] = /^([A-Za-z][\w.]*)(:?)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It is name=text, or name:=json.');
  if (colon === '') return { ...members, [name]: value };
  try {
    return { ...members, [name]: JSON.parse(value) };
  } catch {
    throw new InvalidArgumentError(`What stands after := is no JSON: ${value}`);
  }
}

/** occurredOn and sources stand beside the data, whose members are named alone or as data.name. */
function change(text: string, changes: Members): Members {
  const [[name = '', value] = []] = Object.entries(member(text, {}));
  if (name === 'occurredOn' || name === 'sources') return { ...changes, [name]: value };
  return { ...changes, data: { ...Object(changes['data']), [name.replace(/^data\./, '')]: value } };
}

function reason(text: string): Schemas['Reason'] {
  const [, named, rest] = /^([a-z-]+): *(.+)$/s.exec(text) ?? [];
  const code = reasonCodes.find((one) => one === named);
  if (code === undefined || rest === undefined)
    throw new InvalidArgumentError(`It is "code: text", with a code of ${reasonCodes.join(', ')}.`);
  return { code, text: rest };
}

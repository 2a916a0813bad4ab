import { createReadStream } from 'node:fs';
import { type Command, Option } from 'commander';
import { Refusal } from '../errors.ts';
import { type Format, formatNames, formatOfName } from '../import/formats.ts';
import { proposalFor } from '../import/map/proposal-for.ts';
import { type Encoding, encodings } from '../import/text-rows.ts';
import { CouldNotRun } from './outcome.ts';

interface Options {
  sheet?: string;
  encoding?: Encoding;
  format?: Format;
}

const examples = `
Examples:
  milestone-ledger map list.xlsx --sheet Agreements > mapping.json
  milestone-ledger import --initiative sci list.xlsx --mapping mapping.json --dry-run
`;

export function mapCommand(program: Command): void {
  program
    .command('map')
    .description(
      'look at a table (.csv, .tsv, .xlsx, .ods) and print a first mapping for import: guesses, with questions as comments',
    )
    .argument('<file>', 'the table; - reads standard input')
    .option('--sheet <name>', 'the sheet of a spreadsheet; by default the first with content')
    .addOption(
      new Option('--encoding <name>', 'how the characters of a text are stored').choices([...encodings]),
    )
    .addOption(
      new Option('--format <format>', 'the default is what the suffix of the name says, else csv').choices(
        formatNames.filter((format) => format !== 'ndjson'),
      ),
    )
    .addHelpText('after', examples)
    .action(mapFile);
}

async function mapFile(
  file: string,
  { sheet, encoding, format = formatOfName(file) ?? 'csv' }: Options,
): Promise<void> {
  if (format === 'ndjson') throw new CouldNotRun('Lines of JSON need no mapping.');
  try {
    const source = file === '-' ? process.stdin : createReadStream(file);
    const { text, questions } = await proposalFor(source, { format, sheet, encoding });
    process.stdout.write(text);
    const answer = questions.length === 1 ? 'There is 1 question' : `There are ${questions.length} questions`;
    process.stderr.write(`${answer} in the mapping (// ?).\n`);
  } catch (error) {
    if (error instanceof Refusal || (error instanceof Error && 'syscall' in error))
      throw new CouldNotRun(error.message);
    throw error;
  }
}

import { Argument, type Command } from 'commander';
import { say } from './outcome.ts';

/** What may follow a command. */
interface Completed {
  name: string;
  description: string;
  words: { word: string; description: string }[];
}

const examples = `
Examples:
  milestone-ledger completion bash > ~/.local/share/bash-completion/completions/milestone-ledger
  milestone-ledger completion zsh > "\${fpath[1]}/_milestone-ledger"
  milestone-ledger completion fish > ~/.config/fish/completions/milestone-ledger.fish
`;

export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print what makes a shell complete commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices([...shells.keys()]))
    .addHelpText('after', examples)
    .action((shell: string) =>
      say(shells.get(shell)?.(program.name(), program.commands.map(completed)) ?? ''),
    );
}

const completed = (command: Command): Completed => ({
  name: command.name(),
  // A sentence, of which the first part has room in a list.
  description: firstPart(command.description()),
  words: [
    ...command.commands.map((one) => ({ word: one.name(), description: firstPart(one.description()) })),
    ...[command, ...command.commands].flatMap(({ options }) =>
      options.map(({ long, description }) => ({ word: long ?? '', description: firstPart(description) })),
    ),
    { word: '--help', description: 'display help for command' },
  ],
});

const firstPart = (text: string): string => text.split(/[;:(]/)[0]?.trim() ?? '';

/** In single quotes, as every shell reads them. */
const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`;

const wordsOf = ({ words }: Completed): string => [...new Set(words.map(({ word }) => word))].join(' ');

const shells = new Map<string, (program: string, commands: Completed[]) => string>([
  [
    'bash',
    (program, commands) => `_milestone_ledger() {
  local words
  case "$COMP_CWORD:\${COMP_WORDS[1]}" in
    1:*) words=${quoted(commands.map(({ name }) => name).join(' '))} ;;
${commands.map((one) => `    *:${one.name}) words=${quoted(wordsOf(one))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _milestone_ledger ${program}`,
  ],
  [
    'zsh',
    (program, commands) => `#compdef ${program}
local -a commands
if (( CURRENT == 2 )); then
  commands=(${commands.map(({ name, description }) => quoted(`${name}:${description}`)).join('\n    ')})
  _describe command commands
else
  case "$words[2]" in
${commands.map((one) => `    ${one.name}) compadd -- ${wordsOf(one)} ;;`).join('\n')}
  esac
  _files
fi`,
  ],
  [
    'fish',
    (program, commands) =>
      commands
        .flatMap(({ name, description, words }) => [
          `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
          ...words.map(({ word, description }) =>
            word.startsWith('--')
              ? `complete -c ${program} -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -l ${word.slice(2)} -d ${quoted(description)}`
              : `complete -c ${program} -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -f -a ${word} -d ${quoted(description)}`,
          ),
        ])
        .join('\n'),
  ],
]);

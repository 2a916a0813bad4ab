import { styleText } from 'node:util';
import type { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { environmentHelp } from '../config.ts';
import type { Status } from './doctor/check.ts';
import { examine, type Named } from './doctor/examine.ts';
import { counted } from './doctor/words.ts';
import { say } from './outcome.ts';

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at everything that the service depends on and say what to do; it changes nothing, and the service may run; 0: all is well, 1: something is to be done',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', environmentHelp())
    .action(({ json }: { json?: boolean }) => doctor(json === true));
}

const colours: Record<Status, 'green' | 'yellow' | 'red'> = { ok: 'green', warning: 'yellow', wrong: 'red' };

async function doctor(asJson: boolean): Promise<void> {
  const findings: Named[] = [];
  for await (const finding of examine(process.env, Date.now())) {
    findings.push(finding);
    if (!asJson) say(lineOf(finding));
  }
  const count = (status: Status): number => findings.filter((one) => one.status === status).length;
  const [wrong, warnings] = [count('wrong'), count('warning')];
  const status: Status = wrong > 0 ? 'wrong' : warnings > 0 ? 'warning' : 'ok';
  if (status !== 'ok') process.exitCode = 1;
  if (asJson) say(JSON.stringify({ version: packageJson.version, status, findings }, null, 2));
  else say(status === 'ok' ? 'All is well.' : `${wrong} wrong, ${counted(warnings, 'warning')}.`);
}

function lineOf({ status, check, detail }: Named): string {
  // Colours only on a terminal that has them.
  const word = styleText(colours[status], status.padEnd(8), { stream: process.stdout });
  return `${word}${check}: ${detail}`;
}

import packageJson from '../../../package.json' with { type: 'json' };
import { type Config, ConfigError, readConfig } from '../../config.ts';
import { readRules } from '../../http/identity/grants.ts';
import { type Check, type Finding, ok, type Surroundings, warning, wrong } from './check.ts';

/** The settings of the environment, or a finding for each that is wrong. */
export function configurationIn(env: Record<string, string | undefined>): Config | Finding[] {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map(wrong);
  }
}

/** What the table of settings can't say of each by itself. */
export const configuration: Check<Surroundings> = {
  name: 'configuration',
  look({ config }) {
    const findings: Finding[] = [];
    if (config.OIDC_GRANTS !== undefined)
      findings.push(...faultOf(() => readRules(config.OIDC_GRANTS ?? '')));
    if (config.ALLOW_CLOCK_JUMP)
      findings.push(
        warning(
          'ALLOW_CLOCK_JUMP=true accepts whatever the clock says. Unset it as soon as the service was started once with the right clock.',
        ),
      );
    return findings.length > 0 ? findings : [ok('every setting has a value that it can have')];
  },
};

function faultOf(read: () => unknown): Finding[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [wrong(error.message)];
  }
}

/** The program itself. */
export const program: Check<unknown> = {
  name: 'program',
  look() {
    const { version, engines } = packageJson;
    const [least = 0] = /\d+/.exec(engines.node) ?? [];
    const [major = 0] = /\d+/.exec(process.version) ?? [];
    return [
      Number(major) >= Number(least)
        ? ok(`milestone-ledger ${version} under Node.js ${process.version}`)
        : wrong(`Node.js ${process.version} is too old: install Node.js ${least} or later.`),
    ];
  },
};

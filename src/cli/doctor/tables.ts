import packageJson from '../../../package.json' with { type: 'json' };
import { type SearchState, searchVersion, selectSearchState } from '../../projections/search-segment.ts';
import { schemaDifferences } from '../../verify/schema.ts';
import { readModels } from '../../views/read-models.ts';
import { type Check, type Finding, type Opened, ok, warning, wrong } from './check.ts';
import { counted } from './words.ts';

/** Positions that the index may be behind beside a service, which fills it while it has time. */
const behindMax = 20_000;

/** The tables, and what guards them. A ledger of other migrations could not have been opened. */
export const tables: Check<Opened> = {
  name: 'tables',
  async look({ ledger: { reader } }) {
    const { present, made } = await reader.objects();
    const [first, ...others] = schemaDifferences(present, made);
    if (first === undefined) return [ok(`as version ${packageJson.version} makes them`)];
    const more = others.length > 0 ? ` And ${counted(others.length, 'other')}: verify names them.` : '';
    return [
      wrong(
        `somebody changed them: ${first}${more} Find out who and why; a copy (copy --from, --to) has them right.`,
      ),
    ];
  },
};

/** What is read is kept in tables that follow from the log, written by some version of the program. */
export const kept: Check<Opened> = {
  name: 'read models',
  look({ start: { viewVersions } }) {
    const written = new Map(viewVersions.map(({ view, version }) => [view, version]));
    return readModels.map(({ name, version }) => {
      const found = written.get(name) ?? 0;
      if (found === version) return ok(`${name} are of this version`);
      if (found > version)
        return wrong(`${name} were written by a later version of the program. Install that version again.`);
      return warning(
        `${name} were written by an earlier version. The next start of the service rebuilds them.`,
      );
    });
  },
};

/** By which lists are found. It is filled behind the log. */
export const search: Check<Opened> = {
  name: 'search index',
  async look({ ledger, start: { lastRecord }, isServed }) {
    const [state] = await ledger.read<SearchState>(selectSearchState);
    const filledTo = state?.version === searchVersion ? state.texts : 0;
    return [findingOf(Math.max(0, lastRecord - filledTo), isServed)];
  },
};

/** What it says where the index lacks so many events. */
export function findingOf(behind: number, isServed: boolean): Finding {
  const text = `${counted(behind, 'event')} behind the log`;
  return isServed && behind > behindMax
    ? warning(
        `${text}, so lists are slow. Ask again in a minute; if it does not move, look for an error in the log of the service.`,
      )
    : ok(text);
}

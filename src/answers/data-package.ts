import type { InitiativeData } from '../shapes/record.ts';
import type { At } from '../views/at.ts';
import type { List } from './answer.ts';
import { claimsOfInitiative } from './claims.ts';
import type { Column } from './columns.ts';
import { eventsOfInitiative } from './events.ts';
import { meetings } from './meetings.ts';
import { initiativeParameter, moment, untilParameter } from './parameters.ts';
import { mous, projects } from './records.ts';

/** All about an initiative in one file (Data Package 2.0). */
export const dataPackage = {
  path: '/v1/initiatives/:initiativeId/datapackage.zip',
  parameters: { ...initiativeParameter, ...moment, ...untilParameter },
  type: 'application/zip',
  title: 'all tables (zip)',
} as const;

/** A table of the package: the same rows and columns as these lists have as CSV, one after the other. */
interface Table {
  name: string;
  description: string;
  lists: readonly [List, ...List[]];
  key: string;
}

export const tables: readonly Table[] = [
  {
    name: 'records',
    description: 'The standing MoUs and projects, in the order in which they were first recorded.',
    lists: [mous, projects],
    key: 'recordId',
  },
  {
    name: 'meetings',
    description: 'The standing meetings in the order of their days, with counts and running totals.',
    lists: [meetings],
    key: 'recordId',
  },
  {
    name: 'claims',
    description: 'What publishers claim, compared with what is recorded.',
    lists: [claimsOfInitiative],
    key: 'recordId',
  },
  {
    name: 'events',
    description: 'The log of the initiative, from which all of it is computed. `until` does not cut it.',
    lists: [eventsOfInitiative],
    key: 'position',
  },
];

/** What a package is of. */
export interface Packed {
  initiativeId: string;
  data: InitiativeData;
  at: At;
  until: string | undefined;
  /** The address of the ledger, without a slash at its end. */
  site: string;
}

/** datapackage.json, with the type of each column. */
export function descriptorOf({ initiativeId, data, at, until, site }: Packed): object {
  const { name, description, pillars = [] } = data;
  return {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: initiativeId,
    title: name,
    ...(description !== undefined && { description }),
    homepage: `${site}/initiatives/${initiativeId}`,
    ...(at.recordedAt !== undefined && { created: at.recordedAt }),
    ...(pillars.length > 0 && { keywords: pillars }),
    asOfPosition: at.position,
    ...(until !== undefined && { until }),
    basis: { treeSize: at.basis.treeSize, rootHash: at.basis.rootHash.toHex() },
    resources: tables.map(({ name, description, lists, key }) => ({
      name,
      type: 'table',
      path: `${name}.csv`,
      description,
      format: 'csv',
      mediatype: 'text/csv',
      encoding: 'utf-8',
      schema: { fields: lists[0].columns.map(fieldOf), primaryKey: [key] },
    })),
  };
}

/** What a README says for whoever has nothing but the file. */
export function readmeOf({ initiativeId, data, at, until, site }: Packed): string {
  const page = `${site}/initiatives/${initiativeId}?asOfPosition=${at.position}`;
  const name = plainMarkdown(data.name);
  const known = `as known at position ${at.position}${at.recordedAt ? `, recorded ${at.recordedAt}` : ''}`;
  return `# ${name}

From a Milestone Ledger, ${known}${until ? `; what had happened by the end of ${until}` : ''}.

${tables.map(({ name, description }) => `- \`${name}.csv\`: ${description}`).join('\n')}
- \`datapackage.json\`: the type and the meaning of each column (Data Package 2.0).

Dates are as precise as they are known (EDTF): \`2023\`, \`2023-12\`, \`[2023-12-14..2023-12-16]\`. \`earliest\` and \`latest\` are the days that one may mean. Columns such as \`parties\` and \`publishers\` repeat the JSON of \`data.parties\` and \`sources\` for people. An apostrophe before a text keeps spreadsheets from taking it for a formula; it is no part of the text.

## Cite as

> ${name}. Milestone Ledger, ${known}. Root hash ${at.basis.rootHash.toHex()}. ${page}

The same position always gives the same tables, but for names of persons that were erased since.

## Basis

Everything was computed from the first ${at.basis.treeSize} events of the log, whose Merkle tree (RFC 9162) has the root hash above. \`leafHash\` in \`events.csv\` is the hash of each event; ${site}/v1/log/checkpoint is what the ledger signs.
`;
}

/** A text that Markdown shows as it is, on one line. */
const plainMarkdown = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]()#+\-.!|<>&~]/g, '\\$&');

const types = new Map([
  ['date', 'date'],
  ['date-time', 'datetime'],
]);

/** A column in the words of Table Schema. */
function fieldOf({ name, schema: { type = 'string', format = '', description } }: Column): object {
  return { name, type: types.get(format) ?? type, ...(description && { description }) };
}

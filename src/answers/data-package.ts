import {
  ClaimData,
  InitiativeData,
  MeetingData,
  MilestoneData,
  sharedSchemas,
} from '../shapes/record-data.ts';
import type { At } from '../views/at.ts';
import type { List } from './answer.ts';
import { claimsOfInitiative } from './claims.ts';
import { eventsOfInitiative } from './events.ts';
import { meetings } from './meetings.ts';
import { initiativeParameter, moment, untilParameter } from './parameters.ts';
import { mous, projects } from './records.ts';
import { answerSchemas } from './schemas.ts';

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
      schema: { fields: lists[0].columns.map((column) => fieldOf(lists[0], column)), primaryKey: [key] },
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

Dates are as precise as they are known (EDTF): \`2023\`, \`2023-12\`, \`[2023-12-14..2023-12-16]\`. \`earliest\` and \`latest\` are the days that one may mean. An apostrophe before a text keeps spreadsheets from taking it for a formula; it is no part of the text.

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

interface Schema {
  $id?: string;
  $ref?: string;
  type?: string;
  format?: string;
  const?: unknown;
  enum?: readonly unknown[];
  description?: string;
  anyOf?: Schema[];
  items?: Schema;
  properties?: { [name: string]: Schema };
}

const schemas = new Map<string, Schema>(
  [...answerSchemas, ...sharedSchemas].map((schema: Schema) => [`${schema.$id}#`, schema]),
);
/** Of `data`, whose shape differs by kind. */
const dataSchemas: readonly Schema[] = [MilestoneData, MeetingData, ClaimData, InitiativeData];

const types = new Map([
  ['date', 'date'],
  ['date-time', 'datetime'],
]);

/** A column in the words of Table Schema. */
function fieldOf({ shape, named }: List, column: string): object {
  const { properties: { [named]: all } = {} } = shape as Schema;
  const { type = 'string', format = '', description } = schemaAt(all?.items, column.split('.')) ?? {};
  return { name: column, type: types.get(format) ?? type, ...(description && { description }) };
}

/** undefined: of a dimension that is no member of a record, whose keys are a text. */
function schemaAt(schema: Schema | undefined, [name, ...rest]: string[]): Schema | undefined {
  const { $ref, anyOf, ...own } = schema ?? {};
  if ($ref !== undefined) return schemaAt(schemas.get($ref), name === undefined ? [] : [name, ...rest]);
  if (name === undefined) {
    const known = anyOf?.find(({ type }) => type !== 'null');
    const type = own.const === true ? 'boolean' : undefined;
    return { ...known, ...own, ...(type && { type }) };
  }
  if (own.properties) return own.properties[name] && schemaAt(own.properties[name], rest);
  const part = dataSchemas.find(({ properties = {} }) => Object.hasOwn(properties, name));
  return part && schemaAt(part, [name, ...rest]);
}

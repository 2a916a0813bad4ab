import type { TSchema } from 'typebox';
import { dimensions, keysOf } from '../shapes/dimensions.ts';
import { Party } from '../shapes/fields.ts';
import { readableName, readableText } from '../shapes/readable.ts';
import type { LedgerRecord } from '../shapes/record.ts';
import { MilestoneData, sharedSchemas } from '../shapes/record-data.ts';
import {
  answerSchemas,
  ChangesAnswer,
  ClaimListAnswer,
  DifferenceAnswer,
  DividedAnswer,
  EventListAnswer,
  HistoryAnswer,
  InitiativeListAnswer,
  MeetingListAnswer,
  PartyListAnswer,
  RecordListAnswer,
} from './schemas.ts';

/** A column of a list as a table. */
export interface Column {
  name: string;
  read: (item: object) => unknown;
  schema: ColumnSchema;
}

export interface ColumnSchema {
  $id?: string;
  $ref?: string;
  type?: string;
  format?: string;
  const?: unknown;
  description?: string;
  anyOf?: ColumnSchema[];
  oneOf?: ColumnSchema[];
  items?: ColumnSchema;
  properties?: { [name: string]: ColumnSchema };
}

const schemas = new Map<string, ColumnSchema>(
  [...answerSchemas, ...sharedSchemas].map((schema: ColumnSchema) => [`${schema.$id}#`, schema]),
);

function resolved({ $ref, ...own }: ColumnSchema): ColumnSchema {
  if ($ref === undefined) return own;
  return { ...resolved(schemas.get($ref) ?? {}), ...own };
}

/** Every member that is no object of named members, by its path. */
function leavesOf(schema: ColumnSchema, path: string): [string, ColumnSchema][] {
  const { properties = {}, anyOf, ...own } = resolved(schema);
  const members = Object.entries(properties);
  if (members.length > 0)
    return members.flatMap(([name, member]) => leavesOf(member, path === '' ? name : `${path}.${name}`));
  return [[path, { ...anyOf?.find(({ type }) => type !== 'null'), ...own }]];
}

interface Members {
  [member: string]: unknown;
}

/** A path into an item. Whatever is not an object has no members. */
const memberAt = (name: string): Column['read'] => {
  const path = name.split('.');
  return (item) => path.reduce<unknown>((value, key) => (value as Members | null | undefined)?.[key], item);
};

const textColumn = (name: string, read: Column['read']): Column => ({
  name,
  read,
  schema: { type: 'string' },
});

/**
 * All columns of a list: the members of its items as their schema has them, so none can be forgotten. order: their names; * stands
 * for those that it does not name, and JSON comes last.
 */
function columnsIn(shape: TSchema, named: string, order: string, computed: Column[] = []): readonly Column[] {
  const { oneOf = [], ...item } = resolved((shape as ColumnSchema).properties?.[named]?.items ?? {});
  // What `data` is for each kind stands beside the members that all kinds have.
  const leaves = new Map<string, ColumnSchema>();
  for (const [name, schema] of [item, ...oneOf].flatMap((part) => leavesOf(part, '')))
    if (!leaves.has(name)) leaves.set(name, schema);
  const names = [...leaves.keys()];
  const columns = new Map(computed.map((column) => [column.name, column]));
  for (const [name, schema] of leaves) {
    if (names.some((other) => other.startsWith(`${name}.`))) continue;
    const read = memberAt(name);
    const readable = schema.type === 'array' ? readableName(name) : undefined;
    if (readable !== undefined)
      columns.set(
        readable,
        textColumn(readable, (item) => readableText((read(item) ?? []) as unknown[])),
      );
    columns.set(name, { name, read, schema });
  }
  const take = (name: string): Column => {
    const column = columns.get(name);
    if (!column) throw new Error(`a table has no column ${name}`);
    columns.delete(name);
    return column;
  };
  const [first = [], last = []] = order.split('*').map((names) => (names.match(/\S+/g) ?? []).map(take));
  const others = [...columns.values()];
  const isJson = ({ schema }: Column): boolean => schema.type === 'array' || schema.type === 'object';
  return [...first, ...others.filter((column) => !isJson(column)), ...last, ...others.filter(isJson)];
}

/** Of a dimension that is no member of a record: its keys. */
const dimensionColumns = dimensions
  .filter(({ name }) => !Object.hasOwn(MilestoneData.properties, name))
  .map(({ name }) => textColumn(name, (item) => keysOf(item as LedgerRecord)[name]?.join('; ')));

/** A row of one party shows all that is known of it. */
const partyColumns = Object.entries(Party.properties).map(([name, schema]) => ({
  name: `party.${name}`,
  read: memberAt(`party.${name}`),
  schema: name === 'name' ? {} : schema,
}));

/** The columns of a list with a row for each party of an item. undefined: its items have no parties. */
export const columnsByParty = (columns: readonly Column[]): Column[] | undefined =>
  columns.some(({ name }) => name === 'data.parties')
    ? [
        ...columns.slice(0, 1),
        ...partyColumns,
        ...columns.slice(1).filter(({ name }) => name !== 'parties' && name !== 'data.parties'),
      ]
    : undefined;

/** An item once for each of its parties; an item without any stays. */
export function rowsByParty(item: { data?: { parties?: object[] } }): object[] {
  const { parties = [] } = item.data ?? {};
  return parties.length === 0 ? [item] : parties.map((party) => ({ ...item, party }));
}

const ids = 'publishers status version earliest latest recordId initiativeId';
const events = `position event.recordedAt event.type event.recordId event.kind event.occurredOn
  event.reason.code event.reason.text event.reason.duplicateOf event.note event.recordedBy *
  event.publishers event.correlationId event.version event.initiativeId event.eventId event.v leafHash`;

/** The columns of each list, in the order that a reader would choose. */
export const columnsOf = {
  initiatives: columnsIn(InitiativeListAnswer, 'items', `data.name occurredOn parties * kind ${ids}`),
  meetings: columnsIn(
    MeetingListAnswer,
    'items',
    `data.name occurredOn possible data.series data.ordinal data.place data.mode coChairs * kind ${ids}`,
  ),
  records: columnsIn(
    RecordListAnswer,
    'items',
    `data.title data.name kind occurredOn possible parties country data.meetingId data.occasion.name
    data.occasion.place places data.instrument data.pillar data.sector data.zone data.tier data.amount.value
    data.amount.currency data.validFrom data.validUntil data.titleKind titles references data.renews.recordId
    data.renews.text under data.sameAs * data.externalId ${ids}`,
    dimensionColumns,
  ),
  claims: columnsIn(
    ClaimListAnswer,
    'items',
    `metric qualifier value scope label occurredOn recorded possible difference status *
    publishers madeAt version recordId initiativeId`,
  ),
  parties: columnsIn(PartyListAnswer, 'items', 'name *'),
  divided: columnsIn(DividedAnswer, 'items', 'key key2 others * total possible undated'),
  versions: columnsIn(
    HistoryAnswer,
    'versions',
    `version recordedAt type reason.code reason.text reason.duplicateOf note recordedBy *
    publishers correlationId position eventId`,
  ),
  differences: columnsIn(DifferenceAnswer, 'changes', '*'),
  events: columnsIn(EventListAnswer, 'items', events),
  changes: columnsIn(ChangesAnswer, 'items', events),
};

import { stringify } from 'csv-stringify/sync';

type Cell = string | number | boolean | undefined;

/** Items of a list as rows of a table. Cells that a spreadsheet would take for a formula are escaped. */
export function csvOf(columns: readonly string[], items: object[], withColumns: boolean): string {
  const rows = items.map((item) => columns.map((column) => cellOf(valueAt(item, column))));
  return stringify(withColumns ? [columns, ...rows] : rows, {
    escape_formulas: true,
    record_delimiter: 'windows',
    // By itself it quotes only \r\n, and a lone half of it would begin a row too.
    quoted_match: /[\r\n]/,
  });
}

/** A column is a path into the item: `counts.mous.total`. */
const valueAt = (row: unknown, column: string): unknown =>
  column
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], row);

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return JSON.stringify(value);
  return value as Cell;
}

const record = ['initiativeId', 'recordId', 'kind', 'status', 'version', 'occurredOn', 'earliest', 'latest'];

export const columnsOf = {
  initiatives: [
    ...record,
    'data.name',
    'counts.meetings.total',
    'counts.mous.total',
    'counts.mous.named',
    'counts.mous.atMeetings',
    'counts.projects.total',
    'counts.projects.named',
    'counts.projects.atMeetings',
  ],
  meetings: [
    ...record,
    'data.name',
    'data.series',
    'data.ordinal',
    'data.place',
    'data.mode',
    'counts.mous.total',
    'counts.mous.named',
    'counts.projects.total',
    'counts.projects.named',
    'running.meetings',
    'running.mous',
    'running.projects',
    'coverage.mous',
    'coverage.projects',
  ],
  records: [
    ...record,
    'data.name',
    'data.title',
    'data.meetingId',
    'data.instrument',
    'data.pillar',
    'data.sector',
    'data.zone',
    'data.tier',
    'data.parties',
    'data.amount.value',
    'data.amount.currency',
    'data.validFrom',
    'data.validUntil',
    'data.metric',
    'data.value',
    'data.qualifier',
    'data.scope',
    'sources',
  ],
  claims: [
    'initiativeId',
    'recordId',
    'metric',
    'value',
    'qualifier',
    'scope',
    'label',
    'occurredOn',
    'recorded',
    'possible',
    'difference',
    'status',
    'previous.recordId',
    'previous.claimedIncrease',
    'previous.recordedIncrease',
    'previous.difference',
    'since.meetings',
    'since.mous',
    'since.projects',
    'sources',
  ],
  versions: [
    'version',
    'position',
    'eventId',
    'type',
    'recordedAt',
    'recordedBy',
    'reason.code',
    'reason.text',
    'changes',
    'sources',
  ],
  differences: ['path', 'from', 'to'],
  events: [
    'position',
    'leafHash',
    'event.recordedAt',
    'event.recordedBy',
    'event.initiativeId',
    'event.recordId',
    'event.kind',
    'event.version',
    'event.type',
    'event.eventId',
    'event.occurredOn',
    'event.reason.code',
    'event.reason.text',
    'event.data',
    'event.changes',
    'event.to',
    'event.sources',
    'event.note',
  ],
} as const;

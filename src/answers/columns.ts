import { dimensions } from '../projections/dimensions.ts';
import { MilestoneData } from '../shapes/record-data.ts';

const record = ['initiativeId', 'recordId', 'kind', 'status', 'version', 'occurredOn', 'earliest', 'latest'];
/** Of lists that `until` cuts: true where something only may have happened by then. */
const cutRecord = [...record, 'possible'];

const keys = dimensions
  .map(({ name }) => (Object.hasOwn(MilestoneData.properties, name) ? `data.${name}` : name))
  .sort();

/**
 * The columns of each list as a table: paths into its items, such as `counts.mous.total`. Of a dimension that is no member of a
 * record the name.
 */
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
    ...cutRecord,
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
    ...cutRecord,
    'data.name',
    'data.title',
    'data.meetingId',
    ...keys,
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
  parties: ['name', 'mous', 'projects', 'first', 'last'],
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

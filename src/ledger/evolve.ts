import type { Json } from './canonical-json.ts';
import { applyChanges, jsonEqual } from './merge-patch.ts';
import type { Kind, LedgerRecord, Source } from './record.ts';
import type { StoredEvent } from './stored-event.ts';

/**
 * The only fold: the record after an event. Total on every log that `decide` wrote; throws on any other.
 * It never changes `before`.
 */
export function evolve(before: LedgerRecord | undefined, event: StoredEvent): LedgerRecord {
  switch (event.type) {
    case 'InitiativeRegistered':
    case 'MeetingHeld':
    case 'MoUSigned':
    case 'ProjectLaunched':
    case 'FigureClaimed':
    case 'LogContinued':
      if (before || event.version !== 1) throw broken(event, 'makes a record that exists');
      return made(event);
    case 'RecordCorrected':
      return corrected(standing(before, event), event);
    case 'EvidenceAdded': {
      const record = standing(before, event);
      return { ...record, version: event.version, sources: withSources(record.sources, event.sources) };
    }
    case 'RecordRetracted':
      return { ...standing(before, event), version: event.version, status: 'retracted' };
    case 'RecordReinstated':
      if (before?.status !== 'retracted') throw broken(event, 'reinstates a record that is not retracted');
      return { ...next(before, event), version: event.version, status: 'standing' };
    case 'RecordReclassified':
      // An MoU's data and a project's are of one shape, so the change of kind keeps the type sound.
      return { ...standing(before, event), version: event.version, kind: event.to as Kind } as LedgerRecord;
    case 'PersonalDataErased':
      // What is erased lies beside the log; commitments stay where they are, also in a retracted record.
      return { ...next(before, event), version: event.version };
    default:
      throw broken(event, `is of a type unknown to this version (${event.type satisfies never})`);
  }
}

function made(event: StoredEvent): LedgerRecord {
  const { initiativeId, recordId, kind, occurredOn, data, sources } = event;
  const record = {
    initiativeId,
    recordId,
    kind,
    version: 1,
    status: 'standing',
    ...(occurredOn === undefined ? {} : { occurredOn }),
    data: data ?? {},
    sources: sources ?? [],
  };
  // The event's data was checked against the schema of its kind before it was logged.
  return record as unknown as LedgerRecord;
}

function corrected(before: LedgerRecord, event: StoredEvent): LedgerRecord {
  // The changes were made between two states, and checked when they were.
  const state = applyChanges(stateOf(before), event.changes ?? []) as unknown as State;
  const { initiativeId, recordId, kind } = before;
  const record = { initiativeId, recordId, kind, version: event.version, status: before.status, ...state };
  // As in `made`: the state was checked against the schema of its kind.
  return { ...record, sources: withSources(state.sources, event.sources) } as LedgerRecord;
}

type State = Pick<LedgerRecord, 'occurredOn' | 'data' | 'sources'>;

/** What a correction's patch applies to. */
export function stateOf(record: LedgerRecord): { [member: string]: Json } {
  const { occurredOn, data, sources } = record;
  const state = { ...(occurredOn === undefined ? {} : { occurredOn }), data, sources };
  // Records are JSON; interfaces just lack the index signature that the type of JSON has.
  return state as unknown as { [member: string]: Json };
}

/** Sources add up; one that is there already is not added again. */
function withSources(present: Source[], added: Source[] = []): Source[] {
  const fresh = added.filter((source) => !present.some((other) => jsonEqual(source as Json, other as Json)));
  return fresh.length === 0 ? present : [...present, ...fresh];
}

function standing(before: LedgerRecord | undefined, event: StoredEvent): LedgerRecord {
  if (before?.status === 'retracted') throw broken(event, 'changes a retracted record');
  return next(before, event);
}

function next(before: LedgerRecord | undefined, event: StoredEvent): LedgerRecord {
  if (!before) throw broken(event, 'changes a record that does not exist');
  if (before.version + 1 !== event.version) throw broken(event, `follows version ${before.version}`);
  return before;
}

const broken = (event: StoredEvent, what: string): Error =>
  new Error(`${event.type} ${event.eventId}: version ${event.version} of ${event.recordId} ${what}`);

import type { Json } from '../../shapes/canonical-json.ts';
import { canonicalJson } from '../../shapes/canonical-json.ts';
import type { Reason, Source } from '../../shapes/fields.ts';
import { diff, type FieldChange, mergePatch, segmentsOf } from '../../shapes/merge-patch.ts';
import { erasedName } from '../../shapes/people.ts';
import type { Posted } from '../../shapes/posted.ts';
import type { Status } from '../../shapes/record.ts';

/** A row of a list: the event that would make its record. */
export interface SyncRow {
  /** The row's key in the list. */
  key: string;
  event: Posted;
  /** Members for which the list has a column and this row has nothing. */
  empty: readonly string[][];
  /** The row is of a list of ours, so its lists are whole: a source or a part of a party that it lacks is taken away. */
  isOwn?: true;
}

/** The record that a row is about, with the names of persons revealed. */
export interface Present {
  recordId: string;
  version: number;
  status: Status;
  occurredOn?: string | undefined;
  data: Members;
  sources: readonly Source[];
  /** The code of the reason why it was retracted. */
  retractedAs?: string | undefined;
}

/** What every event of a sync says. */
export interface SyncWords {
  reason: Reason;
  /** Of the list. */
  sources: readonly Source[];
}

/** What a sync does about one record. */
export interface Planned {
  action: 'new' | 'changed' | 'gone' | 'unchanged';
  changes: FieldChange[];
  /** None where nothing is to be done. */
  events: Posted[];
  /** Why the record is not made as the row says. */
  kept?: 'stays-retracted' | 'has-erased-names';
}

interface Members {
  [member: string]: Json;
}

/** A record that was retracted for one of these reasons is no part of the register, whatever a list says. */
const forGood = new Set<string>(['duplicate', 'never-happened', 'scope-decision'] satisfies Reason['code'][]);

/** What makes the record of a row as the row says; present: the record, if there is one. Members that the list does not have stay. */
export function planOf(row: SyncRow, present: Present | undefined, words: SyncWords): Planned {
  return present ? changed(row, present, words) : made(row, words);
}

function made({ event }: SyncRow, { sources: own }: SyncWords): Planned {
  const { type, recordId, occurredOn, data = {}, note } = event;
  const sources = [...(event.sources ?? []), ...own];
  const state = { ...(occurredOn !== undefined && { occurredOn }), data: data as Members };
  return {
    action: 'new',
    changes: diff({ data: {} }, state),
    events: [
      {
        type,
        ...(recordId !== undefined && { recordId, expectedVersion: 0 }),
        ...state,
        ...(sources.length > 0 && { sources }),
        ...(note !== undefined && { note }),
      },
    ],
  };
}

function changed(row: SyncRow, present: Present, words: SyncWords): Planned {
  const { recordId, status, retractedAs = 'other' } = present;
  if (status === 'retracted' && forGood.has(retractedAs))
    return { action: 'unchanged', changes: [], events: [], kept: 'stays-retracted' };
  const whole = wholeSources(row);
  const changes = diff(
    { ...stateOf(present), ...(whole && { sources: present.sources as readonly Json[] as Json[] }) },
    { ...stateAfter(row, present), ...(whole && { sources: whole as Json[] }) },
  );
  const known = new Set(present.sources.map((source) => canonicalJson(source)));
  const added = whole ? [] : (row.event.sources ?? []).filter((source) => !known.has(canonicalJson(source)));
  const events: Posted[] = [];
  let version = present.version;
  const add = (event: Omit<Posted, 'recordId' | 'expectedVersion'>): void => {
    events.push({ ...event, recordId, expectedVersion: version++ });
  };
  const { reason } = words;
  const said = (sources: Source[]) => sources.length > 0 && { sources };
  const sources = [...added, ...words.sources];
  if (status === 'retracted') add({ type: 'RecordReinstated', reason, ...said([...words.sources]) });
  if (changes.length > 0)
    add({ type: 'RecordCorrected', changes: patchOf(changes), reason, ...said(sources) });
  else if (added.length > 0) add({ type: 'EvidenceAdded', sources });
  return {
    action: events.length > 0 ? 'changed' : 'unchanged',
    changes: [
      ...(status === 'retracted' ? [{ path: '/status', from: status, to: 'standing' }] : []),
      ...changes,
      // As in RFC 6902, the place behind the last one.
      ...added.map((source) => ({ path: '/sources/-', to: source as Json })),
    ],
    events,
    ...(hasErased(row, present) && { kept: 'has-erased-names' }),
  };
}

/** What retracts a record that is in the list no more. */
export function goneOf(
  { recordId, version }: Pick<Present, 'recordId' | 'version'>,
  words: SyncWords,
): Planned {
  const { reason, sources } = words;
  return {
    action: 'gone',
    changes: [{ path: '/status', from: 'standing', to: 'retracted' }],
    events: [
      {
        type: 'RecordRetracted',
        recordId,
        expectedVersion: version,
        reason,
        ...(sources.length > 0 && { sources: [...sources] }),
      },
    ],
  };
}

/** The sources that the record is to have; undefined: the list does not tell of all. */
function wholeSources({ event, empty, isOwn }: SyncRow): Source[] | undefined {
  if (!isOwn || (!event.sources && !empty.some(([member]) => member === 'sources'))) return undefined;
  return event.sources ?? [];
}

const stateOf = ({ occurredOn, data }: Pick<Present, 'occurredOn' | 'data'>): Members => ({
  ...(occurredOn !== undefined && { occurredOn }),
  data,
});

function stateAfter({ event, empty, isOwn }: SyncRow, present: Present): Members {
  const data = { ...(event.data as Members | undefined) };
  for (const list of namingLists) {
    if (namesErased(present.data[list])) delete data[list];
    else if (!isOwn && Array.isArray(data[list])) data[list] = withKnown(data[list], present.data[list]);
  }
  const { occurredOn } = event;
  const patch = { ...(occurredOn !== undefined && { occurredOn }), data };
  // An object by an object is an object.
  const patched = mergePatch(stateOf(present), patch) as Members;
  for (const path of empty) {
    // A milestone without a date of its own has that of its meeting.
    const isOfMeeting = !isOwn && path[0] === 'occurredOn' && data['meetingId'] !== undefined;
    const isErased = path[0] === 'data' && namesErased(present.data[path[1] ?? '']);
    if (!isOfMeeting && !isErased) remove(patched, path);
  }
  return patched;
}

const namingLists = ['coChairs', 'parties'];

/** Whoever erased a name does not find it in the register again. */
const namesErased = (list: Json | undefined): boolean =>
  Array.isArray(list) && list.some((entry) => nameOf(entry) === erasedName);

const hasErased = ({ event, empty }: SyncRow, { data }: Present): boolean =>
  namingLists.some(
    (list) =>
      namesErased(data[list]) &&
      ((event.data as Members | undefined)?.[list] !== undefined ||
        empty.some(([, member]) => member === list)),
  );

const nameOf = (entry: Json): Json | undefined =>
  typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry['name'] : undefined;

/** Entries of which the list gives only the name, with what the record knows of them. */
function withKnown(entries: readonly Json[], present: Json | undefined): Json[] {
  const known = new Map((Array.isArray(present) ? present : []).map((entry) => [nameOf(entry), entry]));
  return entries.map((entry) => {
    const isName = typeof entry === 'object' && entry !== null && Object.keys(entry).length === 1;
    return (isName ? known.get(nameOf(entry)) : undefined) ?? entry;
  });
}

/** Removes a member, and the objects that have no other one, but never `data`. The objects on the way are copies. */
function remove(value: Members, [member = '', ...rest]: readonly string[], isWhole = true): void {
  if (!Object.hasOwn(value, member)) return;
  const inner = value[member];
  if (rest.length > 0 && typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
    const copy: Members = { ...inner };
    remove(copy, rest, false);
    if (isWhole || Object.keys(copy).length > 0) value[member] = copy;
    else delete value[member];
  } else if (rest.length === 0) delete value[member];
}

/** The merge patch (RFC 7396) that makes these changes. */
function patchOf(changes: readonly FieldChange[]): Members {
  const patch = new Map<string, Json>();
  const data = new Map<string, Json>();
  for (const { path, to = null } of changes) {
    const [member = '', ...inner] = segmentsOf(path);
    if (inner.length === 0) patch.set(member, to);
    else data.set(inner[0] ?? '', nested(data.get(inner[0] ?? ''), inner.slice(1), to));
  }
  if (data.size > 0) patch.set('data', Object.fromEntries(data));
  return Object.fromEntries(patch);
}

/** A member set in a part of a patch, which is an object where paths lead into it. */
function nested(part: Json | undefined, [member, ...rest]: readonly string[], to: Json): Json {
  if (member === undefined) return to;
  const members = new Map(Object.entries((part ?? {}) as Members));
  members.set(member, nested(members.get(member), rest, to));
  return Object.fromEntries(members);
}

import { Type } from 'typebox';
import type { Json } from '../src/shapes/canonical-json.ts';
import { closed, Reason, ref, type Source, Sources, sourcesMax } from '../src/shapes/fields.ts';
import { listChanges, placeIn, withListChanges } from '../src/shapes/list-changes.ts';
import { applyChanges, diff, mergePatch } from '../src/shapes/merge-patch.ts';
import { ofSome, type Posted } from '../src/shapes/posted.ts';
import type { LedgerRecord } from '../src/shapes/record.ts';
import { stateOf, withSources } from '../src/shapes/state.ts';
import { changing, goBack } from './define-event.ts';

export const recordCorrected = changing({
  type: 'RecordCorrected',
  description:
    'A record is corrected by a JSON Merge Patch (RFC 7396) over occurredOn, data and sources, and then by the members that replace, remove and add parties and sources. The stored event holds the differences that they make.',
  properties: ofSome({
    changes: Type.Object(
      {
        occurredOn: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()])),
        data: Type.Optional(Type.Object({}, { additionalProperties: true })),
        sources: Type.Optional(
          Type.Union([Type.Array(Type.Object({}), { maxItems: sourcesMax }), Type.Null()]),
        ),
        ...listChanges,
      },
      { ...closed, minProperties: 1, description: 'null removes a member.' },
    ),
    reason: ref(Reason),
    sources: Type.Optional(Sources),
  }),
  examples: [
    {
      type: 'RecordCorrected',
      recordId: 'jic-4',
      changes: { occurredOn: '2023-12-14' },
      reason: { code: 'late-information', text: 'The day of the meeting is reported.' },
      sources: [{ publisher: 'Hong Kong Commercial Daily', publishedOn: '2023-12-16', lang: 'zh' }],
    },
    {
      type: 'RecordCorrected',
      where: { meetingId: 'jic-4', occurredOn: '2023-12' },
      changes: { occurredOn: '2023-12-14' },
      reason: { code: 'late-information', text: 'The day of the meeting is reported.' },
    },
    {
      type: 'RecordCorrected',
      recordId: 'mou-founding',
      changes: {
        replaceParty: {
          name: 'Ministry of Communications and Information, Singapore',
          by: { name: 'Ministry of Digital Development and Information, Singapore', country: 'SG' },
        },
      },
      reason: { code: 'other', text: 'The ministry has a new name since July 2024.' },
    },
  ],
  recordAt: '/changes',
  changeAt: '/changes',
  namesPersons: true,
  *decide(event, record, context) {
    const { changes, where } = event;
    // An undo has it in place of changes.
    const { backTo } = event as Posted;
    if (backTo) return { changes: diff(stateOf(record), stateOf(backTo), '', true) };
    const { replaceParty, removeParty, addParty, addSource, ...patch } = changes;
    const before = stateOf(record);
    // A merge patch of an object by an object is an object.
    const patched = mergePatch(before, patch as Json) as { data: object; sources?: Source[] };
    // Evidence adds up without bound; only a list that is posted must have the size of one.
    const listed = 'sources' in patch ? (patched.sources ?? []) : record.sources.slice(0, 1);
    const faultOf = (data: object) => context.stateFault(record.kind, { ...patched, data, sources: listed });
    const fault = faultOf(patched.data);
    if (fault) throw context.invalid(`/changes${fault.pointer}`, fault.detail);
    const changed = withListChanges(
      { data: patched.data, sources: patched.sources ?? [] },
      { replaceParty, removeParty, addParty, addSource },
    );
    if ('absent' in changed) {
      // With where it is one of many records, of which some have the party.
      if (where) return undefined;
      const detail = `${record.recordId} has no party of this name.`;
      throw context.refuse('rule-violated', detail, `/changes${changed.absent}`);
    }
    const { data, sources, places } = changed;
    const placeOf = (pointer: string): string => `/changes${placeIn(changed, pointer)}`;
    const listFault = places.size > 0 ? faultOf(data) : undefined;
    if (listFault) throw context.invalid(placeOf(listFault.pointer), listFault.detail);
    const committed = yield* context.commit(data, record, placeOf);
    // JSON, as it was posted and checked.
    const after = { ...patched, data: committed.data, sources } as unknown as Json;
    const stored = diff(before, after, '', places.size > 0 || removeParty !== undefined);
    if (stored.length === 0) return undefined;
    for (const [i, source] of sources.entries()) context.checkSource(source, placeOf(`/sources/${i}`));
    return { changes: stored, openings: committed.openings };
  },
  undo: goBack,
  evolve(before, event) {
    const { initiativeId, recordId, kind, version, status } = before;
    // The changes were made between two states, and checked against the schema of the kind when they were.
    const state = applyChanges(stateOf(before), event.changes ?? []) as unknown as State;
    const sources = withSources(state.sources, event.sources);
    return { initiativeId, recordId, kind, version, status, ...state, sources } as LedgerRecord;
  },
});

type State = Pick<LedgerRecord, 'occurredOn' | 'data' | 'sources'>;

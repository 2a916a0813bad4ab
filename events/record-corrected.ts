import { Type } from 'typebox';
import type { Json } from '../src/shapes/canonical-json.ts';
import { closed, Reason, ref, type Source, Sources } from '../src/shapes/fields.ts';
import { applyChanges, diff, mergePatch } from '../src/shapes/merge-patch.ts';
import { ofSome } from '../src/shapes/posted.ts';
import type { LedgerRecord } from '../src/shapes/record.ts';
import { stateOf, withSources } from '../src/shapes/state.ts';
import { changing } from './define-event.ts';

export const recordCorrected = changing({
  type: 'RecordCorrected',
  description:
    'A record is corrected by a JSON Merge Patch (RFC 7396) over occurredOn, data and sources. The stored event holds the differences that it makes.',
  properties: ofSome({
    changes: Type.Object(
      {
        occurredOn: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Null()])),
        data: Type.Optional(Type.Object({}, { additionalProperties: true })),
        sources: Type.Optional(Type.Union([Type.Array(Type.Object({}), { maxItems: 50 }), Type.Null()])),
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
  ],
  recordAt: '/changes',
  changeAt: '/changes',
  namesPersons: true,
  *decide({ changes }, record, context) {
    const before = stateOf(record);
    // A merge patch of an object by an object is an object.
    const patched = mergePatch(before, changes as Json) as { data: object; sources?: Source[] };
    const { sources = [] } = patched;
    // Evidence adds up without bound; only a list that is posted must have the size of one.
    const listed = 'sources' in changes ? sources : record.sources.slice(0, 1);
    const fault = context.stateFault(record.kind, { ...patched, sources: listed });
    if (fault) throw context.invalid(`/changes${fault.pointer}`, fault.detail);
    const { data, openings } = yield* context.commit(patched.data, record, '/changes');
    // JSON, as it was posted and checked.
    const stored = diff(before, { ...patched, data, sources } as unknown as Json);
    if (stored.length === 0) return undefined;
    context.checkSources(sources, '/changes/sources');
    return { changes: stored, openings };
  },
  evolve(before, event) {
    const { initiativeId, recordId, kind, version, status } = before;
    // The changes were made between two states, and checked against the schema of the kind when they were.
    const state = applyChanges(stateOf(before), event.changes ?? []) as unknown as State;
    const sources = withSources(state.sources, event.sources);
    return { initiativeId, recordId, kind, version, status, ...state, sources } as LedgerRecord;
  },
});

type State = Pick<LedgerRecord, 'occurredOn' | 'data' | 'sources'>;

import type { ProblemCode } from '../errors.ts';
import type { Draft } from './draft.ts';
import { beginsAfter, parseEdtf } from './edtf.ts';
import { isMilestone, type LedgerRecord, type Source } from './record.ts';

/** How a rule refuses: code, sentence, and the pointer within the event. */
export type Refuse = (code: ProblemCode, detail: string, path: string) => Error;

/** Where the parts of the record stand in the event, for pointers: a correction has them under /changes. */
type Prefix = '' | '/changes';

/**
 * The rules that a standing record must meet whenever it is made, corrected, reinstated or reclassified.
 * `before` is absent for a new record; references that stay as they were are not asked for again.
 */
export function checkRecord(
  record: LedgerRecord,
  before: LedgerRecord | undefined,
  draft: Draft,
  lastDay: string,
  refuse: Refuse,
  prefix: Prefix,
): void {
  checkDate(record.occurredOn, lastDay, `${prefix}/occurredOn`, refuse);
  if (isMilestone(record)) {
    const { meetingId } = record.data;
    if (meetingId !== undefined) checkMeeting(record, meetingId, draft, refuse, `${prefix}/data/meetingId`);
    checkReferences(record, before, draft, refuse, prefix);
  }
  if (record.kind === 'claim') {
    const { scope, label, madeAt } = record.data;
    if (scope.startsWith('meeting:')) {
      checkMeeting(record, scope.slice('meeting:'.length), draft, refuse, `${prefix}/data/scope`);
    }
    if (madeAt !== undefined) checkMeeting(record, madeAt, draft, refuse, `${prefix}/data/madeAt`);
    if (scope === 'other' && label === undefined) {
      throw refuse(
        'rule-violated',
        'A claim of scope "other" must have the label as printed.',
        `${prefix}/data/label`,
      );
    }
  }
}

function checkMeeting(of: LedgerRecord, meetingId: string, draft: Draft, refuse: Refuse, path: string): void {
  const meeting = draft.version(of.initiativeId, meetingId)?.record;
  if (meeting?.kind === 'meeting' && meeting.status === 'standing') return;
  const what = !meeting
    ? 'does not exist'
    : meeting.kind === 'meeting'
      ? 'is retracted'
      : `is a ${meeting.kind}`;
  throw refuse(
    'meeting-not-found',
    `${meetingId} ${what} in ${of.initiativeId}: a standing meeting is needed.`,
    path,
  );
}

function checkReferences(
  { initiativeId, recordId, data }: Extract<LedgerRecord, { kind: 'mou' | 'project' }>,
  before: LedgerRecord | undefined,
  draft: Draft,
  refuse: Refuse,
  prefix: Prefix,
): void {
  const known = before && isMilestone(before) ? before.data : {};
  const { renews, under, sameAs } = data;
  const check = (to: string, path: string): void => {
    if (to === recordId) throw refuse('rule-violated', "A record can't refer to itself.", path);
    if (!draft.version(initiativeId, to)) {
      throw refuse('reference-not-found', `${to} does not exist in ${initiativeId}.`, path);
    }
  };
  if (renews?.recordId !== undefined && renews.recordId !== known.renews?.recordId)
    check(renews.recordId, `${prefix}/data/renews/recordId`);
  under?.forEach((to, i) => {
    if (!known.under?.includes(to)) check(to, `${prefix}/data/under/${i}`);
  });
  if (sameAs === `${initiativeId}/${recordId}`) {
    throw refuse('rule-violated', "A record can't be the same as itself.", `${prefix}/data/sameAs`);
  }
}

/** The dates of sources may not begin after today either. */
export function checkSources(
  sources: readonly Source[],
  lastDay: string,
  path: string,
  refuse: Refuse,
): void {
  for (const [i, { publishedOn, retrievedOn }] of sources.entries()) {
    checkDate(publishedOn, lastDay, `${path}/${i}/publishedOn`, refuse);
    checkDate(retrievedOn, lastDay, `${path}/${i}/retrievedOn`, refuse);
  }
}

function checkDate(text: string | undefined, lastDay: string, path: string, refuse: Refuse): void {
  const span = text === undefined ? undefined : parseEdtf(text);
  if (span && beginsAfter(span, lastDay)) {
    throw refuse(
      'date-in-future',
      `${text} begins after ${lastDay}, the last day that can have begun.`,
      path,
    );
  }
}

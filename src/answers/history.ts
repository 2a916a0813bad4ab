import { Type } from 'typebox';
import { badQuery } from '../views/at.ts';
import { countHistory, differenceOf, historyOf } from '../views/history.ts';
import { list } from './answer.ts';
import { columnsOf } from './columns.ts';
import { recordKnownAt } from './known.ts';
import { byNumber, limitMax, positionParameter, recordParameters } from './parameters.ts';
import { DifferenceAnswer, HistoryAnswer } from './schemas.ts';

export const history = list({
  name: 'getHistory',
  path: '/v1/initiatives/:initiativeId/records/:recordId/history',
  summary: 'Every version of a record',
  description: 'Who changed what, when, why and on what evidence, beginning with the first version.',
  tag: 'records',
  parameters: {
    ...recordParameters,
    path: Type.Optional(
      Type.String({
        pattern: '^(/[^/]+)+$',
        maxLength: 500,
        description:
          'Only versions that changed something at this path, below it, or as a whole above it: /data/title, /sources.',
      }),
    ),
  },
  paging: byNumber,
  limit: limitMax,
  shape: HistoryAnswer,
  named: 'versions',
  columns: columnsOf.versions,
  async open({ ledger: { store }, at: { position }, parameters: { initiativeId, recordId, path } }) {
    const { version } = await recordKnownAt(store, initiativeId, recordId, position);
    const asked = { db: store.db, initiativeId, recordId, position, path };
    return async ({ after, ...size }) => {
      const first = Number(after ?? 0);
      return {
        ...(await historyOf(asked, first, size)),
        total: () => countHistory(asked, version, first),
        more: () => ({ recordId }),
      };
    };
  },
});

export const difference = list({
  name: 'getDifference',
  path: '/v1/initiatives/:initiativeId/records/:recordId/diff',
  summary: 'The difference of two versions of a record',
  description:
    'The changes field by field, with the event that made each of the two. The answer has one page.',
  tag: 'records',
  parameters: {
    ...recordParameters,
    from: positionParameter('A version of the record; by default the first.', 1),
    to: positionParameter('A version of the record, earlier or later; by default the newest.', 1),
  },
  paging: {},
  shape: DifferenceAnswer,
  named: 'changes',
  columns: columnsOf.differences,
  async open({ ledger: { store }, at, parameters: { initiativeId, recordId, ...versions } }) {
    const { version } = await recordKnownAt(store, initiativeId, recordId, at.position);
    const { from = 1, to = version } = versions;
    for (const [name, asked] of Object.entries({ from, to })) {
      if (asked > version)
        throw badQuery(`/query/${name}`, `is after the newest version, which is ${version}`);
    }
    const { changes, ...origins } = await differenceOf(store.db, initiativeId, recordId, from, to);
    return async () => ({
      items: changes,
      total: () => changes.length,
      more: () => ({ recordId, ...origins }),
    });
  },
});

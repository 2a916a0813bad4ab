import { Type } from 'typebox';
import { type FoundParty, partiesAt, partyViews } from '../views/parties.ts';
import { list, type ReadPage } from './answer.ts';
import { pageOfWhole } from './bounds.ts';
import { columnsOf } from './columns.ts';
import type { Ledger } from './ledger.ts';
import { initiativeParameter, limit } from './parameters.ts';
import { PartyListAnswer } from './schemas.ts';

const order =
  'In the order of their names, which are compared as filters compare them. Persons are neither listed nor counted by name. Names that mean the same (POST /v1/parties) are one party.';

const parties = {
  shape: PartyListAnswer,
  columns: columnsOf.parties,
  paging: {
    ...limit,
    after: Type.Optional(
      Type.String({
        maxLength: 2000,
        description: 'Where the page begins, as the Link header of the page before says.',
      }),
    ),
  },
};

export const partiesOfInitiative = list({
  ...parties,
  name: 'listPartiesOfInitiative',
  path: '/v1/initiatives/:initiativeId/parties',
  summary: 'The parties of the MoUs and projects of an initiative',
  description: `How many standing ones each signed, and from when to when. ${order}`,
  tag: 'initiatives',
  parameters: initiativeParameter,
  open: async ({ ledger, at: { position }, parameters: { initiativeId } }) =>
    pagesOf(ledger, await partiesAt(ledger.store.db, position, { initiativeId })),
});

export const partiesOfAll = list({
  ...parties,
  name: 'listParties',
  path: '/v1/parties',
  summary: 'The parties of the MoUs and projects of all initiatives',
  description: `How many standing ones of standing initiatives each signed, and from when to when; one that several initiatives record (sameAs) counts once. ${order} Auditors and administrators of all initiatives also see names that no record has.`,
  tag: 'records',
  parameters: {},
  open: async ({ ledger, at: { position }, visible }) =>
    pagesOf(ledger, await partiesAt(ledger.store.db, position, { visible }, visible.own)),
});

const pagesOf =
  ({ store }: Ledger, parties: readonly FoundParty[]): ReadPage =>
  (asked) =>
    pageOfWhole(
      parties,
      ({ key }) => key,
      asked,
      (page) => partyViews(store.db, page),
    );

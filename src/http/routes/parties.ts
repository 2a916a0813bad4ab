import { hash } from 'node:crypto';
import { object, Reason, ref } from '../../shapes/fields.ts';
import { folded } from '../../shapes/folded.ts';
import { NamedPartyData } from '../../shapes/record-data.ts';
import { ownId } from '../../shapes/stored-event.ts';
import { namedPartiesAt } from '../../views/party-names.ts';
import type { App } from '../app.ts';
import type { Ledger } from '../ledger.ts';
import { recordingOf, recordingSchema, sendReceipt } from '../wire/recording.ts';

/** Names of parties that mean the same: POST /v1/parties. */
export function partyRoute(app: App, { recorder, store }: Ledger): void {
  app.post(
    '/v1/parties',
    {
      config: { access: 'administer' },
      schema: {
        operationId: 'nameParty',
        summary: 'Say which names mean the same party',
        description:
          'From now on they are one party wherever records are found or counted by party, and as known before this at earlier positions. No record changes. A later request with the same name says all its aliases anew; without aliases it takes them back. A name means one party at most.',
        tags: ['records'],
        body: object({ ...NamedPartyData.properties, reason: ref(Reason) }),
        ...recordingSchema,
      },
    },
    async (request, reply) => {
      const { reason, ...data } = request.body;
      const known = await namedPartiesAt(store.db, (await store.head()).position);
      const same = known.find((one) => folded(one.data.name) === folded(data.name));
      const event = same
        ? { type: 'AliasesChanged', recordId: same.recordId, data, reason }
        : { type: 'PartyNamed', recordId: idOf(data.name), data, reason };
      const receipt = await recorder.record({
        initiativeId: ownId,
        ...recordingOf(request, store),
        items: [{ index: 0, pointer: '', event }],
      });
      return sendReceipt(request, reply, receipt);
    },
  );
}

/** The same for the same name, so that two requests at once do not name a party twice. */
const idOf = (name: string): string => `party-${hash('sha256', folded(name)).slice(0, 32)}`;

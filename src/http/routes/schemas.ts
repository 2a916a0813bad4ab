import { Type } from 'typebox';
import { catalogue } from '../../../events/catalogue.ts';
import { Refusal } from '../../errors.ts';
import { etagOf } from '../../reading/computed.ts';
import { object } from '../../shapes/fields.ts';
import type { App } from '../app.ts';
import { originFor } from '../base-path.ts';
import { answerOf, jsonAnswer } from '../plugins/openapi.ts';
import { sendTagged } from '../wire/payload.ts';
import { type Parts, withParts } from '../wire/self-contained.ts';

const schemaType = 'application/schema+json';
const pathOf = (type: string): string => `/schemas/${type}.json`;

/** The JSON Schema of each event type as posted, at an address of its own. */
export function schemaRoutes(app: App): void {
  app.get(
    '/schemas',
    {
      config: { access: 'nothing' },
      schema: {
        operationId: 'listEventSchemas',
        summary: 'The event types that can be posted',
        description: 'Each with the address of its JSON Schema.',
        tags: ['operations'],
        querystring: object({}),
        response: {
          200: jsonAnswer(
            'The event types',
            object({
              items: Type.Array(
                object({
                  type: Type.String(),
                  description: Type.String(),
                  schema: Type.String({ format: 'uri' }),
                }),
              ),
            }),
          ),
        },
      },
    },
    (request) => ({
      items: catalogue.map(({ type, schema }) => ({
        type,
        // Every type has one, which its own TypeScript type does not say.
        description: (schema as { description?: string }).description,
        schema: `${originFor(request)}${app.basePath}${pathOf(type)}`,
      })),
    }),
  );

  app.get(
    pathOf(':eventType'),
    {
      config: { access: 'nothing' },
      schema: {
        operationId: 'getEventSchema',
        summary: 'The JSON Schema of an event type',
        description:
          'Of an event as it is posted (draft 2020-12). It needs no other schema. What only the ledger can check, such as whether a date is in the calendar, is a format in it.',
        tags: ['operations'],
        params: object({ eventType: Type.String({ description: 'Such as MoUSigned.' }) }),
        querystring: object({}),
        response: {
          200: answerOf('A JSON Schema', { [schemaType]: Type.Object({}, { additionalProperties: true }) }),
          304: { type: 'null', description: 'The answer has the ETag that If-None-Match names.' },
        },
      },
    },
    (request, reply) => {
      const { eventType } = request.params;
      const found = catalogue.find(({ type }) => type === eventType);
      if (!found) throw new Refusal('not-found', `${eventType} is no event type that can be posted.`);
      const parts: Parts = { place: '#/$defs', schemas: new Map() };
      const text = JSON.stringify({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `${originFor(request)}${app.basePath}${pathOf(eventType)}`,
        title: eventType,
        ...withParts(found.schema, parts),
        $defs: Object.fromEntries(parts.schemas),
      });
      return sendTagged(request, reply, schemaType, etagOf(text), () => text);
    },
  );
}

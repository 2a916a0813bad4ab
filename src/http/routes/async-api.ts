import { Type } from 'typebox';
import packageJson from '../../../package.json' with { type: 'json' };
import { CloudEvent, LoggedEvent } from '../../answers/schemas.ts';
import { object } from '../../shapes/fields.ts';
import type { App } from '../app.ts';
import { originFor } from '../base-path.ts';
import { jsonAnswer } from '../plugins/openapi.ts';
import { type Parts, withParts } from '../wire/self-contained.ts';
import { streamDescription, streamQuery } from './stream.ts';

/** The stream as an AsyncAPI 3 document. */
export function asyncApiRoute(app: App): void {
  app.get(
    '/asyncapi.json',
    {
      config: { access: 'nothing' },
      schema: {
        operationId: 'getAsyncApi',
        summary: 'The stream as an AsyncAPI document',
        description: 'What /v1/events/stream sends, as an AsyncAPI 3 document.',
        tags: ['operations'],
        querystring: object({}),
        response: {
          200: jsonAnswer('An AsyncAPI 3 document', Type.Object({}, { additionalProperties: true })),
        },
      },
    },
    (request) => documentOf(new URL(originFor(request)), app.basePath),
  );
}

function documentOf({ protocol, host }: URL, basePath: string): object {
  const parts: Parts = { place: '#/components/schemas', schemas: new Map() };
  const message = (title: string, summary: string, contentType: string, schema: object) => ({
    title,
    summary,
    contentType,
    payload: withParts(schema, parts),
  });
  const messages = {
    event: message('Event', 'An event exactly as logged, and its place.', 'application/json', LoggedEvent),
    cloudEvent: message(
      'CloudEvent',
      'The same with format=cloudevents.',
      'application/cloudevents+json',
      CloudEvent,
    ),
  };
  const channel = { $ref: '#/channels/events' };
  const inChannel = (name: string) => ({ $ref: `#/channels/events/messages/${name}` });
  return {
    asyncapi: '3.0.0',
    info: {
      title: packageJson.name,
      version: packageJson.version,
      description: packageJson.description,
      license: { name: packageJson.license },
    },
    defaultContentType: 'application/json',
    servers: {
      ledger: {
        host,
        protocol: protocol.slice(0, -1),
        ...(basePath !== '' && { pathname: basePath }),
        description: 'This ledger.',
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: {
      events: {
        address: '/v1/events/stream',
        title: 'The log, as it happens',
        description: streamDescription,
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: {
      sendEvents: {
        action: 'send',
        channel,
        summary: 'Server-sent events over HTTP: the position is the id of each, the message its data.',
        messages: Object.keys(messages).map(inChannel),
        bindings: {
          http: { method: 'GET', query: withParts(streamQuery, parts), bindingVersion: '0.3.0' },
        },
      },
    },
    components: {
      messages,
      schemas: Object.fromEntries(parts.schemas),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'Not needed where the ledger is open, or where everybody may read.',
        },
      },
    },
  };
}

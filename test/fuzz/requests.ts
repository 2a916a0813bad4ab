import fc from 'fast-check';
import { catalogue } from '../../events/catalogue.ts';
import { figureClaimed } from '../../events/figure-claimed.ts';
import { meetingHeld } from '../../events/meeting-held.ts';
import { moUSigned } from '../../events/mou-signed.ts';
import { projectLaunched } from '../../events/project-launched.ts';
import type { App } from '../../src/app.ts';
import { reason } from '../helpers/access.ts';
import {
  type Conformance,
  isText,
  type Operation,
  type Parameter,
  type Request,
  type Schema,
} from './document.ts';

export const initiativeId = 'sci';
export const known: Record<string, string[]> = {
  initiativeId: [...Array(9).fill(initiativeId), 'other'],
  recordId: [
    'jic-4',
    'jic-4',
    'jic-4',
    'mou-founding',
    'mou-1',
    'mou-7',
    'project-delivery-robots',
    'claim-jic-4-mous',
    initiativeId,
  ],
  meetingId: ['jic-4'],
  eventId: [],
  // Not the one that asks: it must go on to be known.
  principalId: [],
  principal: ['principal-1'],
  tokenId: [],
  right: ['read'],
  route: ['GET /v1/summary', 'POST /v1/initiatives/{initiativeId}/events'],
  initiative: [initiativeId, '*'],
  expires: ['30d', '1d'],
  asOf: ['2023-12-14', '2099', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.5+08:00'],
  asOfPosition: ['0', '1', '9', '20'],
  until: ['2023', '2023-12', '2020-01-01'],
  inForceOn: ['2023-12-31', '2019-10-15'],
  endsBy: ['2023-12-31', '2019'],
  from: ['0', '2', '2023-01-01'],
  to: ['9', '2099-01-01', '2026-01-01T00:00:00Z'],
  recordedFrom: ['2023-01-01', '2026-01-01T00:00:00Z'],
  recordedTo: ['2099-01-01', '2026-01-01T00:00:00Z'],
  after: ['0', '3'],
  code: ['invalid-body', 'not-found'],
  eventType: ['MoUSigned', 'RecordCorrected'],
};
const words = [
  'talent',
  'JIC',
  'Singapore',
  'SMART CITIES WORLD',
  'meetings',
  'mous',
  'jic-4',
  '2023-12',
  '2023',
  '2023-12-14',
  '2026-01-01T00:00:00Z',
];

const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1e308,
    1e21,
    [],
    {},
    true,
    '\u0000',
    '\ud800',
    '__proto__',
    "' or 1=1--",
    '9'.repeat(400),
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

function textArbitrary({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'edtf')
    return fc.constantFrom(
      '2023',
      '2023-12',
      '2023-12-14',
      '2023-12/2024',
      '[..2023]',
      '[2022..2023]',
      '2023~',
    );
  if (format === 'web-url') return fc.webUrl();
  if (pattern !== undefined && pattern !== '\\S') return fc.stringMatching(new RegExp(pattern));
  const any = fc.string({ minLength, maxLength: Math.min(maxLength, 40) });
  return fc.oneof(fc.constantFrom(...words.filter(({ length }) => length <= maxLength)), any);
}

/** Mostly valid values of a schema. */
function arbitraryOf(conformance: Conformance, of: Schema, depth = 0): fc.Arbitrary<unknown> {
  const schema = conformance.deref(of);
  const inner = (one: Schema) => arbitraryOf(conformance, one, depth + 1);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants) return fc.oneof(...variants.map(inner));
  switch (schema.type) {
    case 'object': {
      const members = Object.entries(schema.properties ?? {}).map(
        ([name, one]): [string, fc.Arbitrary<unknown>] => [
          name,
          known[name]?.length && depth < 4
            ? fc.oneof(fc.constantFrom(...known[name]), inner(one))
            : inner(one),
        ],
      );
      // Few optional members at once, or hardly anything would get past the rules.
      return fc
        .record(Object.fromEntries(members), { requiredKeys: schema.required ?? [] })
        .chain((value) => {
          const optional = Object.keys(value).filter((name) => !schema.required?.includes(name));
          return fc
            .subarray(optional, { maxLength: Math.min(optional.length, 3) })
            .map((kept) =>
              Object.fromEntries(
                Object.entries(value).filter(([name]) => !optional.includes(name) || kept.includes(name)),
              ),
            );
        });
    }
    case 'array':
      return fc.array(inner(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 2 });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -100, max: Math.min(schema.maximum ?? 60, 60) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return textArbitrary(schema);
  }
}

/** Something in the value replaced, dropped or added, at any depth. */
const mutated = (value: unknown): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      nasty,
      fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('replace', 'drop', 'add'),
    )
    .map(([by, way, how]) => {
      const copy = structuredClone(value);
      let target = copy as Record<string, unknown>;
      for (const [depth, step] of way.entries()) {
        if (target === null || typeof target !== 'object') break;
        const names = Object.keys(target);
        const name = names[step % Math.max(names.length, 1)];
        const child = name === undefined ? undefined : target[name];
        if (depth < way.length - 1 && typeof child === 'object' && child !== null) {
          target = child as Record<string, unknown>;
          continue;
        }
        if (how === 'add') target[`zz${step}`] = by;
        else if (name !== undefined && how === 'drop') delete target[name];
        else if (name !== undefined) target[name] = by;
        break;
      }
      return copy;
    });

/** Recorded whatever stands: what makes a record, and what changes one to what it never was. */
const recordable = fc.oneof(
  fc
    .constantFrom(
      ...[meetingHeld, moUSigned, projectLaunched, figureClaimed].flatMap(
        ({ examples }): object[] => examples,
      ),
    )
    .map(({ recordId: _, ...event }: { recordId?: string }): object => event),
  fc
    .uuid()
    .map((title) => ({ type: 'RecordCorrected', recordId: 'mou-1', changes: { data: { title } }, reason })),
  fc.uuid().map((publisher) => ({ type: 'EvidenceAdded', recordId: 'mou-1', sources: [{ publisher }] })),
);

export function requestsTo(conformance: Conformance, operation: Operation): fc.Arbitrary<Request> {
  const part = (where: Parameter['in'], atMost = 0) => {
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === where);
    // Made once, as to make one of a pattern takes long.
    const values = parameters.map(({ name, schema }): [string, fc.Arbitrary<unknown>] => {
      const any = arbitraryOf(conformance, schema);
      const likely = known[name]?.length ? fc.constantFrom(...known[name]) : any;
      return [
        name,
        fc.oneof(
          { weight: 12, arbitrary: likely },
          { weight: 3, arbitrary: any },
          { weight: 1, arbitrary: nasty },
        ),
      ];
    });
    if (where === 'path') return fc.record(Object.fromEntries(values));
    return fc
      .subarray(values, { maxLength: Math.min(atMost, values.length) })
      .chain((chosen) => fc.record(Object.fromEntries(chosen)));
  };
  const schema = operation.requestBody?.content['application/json']?.schema;
  const body = schema && arbitraryOf(conformance, schema);
  const real = fc.constantFrom(...catalogue.flatMap(({ examples }): object[] => examples));
  const line = fc.oneof(recordable, recordable.chain(mutated), real.chain(mutated), nasty);
  const lines = fc.array(
    line.map((value) => JSON.stringify(value)),
    { maxLength: 5 },
  );
  const types = Object.keys(operation.requestBody?.content ?? {});
  return fc.record({
    path: part('path'),
    query: part('query', 3),
    headers: fc
      .constantFrom<Record<string, string>>({}, {}, {}, {}, { 'if-none-match': '*' })
      .map((headers) => ({
        ...headers,
        ...(body ? { 'content-type': 'application/json' } : {}),
      }))
      .chain((headers) =>
        isText(operation)
          ? fc.constantFrom(...types).map((type) => ({ ...headers, 'content-type': type }))
          : fc.constant(headers),
      ),
    ...(isText(operation) ? { body: lines.map((lines) => lines.join('\n')) } : {}),
    ...(body
      ? {
          body: fc.oneof(
            ...(operation.operationId === 'recordEvents'
              ? [recordable, recordable, recordable.chain(mutated), real.chain(mutated)]
              : []),
            body,
            body.chain(mutated),
            nasty,
          ),
        }
      : {}),
  });
}

/** Of an event that no later one of its record follows. */
let lastPosition = 0;

export async function buildFilled(app: App, token?: string): Promise<void> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const events = catalogue.flatMap(({ examples }): object[] => examples);
  const isErasure = (event: object): boolean => 'commitments' in event;
  for (const payload of [
    { events: events.filter((event) => !isErasure(event)) },
    {
      defaults: { occurredOn: '2022-05' },
      events: [
        {
          type: 'ProjectLaunched',
          repeat: 3,
          data: { pillar: 'talent', parties: [{ name: 'Tan', person: true }] },
        },
      ],
    },
  ]) {
    const { statusCode, body } = await app.inject({
      method: 'POST',
      url: `/v1/initiatives/${initiativeId}/events`,
      headers,
      payload,
    });
    if (statusCode !== 201) throw new Error(body);
    known['eventId'] = JSON.parse(body).recorded.map(({ eventId }: { eventId: string }) => eventId);
    lastPosition = JSON.parse(body).recorded.at(-1).position;
  }
  // Salts are random, so the commitment of an example is another one in every ledger.
  const { items } = (await app.inject({ url: '/v1/events?type=MeetingHeld', headers })).json();
  const [{ commitment }] = items[0].openings;
  for (const example of events.filter(isErasure)) {
    const { statusCode, body } = await app.inject({
      method: 'POST',
      url: `/v1/initiatives/${initiativeId}/events`,
      headers,
      payload: { ...example, commitments: [commitment] },
    });
    if (statusCode !== 201) throw new Error(body);
  }
}

/** Of what is there, without a question, so that it is answered, whatever is drawn. */
export function plainRequest(operation: Operation): Request {
  const { parameters = [], operationId } = operation;
  const undoes = operationId === 'undoEvents';
  const disables = operationId === 'disablePrincipal';
  const part = (where: string) =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === where && parameter.required)
        .map(({ name }) => [name, known[name]?.[0] ?? '0']),
    );
  return {
    path: part('path'),
    query: part('query'),
    headers: isText(operation)
      ? { 'content-type': 'application/x-ndjson' }
      : undoes || disables
        ? { 'content-type': 'application/json' }
        : {},
    ...(undoes && { body: { positions: [lastPosition], reason } }),
    ...(disables && { body: { reason } }),
    ...(isText(operation) && { body: JSON.stringify({ type: 'MoUSigned', occurredOn: '2023' }) }),
  };
}

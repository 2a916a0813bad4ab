import { text as readText } from 'node:stream/consumers';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import fc from 'fast-check';
import { test } from 'tap';
import { catalogue } from '../../events/catalogue.ts';
import type { App } from '../../src/app.ts';
import { formats } from '../../src/ledger/shape.ts';
import { closedLedger, reason } from '../helpers/access.ts';
import { effort } from '../helpers/effort.ts';
import { buildLedger } from '../helpers/ledger.ts';

// Requests made from the OpenAPI document, answers compared with it. A failure prints the seed and the request.

interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  oneOf?: Schema[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}
interface Parameter {
  required?: boolean;
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}
type Content = Record<string, { schema: Schema }>;
interface Operation {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

class Conformance {
  readonly app: App;
  readonly #token: string;
  readonly document: Document;
  readonly #ajv = new Ajv2020({ strict: false, formats });
  readonly #validators = new Map<Schema, ValidateFunction>();

  constructor(app: App, token: string) {
    this.app = app;
    this.#token = token;
    this.document = app.swagger() as unknown as Document;
    // CommonJS, whose types say that the function is one level deeper than it is for Node.
    (ajvFormats as unknown as typeof ajvFormats.default)(this.#ajv, [
      'uuid',
      'date-time',
      'date',
      'uri-reference',
    ]);
    this.#ajv.addSchema({ ...this.document, $id: 'document' });
  }

  deref(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    return this.deref(this.document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  }

  /** What is wrong with a value by a schema of the document; undefined: nothing. */
  faultOf(schema: Schema, value: unknown): string | undefined {
    let validate = this.#validators.get(schema);
    if (!validate) {
      validate = this.#ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')));
      this.#validators.set(schema, validate);
    }
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors);
  }

  /** Sends a request and throws where the answer is not as documented. */
  async check(path: string, method: string, operation: Operation, request: Request): Promise<number> {
    const { body } = request;
    const answer = await this.app.inject({
      method: method as 'GET',
      url: addressOf(path, request),
      headers: { ...request.headers, authorization: `Bearer ${this.#token}` },
      payloadAsStream: true,
      ...(body === undefined ? {} : { payload: isText(operation) ? String(body) : JSON.stringify(body) }),
    });
    const { statusCode } = answer;
    const type = String(answer.headers['content-type']).split(';')[0] ?? '';
    // It has no end.
    const isEndless = type === 'text/event-stream';
    if (isEndless) answer.stream().destroy();
    const text = isEndless ? '' : await readText(answer.stream());
    const context = `${statusCode} ${text.slice(0, 500)}`;
    if (statusCode >= 500) throw new Error(`a server error: ${context}`);
    const documented = operation.responses[statusCode] ?? operation.responses[`${String(statusCode)[0]}XX`];
    if (!documented) throw new Error(`the status is not documented: ${context}`);
    if (statusCode === 304 || statusCode === 204) return statusCode;
    const media = documented.content?.[type];
    if (!media) throw new Error(`the content type ${type} is not documented: ${context}`);
    if (/[/+]json$/.test(type)) {
      const fault = this.faultOf(media.schema, JSON.parse(text));
      if (fault) throw new Error(`the answer is not as documented: ${fault}: ${context}`);
    }
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema && statusCode < 300) {
      const fault = this.faultOf(schema, withDefaults(body));
      if (fault) throw new Error(`an invalid body was accepted: ${fault}: ${JSON.stringify(body)}`);
    }
    return statusCode;
  }
}

/** Whether the body is no JSON document but text, such as lines. */
const isText = ({ requestBody }: Operation): boolean =>
  requestBody !== undefined && !requestBody.content['application/json'];

interface Request {
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  body?: unknown;
}

const encoded = (value: unknown): string =>
  encodeURIComponent(
    (typeof value === 'object' ? JSON.stringify(value) : String(value)).toWellFormed().slice(0, 800),
  );

function addressOf(path: string, request: Request): string {
  const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) => encoded(request.path[name]) || 'x');
  const query = Object.entries(request.query).map(([name, value]) => `${name}=${encoded(value)}`);
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

/** The document says that the members of defaults are taken for each event that does not say them. */
function withDefaults(body: unknown): unknown {
  const { defaults, events } = body as { defaults?: Record<string, unknown>; events?: object[] };
  if (!defaults || !events) return body;
  const { occurredOn, ...others } = defaults;
  const makes = new Set(catalogue.flatMap(({ type, makes }) => (makes ? [type as string] : [])));
  const filled = events.map((event) => ({
    ...(occurredOn !== undefined && makes.has((event as { type: string }).type) ? { occurredOn } : {}),
    ...others,
    ...event,
  }));
  return { defaults, events: filled };
}

const initiativeId = 'sci';
const known: Record<string, string[]> = {
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

function requestsTo(conformance: Conformance, operation: Operation): fc.Arbitrary<Request> {
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
  const another = real.map(({ recordId: _, ...event }: { recordId?: string }) => event);
  const line = fc.oneof(another, another.chain(mutated), real.chain(mutated), nasty);
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
            body,
            body.chain(mutated),
            another,
            another.chain(mutated),
            real.chain(mutated),
            nasty,
          ),
        }
      : {}),
  });
}

/** Of an event that no later one of its record follows. */
let lastPosition = 0;

async function buildFilled(app: App, token?: string): Promise<void> {
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
function plainRequest(operation: Operation): Request {
  const { parameters = [], operationId } = operation;
  const undoes = operationId === 'undoEvents';
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
      : undoes
        ? { 'content-type': 'application/json' }
        : {},
    ...(undoes && { body: { positions: [lastPosition], reason } }),
    ...(isText(operation) && { body: JSON.stringify({ type: 'MoUSigned', occurredOn: '2023' }) }),
  };
}

function runsOf(path: string, method: string): number {
  // These start a thread each, and have few parameters.
  if (path === '/v1/rebuild') return effort(2, 4);
  if (/\/(import|preview|sync)$/.test(path)) return effort(15, 100);
  if (method === 'post') return effort(60, 400);
  return path.startsWith('/v1/') ? effort(20, 80) : effort(5, 10);
}

test('the examples of all event types can be recorded, in the order of the catalogue', async (t) => {
  const app = await buildLedger(t);
  await buildFilled(app);
  const { counts } = (await app.inject(`/v1/initiatives/${initiativeId}/summary`)).json();
  t.match(counts, { mous: { total: 10 }, projects: { total: 3 }, meetings: { total: 1 } });
});

test('whatever is asked, the answer is as documented, and never an error of the server', async (t) => {
  // A stream that is asked for by inject() never ends.
  const { app, ask, admin, principal } = await closedLedger(t, { LONG_REQUESTS: '2000' });
  await buildFilled(app, admin);
  const others = [await principal([]), await principal([{ role: 'reader', initiativeId: '*' }])];
  known['principalId'] = others.map(({ principalId }) => principalId);
  for (let i = 0; i < 20; i++) await principal([]);
  const { items } = (await ask(admin, 'GET', '/v1/tokens')).body;
  known['tokenId'] = items.slice(1).map(({ tokenId }: { tokenId: string }) => tokenId);
  const conformance = new Conformance(app, admin);
  const seen = new Map<string, number>();
  for (const [path, item] of Object.entries(conformance.document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const name = `${method.toUpperCase()} ${path}`;
      const property = fc.asyncProperty(requestsTo(conformance, operation), async (request) => {
        const status = `${name} ${await conformance.check(path, method, operation, request)}`;
        seen.set(status, (seen.get(status) ?? 0) + 1);
      });
      const result = await fc.check(property, {
        numRuns: runsOf(path, method),
        examples:
          method === 'get' || isText(operation) || /\/(undo|rebuild)$/.test(path)
            ? [[plainRequest(operation)]]
            : [],
      });
      t.notOk(
        result.failed,
        `${name} (${result.numRuns} requests)`,
        result.failed ? { report: `${fc.defaultReportMessage(result)}\n${result.errorInstance}` } : {},
      );
      // A tile is there only once it is full, which takes more events than there are here; and two numbers that are
      // drawn are seldom both within so short a log.
      if (path.startsWith('/tile/') || path.startsWith('/v1/log/proofs/')) continue;
      const answered = [200, 201, 204].some((status) => seen.has(`${name} ${status}`));
      t.ok(answered, `${name}: some are answered`);
    }
  }
  t.ok((seen.get(`POST /v1/initiatives/{initiativeId}/events 201`) ?? 0) > 2, 'some bodies are accepted');
  t.ok((seen.get(`POST /v1/initiatives/{initiativeId}/events 400`) ?? 0) > 10, 'some bodies are refused');
  t.comment(Object.fromEntries(seen));
});

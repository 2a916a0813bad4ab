import { text as readText } from 'node:stream/consumers';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { catalogue } from '../../events/catalogue.ts';
import type { App } from '../../src/app.ts';
import { type ProblemCode, problems } from '../../src/errors.ts';
import { formats } from '../../src/ledger/shape.ts';

export interface Schema {
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
export interface Parameter {
  required?: boolean;
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}
export type Content = Record<string, { schema: Schema }>;
export interface Operation {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}
export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** An operation, and where it is. */
export interface Route {
  path: string;
  method: string;
  operation: Operation;
}

/** The OpenAPI document of an application, and its answers compared with it. */
export class Conformance {
  readonly app: App;
  readonly document: Document;
  readonly #ajv = new Ajv2020({ strict: false, formats });
  readonly #validators = new Map<Schema, ValidateFunction>();

  constructor(app: App) {
    this.app = app;
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

  get routes(): Route[] {
    return Object.entries(this.document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
    );
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

  /** Sends a request and throws where the answer is not as documented. Gives its status. */
  async check({ path, method, operation }: Route, request: Request): Promise<number> {
    const { body, bytes } = request;
    const payload = bytes ?? (isText(operation) ? String(body) : JSON.stringify(body));
    const answer = await this.app.inject({
      method: method as 'GET',
      url: addressOf(path, request),
      headers: request.headers,
      payloadAsStream: true,
      ...(body === undefined && bytes === undefined ? {} : { payload }),
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
      const value = JSON.parse(text);
      const fault = this.faultOf(media.schema, value);
      if (fault) throw new Error(`the answer is not as documented: ${fault}: ${context}`);
      if (statusCode >= 400 && problems[value.code as ProblemCode]?.[0] !== statusCode)
        throw new Error(`the problem code is not of this status: ${context}`);
    }
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema && bytes === undefined && statusCode < 300) {
      const fault = this.faultOf(schema, withDefaults(body));
      if (fault) throw new Error(`an invalid body was accepted: ${fault}: ${JSON.stringify(body)}`);
    }
    return statusCode;
  }
}

/** Whether the body is no JSON document but text, such as lines. */
export const isText = ({ requestBody }: Operation): boolean =>
  requestBody !== undefined && !requestBody.content['application/json'];

export interface Request {
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  body?: unknown;
  /** What is sent instead of the body. */
  bytes?: Buffer;
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

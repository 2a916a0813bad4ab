import fc from 'fast-check';
import type { Operation, Request } from './document.ts';

/** Bodies that are no JSON, or none that a schema can speak of. */
const bytes = fc.oneof(
  fc
    .constantFrom<string | Buffer>(
      ...['', ' ', '{', '[', '"', '{}{}', 'null', 'NaN', '-', '1e999', '\ufeff', '\ufeff{}', '{"a":1,"a":2}'],
      ...[
        '{"__proto__":{}}',
        '{"a":"\\ud800"}',
        '{"a":"\\u0000"}',
        '{"a":"\0"}',
        "{'a':1}",
        '{"a":1,}',
        '/**/{}',
      ],
      ...[
        '['.repeat(100_000),
        `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
        '9'.repeat(100_000),
        `"${'x'.repeat(70_000)}"`,
      ],
      ...['type;recordId\n;\n', 'type,recordId\n"', '\r\n\r\n', 'a=b&c=d', '<a/>', 'PK\u0003\u0004'],
      ...[Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0x1f, 0x8b, 8, 0, 0]), Buffer.alloc(1_100_000, 0x20)],
    )
    .map((one) => Buffer.from(one)),
  fc.uint8Array({ maxLength: 200 }).map((one) => Buffer.from(one)),
);

const value = fc.oneof(
  fc.constantFrom(
    '',
    '*',
    '"',
    'W/"',
    '"x", W/"y"',
    '-1',
    '0x10',
    '1e3',
    '9'.repeat(30),
    'x'.repeat(1_000),
    ';',
    ',,',
  ),
  // What a client can send in a header.
  fc.string({ maxLength: 80 }).map((text) => text.replace(/[^\x20-\x7e]/g, '~')),
);

const common = [
  ...['accept', 'accept-encoding', 'accept-language', 'content-type', 'content-encoding', 'cookie', 'range'],
  ...['if-none-match', 'if-match', 'if-modified-since', 'idempotency-key', 'last-event-id', 'traceparent'],
  ...['origin', 'sec-fetch-site', 'x-request-id', 'x-forwarded-for', 'expect-ct', 'prefer'],
];

/** The same request, with something in its headers, its query or its body that nobody sends who means well. */
export function hostile(
  request: Request,
  { parameters = [], requestBody }: Operation,
): fc.Arbitrary<Request> {
  const own = parameters
    .filter((parameter) => parameter.in === 'header')
    .map(({ name }) => name.toLowerCase());
  const header = fc
    .tuple(fc.constantFrom(...common, ...own, ...own), value)
    .map(([name, text]) => ({ ...request, headers: { ...request.headers, [name]: text } }));
  const query = fc
    .tuple(fc.constantFrom('zz', 'limit', 'format', '__proto__', 'asOf', '', 'type[]'), value)
    .map(([name, text]) => ({ ...request, query: { ...request.query, [encodeURIComponent(name)]: text } }));
  const body = bytes.map((bytes) => ({ ...request, bytes }));
  return requestBody === undefined ? fc.oneof(header, query) : fc.oneof(header, query, body, body);
}

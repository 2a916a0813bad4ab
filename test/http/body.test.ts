import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'tap';
import { parseJson } from '../../src/shapes/json.ts';
import { buildShell, listen, openSocket } from '../helpers/shell.ts';

const json = { 'content-type': 'application/json' };

test('a JSON body reaches the handler with its very bytes', async (t) => {
  const { app } = await buildShell(t);
  const payload = '{ "count": 1,\n"title": "深圳 \\ud83d\\ude00" }';
  const answer = await app.inject({ method: 'POST', url: '/echo', headers: json, payload });
  t.equal(answer.statusCode, 200);
  t.same(answer.json().body, { count: 1, title: '深圳 😀' });
  t.equal(answer.json().raw, Buffer.from(payload).toString('base64'));
});

test('a leading byte order mark is skipped', async (t) => {
  const { app } = await buildShell(t);
  const answer = await app.inject({ method: 'POST', url: '/any', headers: json, payload: '\ufeff{"a":1}' });
  t.same(answer.json(), { body: { a: 1 } });
});

test('what is not JSON, or hostile JSON, is malformed', async (t) => {
  const { app } = await buildShell(t);
  const bodies: Record<string, [payload: string | Buffer, pointer?: string]> = {
    'not JSON': ['{"a":'],
    'an empty body': [''],
    'only a byte order mark': ['\ufeff'],
    'invalid UTF-8': [Buffer.from([0x22, 0xff, 0x22])],
    'a surrogate in UTF-8': [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    '500,000 brackets': ['['.repeat(500_000)],
    '500,000 pairs of brackets': ['['.repeat(500_000) + ']'.repeat(500_000), '/0'.repeat(32)],
    '33 levels': [`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, '/a'.repeat(32)],
    'a raw NUL': ['{"a":"\0"}'],
    'an escaped NUL': ['{"a":[1,"x\\u0000"]}', '/a/1'],
    'a NUL in a key': ['{"b":{"\\u0000":1}}', '/b/\0'],
    'a lone high surrogate': ['{"a":"\\ud800"}', '/a'],
    'a lone low surrogate in a key': ['{"a~b/c\\udc00":1}', '/a~0b~1c\udc00'],
    __proto__: ['{"a":{"__proto__":{"admin":true}}}', '/a/__proto__'],
    'a disguised __proto__': ['{"\\u005f_proto__":1}', '/__proto__'],
    'constructor.prototype': ['{"constructor":{"prototype":{}}}', '/constructor'],
    'a key twice': ['{"a":1,"b":2,"a":1}', '/a'],
    'a key twice, of which one is escaped': ['{"title":1 , "t\\u0069tle" : 2}', '/title'],
    'a key twice, deep inside': ['{"a":[{"b":1},{"b":[0,{"c/d":"\\"","c/d":"}"}]}]}', '/a/1/b/1/c~1d'],
    'a key twice, with an object and an array in between': ['[[],{"a":{},"c":[1,2],"a":{}}]', '/1/a'],
    'an empty key twice': ['{"":1,"":2}', '/'],
    'a number as a key twice': ['{"1":1,"1":1}', '/1'],
    '90,000 keys': [`{${Array.from({ length: 90_000 }, (_, i) => `"${i}":1`).join()}}`],
    '1,100 keys in as many objects': [`[${Array.from({ length: 1_100 }, (_, i) => `{"k${i}":1}`).join()}]`],
    '400,000 numbers': [`[${'0,'.repeat(400_000)}0]`],
  };
  for (const [name, [payload, pointer]] of Object.entries(bodies)) {
    const answer = await app.inject({ method: 'POST', url: '/any', headers: json, payload });
    const problem = answer.json();
    t.equal(answer.statusCode, 400, name);
    t.equal(problem.code, 'malformed-json', name);
    t.equal(problem.errors?.[0].pointer, pointer, name);
  }
});

test('harmless bodies that look hostile are taken', async (t) => {
  const { app } = await buildShell(t);
  const bodies = [
    `${'['.repeat(32)}${']'.repeat(32)}`,
    `{"a":"${'['.repeat(50)}\\"${'{'.repeat(50)}"}`,
    `[${'{"a":[]},'.repeat(1000)}1]`,
    '{"constructor":"Hyundai"}',
    '{"text":"say \\"__proto__\\""}',
    '"\\ud83d\\ude00"',
    '"\\\\u0000"',
    '{"a":{"a":1},"b":[{"a":1},{"a":1}],"A":"\\"a\\":1,\\"a\\":2"}',
    '{"\\\\":1,"\\\\\\"":2,"a:b":3}',
    `{${Array.from({ length: 1_000 }, (_, i) => `"k${i}":1`).join()}}`,
    `[${Array.from({ length: 9_000 }, () => '{"a":1,"b":2}').join()}]`,
  ];
  for (const payload of bodies) {
    const answer = await app.inject({ method: 'POST', url: '/any', headers: json, payload });
    t.equal(answer.statusCode, 200, payload.slice(0, 50));
  }
});

test('a body of more than 1 MiB is too large, whatever its media type', async (t) => {
  const { app } = await buildShell(t);
  const payload = `"${'x'.repeat(2_000_000)}"`;
  for (const type of ['application/json', 'text/plain']) {
    const answer = await app.inject({
      method: 'POST',
      url: '/any',
      headers: { 'content-type': type },
      payload,
    });
    t.equal(answer.statusCode, 413);
    t.equal(answer.json().code, 'body-too-large');
  }
});

test('a body of unknown length is cut off at 1 MiB', async (t) => {
  const { app } = await buildShell(t);
  async function* endless() {
    for (let i = 0; i < 40; i++) yield Buffer.alloc(65_536, 0x20);
  }
  const { Readable } = await import('node:stream');
  const answer = await app.inject({
    method: 'POST',
    url: '/any',
    headers: json,
    payload: Readable.from(endless()),
  });
  t.equal(answer.json().code, 'body-too-large');
});

test('only JSON in UTF-8 is taken', async (t) => {
  const { app } = await buildShell(t);
  const post = (type: string | undefined) =>
    app.inject({ method: 'POST', url: '/any', headers: type ? { 'content-type': type } : {}, payload: '{}' });
  for (const type of [
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
  ]) {
    t.equal((await post(type)).statusCode, 200, type);
  }
  for (const type of [
    'text/plain',
    'application/json; charset=latin1',
    'application/xml',
    'json',
    undefined,
  ]) {
    const answer = await post(type);
    t.equal(answer.statusCode, 415, type ?? 'none');
    t.equal(answer.json().code, 'unsupported-media-type', type ?? 'none');
  }
});

test('a body that does not fit the schema is answered with pointers', async (t) => {
  const { app } = await buildShell(t);
  const bodies: [payload: unknown, pointer: string][] = [
    [{}, '/count'],
    [{ count: '1' }, '/count'],
    [{ count: 1, extra: 2 }, '/extra'],
    [{ count: 1, 'x/y~z': 2 }, '/x~1y~0z'],
    [{ count: 1, 'a/b': 1 }, '/a~1b'],
    [[1], ''],
  ];
  for (const [payload, pointer] of bodies) {
    const answer = await app.inject({
      method: 'POST',
      url: '/echo',
      headers: json,
      payload: JSON.stringify(payload),
    });
    t.equal(answer.statusCode, 400);
    t.equal(answer.json().code, 'invalid-body');
    t.equal(answer.json().errors[0].pointer, pointer);
  }
});

test('no body at all is an empty body where one is needed', async (t) => {
  const { app } = await buildShell(t);
  const answer = await app.inject({ method: 'POST', url: '/echo' });
  t.equal(answer.json().code, 'malformed-json');
  t.equal(answer.json().detail, 'The body is empty.');
});

test('a key that stands twice is named', async (t) => {
  const { app } = await buildShell(t);
  const payload = '{"data":{"title":"A","title":"B"}}';
  const { errors, detail } = (
    await app.inject({ method: 'POST', url: '/any', headers: json, payload })
  ).json();
  t.equal(detail, 'The key "title" stands twice in one object.');
  t.same(errors, [{ pointer: '/data/title', detail }]);
});

test('exactly the bodies in which no key is repeated are taken', async (t) => {
  const member = (value: fc.Arbitrary<string>) =>
    // No key ends with a backslash: after such a key, V8 14.6 reads the key "b\\"" of a later text as that one.
    fc.tuple(fc.constantFrom('"a"', '"\\u0061"', '"b\\""', '"b\\\\c"', '"a:b"', '""', '"\\\\\\""'), value);
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('1', '"x:,{}"', '"\\\\"', 'null'),
      fc.array(tie('tree'), { maxLength: 4 }).map((parts) => `[ ${parts.join(' ,')}]`),
      fc
        .array(member(tie('tree')), { maxLength: 4 })
        .map((parts) => `{${parts.map(([key, value]) => `${key} : ${value}`).join(', ')}}`),
    ),
  }));
  fc.assert(
    fc.property(tree, (text) => {
      t.equal(isTaken(text), !repeatsKey(text), text);
    }),
  );
});

function isTaken(text: string): boolean {
  try {
    parseJson(Buffer.from(text));
    return true;
  } catch {
    return false;
  }
}

/** The slow and obvious way: each key is set beside the others of its object, as by a reader that keeps all. */
function repeatsKey(text: string): boolean {
  const repeated: boolean[] = [];
  const keys: Set<string>[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
    if (token === '{') keys.push(new Set());
    else if (token === '}') keys.pop();
    else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1));
      repeated.push(keys.at(-1)?.has(key) ?? false);
      keys.at(-1)?.add(key);
    }
  }
  return repeated.includes(true);
}

test('a body that would have to be decoded is 415, whether it is encoded or only says so', async (t) => {
  const { app } = await buildShell(t);
  const plain = '{"count":1}';
  const post = async (encoding: string, payload: string | Buffer = plain) =>
    app.inject({
      method: 'POST',
      url: '/echo',
      headers: { ...json, 'content-encoding': encoding },
      payload,
    });
  for (const encoding of ['identity', 'Identity', '', 'identity, identity'])
    t.equal((await post(encoding)).statusCode, 200, encoding);
  const bodies: [string, (string | Buffer)?][] = [
    ['gzip', gzipSync(plain)],
    ['gzip'],
    ['x-gzip'],
    ['GZIP'],
    ['br', brotliCompressSync(plain)],
    ['deflate', deflateSync(plain)],
    ['zstd'],
    ['identity, gzip'],
    ['gzip, br'],
    ['utf-8'],
  ];
  for (const [encoding, payload] of bodies) {
    const answer = await post(encoding, payload);
    t.equal(answer.statusCode, 415, encoding);
    t.match(answer.json(), { code: 'unsupported-media-type', detail: `Content-Encoding: ${encoding}` });
    t.equal(answer.headers['accept-encoding'], 'identity');
  }
  const { socket, received } = openSocket(t, await listen(app));
  const head = 'Host: localhost\r\nContent-Type: application/json\r\nConnection: close';
  socket.write(`POST /echo HTTP/1.1\r\n${head}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n`);
  t.match(await received, /^HTTP\/1\.1 415 /, 'nor on the way only');
});

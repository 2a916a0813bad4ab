import { test } from 'tap';
import { buildShell } from '../helpers/shell.ts';

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

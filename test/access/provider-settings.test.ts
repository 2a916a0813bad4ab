import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { readConfig } from '../../src/config.ts';
import { grantsBy, readRules } from '../../src/http/identity/grants.ts';

const whole = {
  OIDC_ISSUER: 'https://login.example.org/realms/office',
  OIDC_AUDIENCE: 'https://ledger.example.org',
  OIDC_CLIENT_ID: 'ledger',
  OIDC_CLIENT_SECRET: 'secret',
  OIDC_GRANTS: './grants.json',
  PUBLIC_URL: 'https://ledger.example.org',
};

test('settings of an identity provider are whole, or a message says what is missing', (t) => {
  t.match(readConfig(whole), whole);
  t.equal(readConfig({}).OIDC_ISSUER, undefined);
  const without = (...names: (keyof typeof whole)[]) =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name as keyof typeof whole)));
  t.ok(readConfig({ ...whole, OIDC_TOKEN_TYPE: 'JWT' }));
  t.ok(readConfig(without('OIDC_AUDIENCE')), 'people alone');
  t.ok(readConfig(without('OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL')), 'programs alone');
  const wrong: [{ [name: string]: string }, string][] = [
    [
      { OIDC_CLIENT_ID: 'ledger' },
      'OIDC_CLIENT_ID needs OIDC_ISSUER, which is not set.\nOIDC_CLIENT_ID needs OIDC_CLIENT_SECRET, which is not set.\nOIDC_CLIENT_ID needs PUBLIC_URL, which is not set.',
    ],
    [without('OIDC_GRANTS'), 'OIDC_ISSUER needs OIDC_GRANTS, which is not set.'],
    [without('OIDC_CLIENT_SECRET'), 'OIDC_CLIENT_ID needs OIDC_CLIENT_SECRET, which is not set.'],
    [without('OIDC_CLIENT_ID'), 'OIDC_CLIENT_SECRET needs OIDC_CLIENT_ID, which is not set.'],
    [without('PUBLIC_URL'), 'OIDC_CLIENT_ID needs PUBLIC_URL, which is not set.'],
    [
      without('OIDC_AUDIENCE', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'),
      'OIDC_ISSUER needs OIDC_AUDIENCE for programs, or OIDC_CLIENT_ID for people, or both.',
    ],
    [
      { ...whole, OIDC_TOKEN_TYPE: 'JWT', OIDC_AUDIENCE: 'ledger' },
      'OIDC_TOKEN_TYPE=JWT needs an OIDC_AUDIENCE other than OIDC_CLIENT_ID, which tokens for the login are meant for.',
    ],
    [{ ...whole, OIDC_TOKEN_TYPE: 'jwt' }, 'OIDC_TOKEN_TYPE must be at+jwt or JWT.'],
    [
      { ...whole, PUBLIC_URL: 'http://ledger.example.org' },
      'OIDC_CLIENT_ID needs a PUBLIC_URL that begins with https.',
    ],
    ...['http://login.example.org', 'login.example.org', 'https://login.example.org?x=1', ''].map(
      (OIDC_ISSUER): [{ [name: string]: string }, string] => [
        { ...whole, OIDC_ISSUER },
        'OIDC_ISSUER must be an https URL, or http on this machine.',
      ],
    ),
  ];
  for (const [settings, message] of wrong)
    t.throws(() => readConfig(settings), { name: 'ConfigError', message });
  t.end();
});

const admin = { role: 'admin', initiativeId: '*' } as const;
const recorder = { role: 'recorder', initiativeId: 'a' } as const;

test('the file of grants is checked, and the message says where it is wrong', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'grants-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'grants.json');
  const read = (content: unknown) => {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return readRules(file);
  };
  const rule = { claim: 'groups', value: 'ledger-admins', grants: [admin] };
  t.same(read([rule]), [rule]);
  const wrong: [unknown, RegExp][] = [
    ['{', /can't be read as JSON/],
    [[], /the whole must NOT have fewer than 1 items/],
    [{ groups: [] }, /the whole must be array/],
    [[{ ...rule, grants: [{ role: 'owner', initiativeId: '*' }] }], /\/0\/grants\/0\/role must be/],
    [
      [{ ...rule, grants: [{ role: 'admin', initiativeId: 'Office A' }] }],
      /\/0\/grants\/0\/initiativeId must match/,
    ],
    [[rule, { ...rule, value: 7 }], /\/1\/value must be string/],
    [[{ ...rule, vaule: 'x' }], /\/0 must NOT have additional properties: "vaule"/],
    [[{ ...rule, claim: 'email' }], /\/0\/claim must not be one that people can change/],
  ];
  for (const [content, message] of wrong) t.throws(() => read(content), { name: 'ConfigError', message });
  t.throws(() => readRules(join(directory, 'none.json')), {
    name: 'ConfigError',
    message: /OIDC_GRANTS: .*none\.json/,
  });
  t.end();
});

test('who has a claim with a value, or with it among others, has the grants of each rule that fits', (t) => {
  const rules = [
    { claim: 'groups', value: 'admins', grants: [admin] },
    { claim: 'groups', value: 'office', grants: [recorder] },
    { claim: 'sub', value: 'ada', grants: [admin] },
  ];
  t.same(grantsBy(rules, { groups: ['office', 'other'] }), [recorder]);
  t.same(grantsBy(rules, { groups: 'office', sub: 'ada' }), [recorder, admin]);
  t.same(grantsBy(rules, { groups: ['admins', 'office'] }), [admin, recorder]);
  for (const claims of [
    {},
    { groups: [] },
    { groups: 'admins office' },
    { groups: { admins: true } },
    { groups: [['admins']] },
  ])
    t.same(grantsBy(rules, claims), [], JSON.stringify(claims));
  t.same(grantsBy([{ claim: 'constructor', value: 'x', grants: [admin] }], {}), []);
  t.end();
});

import fc from 'fast-check';
import { test } from 'tap';
import {
  administers,
  allGrants,
  covers,
  granted,
  grantsIn,
  may,
  noGrants,
  rights,
  rightsGivenBy,
  within,
} from '../../src/access/rights.ts';
import { expiryOf, newToken, tokenHash } from '../../src/access/token.ts';
import { byRole, type Grant, roles } from '../../src/shapes/grant.ts';

const initiatives = ['a', 'b', '*'];
const of = (...grants: Grant[]) => granted(byRole(grants));
const grants = fc
  .array(fc.record({ role: fc.constantFrom(...roles), initiativeId: fc.constantFrom(...initiatives) }), {
    maxLength: 4,
  })
  .map((some) => of(...some));

test('each role gives what the table says, in its initiative alone', (t) => {
  const table = roles.map((role) => [role, rightsGivenBy({ role, initiativeId: 'a' })]);
  t.same(table, [
    ['reader', ['read']],
    ['recorder', ['read', 'record']],
    ['auditor', ['read', 'audit']],
    ['admin', ['read', 'record', 'audit', 'administer']],
  ]);
  const grant: Grant = { role: 'recorder', initiativeId: 'a' };
  t.same(may(of(grant), 'record', 'a'), grant, 'the rule that decides is named');
  t.equal(may(of(grant), 'record', 'b'), undefined);
  t.equal(may(of(grant), 'record'), undefined, 'one initiative is not all');
  t.equal(may(of(grant), 'administer', 'a'), undefined);
  t.equal(may(noGrants, 'read', 'a'), undefined, 'who has no grant has no right');
  t.end();
});

test('what is within limits is given by the grants and by the limits, and nothing else is', (t) => {
  fc.assert(
    fc.property(grants, grants, (given, limits) => {
      const both = within(given, limits);
      for (const right of rights)
        for (const initiative of initiatives) {
          const expected = Boolean(may(given, right, initiative) && may(limits, right, initiative));
          t.equal(
            Boolean(may(both, right, initiative)),
            expected,
            JSON.stringify([grantsIn(given), grantsIn(limits), right, initiative]),
          );
        }
    }),
  );
  const reader: Grant = { role: 'reader', initiativeId: 'a' };
  t.same(grantsIn(within(of(reader), allGrants)), [reader]);
  t.end();
});

test('whoever covers grants has each of their rights where it holds', (t) => {
  const admin: Grant = { role: 'admin', initiativeId: 'a' };
  t.ok(covers(of(admin), of({ role: 'recorder', initiativeId: 'a' })));
  t.notOk(covers(of(admin), of({ role: 'reader', initiativeId: '*' })));
  t.ok(administers(of(admin), of({ role: 'reader', initiativeId: 'a' })));
  t.notOk(
    administers(of({ role: 'recorder', initiativeId: '*' }), of({ role: 'reader', initiativeId: 'a' })),
  );
  t.notOk(administers(of(admin), noGrants), 'of nothing all is meant');
  t.end();
});

test('a token has its form, and its hash is found by nothing else', (t) => {
  const token = newToken();
  t.match(token, /^mledger_[A-Za-z0-9_-]{48}$/);
  t.equal(tokenHash(token)?.length, 32);
  t.not(newToken(), token);
  const last = token.at(-1) === 'A' ? 'B' : 'A';
  for (const other of [
    token.slice(0, -1),
    `${token}A`,
    token.slice(0, -1) + last,
    token.toUpperCase(),
    token.replace('mledger_', ''),
    `${token}=`,
    'mledger_',
  ])
    t.equal(tokenHash(other), undefined, other);
  t.end();
});

test('a token ends within 400 days', (t) => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const day = 86_400_000;
  t.equal(expiryOf('30d', now), now + 30 * day);
  t.equal(expiryOf('400d', now), now + 400 * day);
  t.equal(expiryOf('2026-02-01T00:00:00Z', now), now + 31 * day);
  t.equal(expiryOf('2026-02-01T08:00:00+08:00', now), now + 31 * day);
  for (const text of [
    '401d',
    '0d',
    '-1d',
    '30',
    '2025-12-31T00:00:00Z',
    '2026-02-01',
    'never',
    '',
    '1e2d',
    '2028-01-01T00:00:00Z',
  ])
    t.equal(expiryOf(text, now), undefined, text);
  t.end();
});

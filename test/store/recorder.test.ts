import { randomUUID } from 'node:crypto';
import { test } from 'tap';
import { Refusal } from '../../src/errors.ts';
import type { Receipt } from '../../src/store/receipt.ts';
import { foreseesNothing } from '../../src/store/store.ts';
import { emptyDatabase, isOnPostgres } from '../helpers/database.ts';
import {
  claim,
  corrected,
  given,
  initiative,
  meeting,
  mou,
  now,
  openLedger,
  retracted,
  type TestLedger,
} from '../helpers/decide.ts';
import { onlyLong } from '../helpers/effort.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The code of a refusal; of what the database refused, its own words, which a refusal may have as its cause. */
const codeOf = ({ reason }: Pick<PromiseRejectedResult, 'reason'>): string =>
  reason instanceof Refusal
    ? reason.cause instanceof Error
      ? reason.cause.message
      : reason.code
    : reason.message;

/** The ids of the log, in its order. */
const eventIds = ({ rows }: TestLedger): string[] => rows('events').map(({ event_id }) => event_id);

test('of many requests for one version of a record exactly one wins', async (t) => {
  const ledger = await given(t, mou({ recordId: 'contested' }));
  const posts = Array.from({ length: 200 }, (_, i) => {
    const title = { data: { title: `T ${i}` } };
    return ledger.post(
      i % 2 === 0 ? corrected('contested', title, { expectedVersion: 1 }) : mou({ eventId: randomUUID() }),
    );
  });
  const outcomes = await Promise.allSettled(posts);
  const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
  t.equal(won.length, 101);
  t.same([...new Set(lost.map(codeOf))], ['version-conflict']);
  const recorded = won.flatMap(({ value }) => value.recorded);
  t.equal(recorded.filter(({ recordId }) => recordId === 'contested').length, 1);
  t.same(
    recorded.map(({ position }) => position).sort((a, b) => a - b),
    Array.from({ length: 101 }, (_, i) => i + 3),
  );
  const acknowledged = new Map(recorded.map(({ position, eventId }) => [position, eventId]));
  t.same(
    eventIds(ledger).slice(2),
    Array.from({ length: 101 }, (_, i) => acknowledged.get(i + 3)),
    'what was acknowledged is the log',
  );
});

test('each answer names the log that ends with it', async (t) => {
  const ledger = await given(t);
  const receipts = await Promise.all(Array.from({ length: 20 }, () => ledger.post(mou({ repeat: 2 }))));
  for (const { recorded, basis } of receipts) {
    t.equal(basis.treeSize, recorded.at(-1)?.position);
    t.equal(hex(basis.rootHash), hex(await ledger.store.rootAt(basis.treeSize)));
  }
});

test('a request whose last event is refused writes nothing', async (t) => {
  const ledger = await given(t);
  const good = Array.from({ length: 999 }, (_, i) => mou({ recordId: `m-${i}` }));
  await ledger.refused(
    { events: [...good, mou({ data: { meetingId: 'nope' } })] },
    'meeting-not-found',
    '/events/999/data/meetingId',
  );
  t.equal((await ledger.store.head()).position, 1);
  t.same((await ledger.post(mou())).recorded[0]?.recordId, 'mou-1', 'and takes no number');
});

test('a refused request costs its group nothing', async (t) => {
  const ledger = await given(t);
  const bodies = [mou({ recordId: 'a' }), mou({ recordId: 'a' }), mou({ repeat: 3 }), retracted('b'), mou()];
  const outcomes = await Promise.allSettled(bodies.map((body) => ledger.post(body)));
  t.same(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'recorded' : codeOf(outcome))),
    ['recorded', 'record-exists', 'recorded', 'record-not-found', 'recorded'],
  );
  t.equal(ledger.end(), 6);
});

test('a request that the database refuses costs only itself', async (t) => {
  const ledger = await given(t);
  await ledger.run({
    sqlite: `create trigger poison before insert on records when new.record_id = 'poison'
      begin select raise(abort, 'poisoned'); end`,
    postgres: `create function poison() returns trigger language plpgsql as $$ begin raise 'poisoned'; end $$;
      create trigger poison before insert on records for each row when (new.record_id = 'poison')
        execute function poison()`,
  });
  const ids = ['a', 'b', 'poison', 'c', 'd'];
  const outcomes = await Promise.allSettled(
    ids.map((recordId) => ledger.post({ events: [mou({ recordId }), mou()] }, { key: recordId })),
  );
  t.same(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'recorded' : codeOf(outcome))),
    ['recorded', 'recorded', 'poisoned', 'recorded', 'recorded'],
  );
  await ledger.check();
  const again = await ledger.post({ events: [mou({ recordId: 'a' }), mou()] }, { key: 'a' });
  t.ok(again.kept, 'the others were recorded once');
  await ledger.run({ sqlite: 'drop trigger poison', postgres: 'drop function poison() cascade' });
  const { recorded } = await ledger.post({ events: [mou({ recordId: 'poison' }), mou()] }, { key: 'poison' });
  t.match(recorded, [{ position: 10 }, { position: 11 }], 'its key was not kept');
});

test('a write that fails leaves tree, head and numbers as they were', async (t) => {
  const ledger = await given(t, mou({ repeat: 254 }));
  const before = await ledger.store.head();
  await ledger.run({
    sqlite: `create trigger no before update on head begin select raise(abort, 'no'); end`,
    postgres: `create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
      create trigger no before update on head for each row execute function no()`,
  });
  for (const body of [mou({ repeat: 300 }), mou()])
    t.equal(await ledger.post(body).catch((reason: unknown) => codeOf({ reason })), 'no');
  t.same(await ledger.store.head(), before);
  await ledger.check();
  await ledger.run({ sqlite: 'drop trigger no', postgres: 'drop trigger no on head' });
  const { recorded } = await ledger.post(mou({ repeat: 300 }));
  t.match(recorded[0], { position: 256, recordId: 'mou-255' });
});

test('recordedAt never goes back, and is one for a request', async (t) => {
  let clock = now;
  const ledger = await openLedger(t, () => clock);
  await ledger.post(initiative());
  const ticking = async (ms: number): Promise<Set<string>> => {
    clock = now + ms;
    const { recorded } = await ledger.post(mou({ repeat: 3 }));
    return new Set(recorded.map(({ recordedAt }) => recordedAt));
  };
  t.same(await ticking(7), new Set(['2024-01-05T12:00:00.007Z']));
  t.same(await ticking(-4_990), new Set(['2024-01-05T12:00:00.007Z']));
  t.same(await ticking(8), new Set(['2024-01-05T12:00:00.008Z']));
});

test('while the clock is far behind the log nothing is recorded', async (t) => {
  let clock = now;
  const ledger = await openLedger(t, () => clock);
  await ledger.post(initiative());
  clock = now - 5_000;
  await ledger.post(mou());
  clock = now - 5_001;
  const refusal = await ledger.refused(mou(), 'clock-behind', undefined);
  t.equal(refusal.status, 503);
  await ledger.refused(mou(), 'clock-behind', undefined, { dryRun: true });
  const both = await Promise.allSettled([ledger.post(mou()), ledger.post(mou())]);
  t.same(
    both.map((outcome) => outcome.status === 'rejected' && codeOf(outcome)),
    ['clock-behind', 'clock-behind'],
  );
  clock = now;
  await ledger.post(mou());
});

/** What a sender sees of a receipt. */
const seen = ({ recorded, warnings, basis: { treeSize, rootHash } }: Receipt): string =>
  JSON.stringify({
    recorded: recorded.map(({ leafHash, ...event }) => ({ ...event, leafHash: leafHash.toHex() })),
    warnings,
    basis: { treeSize, rootHash: rootHash.toHex() },
  });

test('a repeat under the same key gets the first answer again', async (t) => {
  const ledger = await given(t);
  const body = { events: [mou({ recordId: 'a' }), mou()] };
  const first = await ledger.post(body, { key: 'k' });
  t.notOk(first.kept);
  await ledger.post(retracted('a'));
  const again = await ledger.post(body, { key: 'k' });
  t.ok(again.kept);
  t.equal(seen(again), seen(first));
  t.equal(ledger.end(), 4);
});

test('a key stands for one body', async (t) => {
  const ledger = await given(t);
  await ledger.post(mou(), { key: 'k' });
  await ledger.refused(mou({ note: 'n' }), 'idempotency-key-reused', undefined, { key: 'k' });
  await ledger.refused(retracted('nope'), 'idempotency-key-reused', undefined, { key: 'k' });
});

test('keys of other principals and initiatives are other keys', async (t) => {
  const ledger = await given(t);
  await ledger.post(initiative(), { initiativeId: 'other' });
  const places = [{}, { principal: 'another' }, { initiativeId: 'other' }];
  for (const place of places) t.notOk((await ledger.post(mou(), { key: 'k', ...place })).kept);
  for (const place of places) t.ok((await ledger.post(mou(), { key: 'k', ...place })).kept);
  t.equal(ledger.end(), 5);
});

test('two requests with one key at once are recorded once', async (t) => {
  const ledger = await given(t);
  const receipts = await Promise.all(Array.from({ length: 5 }, () => ledger.post(mou(), { key: 'k' })));
  t.same(
    receipts.map(({ kept }) => kept),
    [false, true, true, true, true],
  );
  t.equal(new Set(receipts.map(seen)).size, 1);
  const [ok, other] = await Promise.allSettled([
    ledger.post(mou(), { key: 'l' }),
    ledger.post(mou({ note: 'n' }), { key: 'l' }),
  ]);
  t.equal(ok.status, 'fulfilled');
  t.equal(other.status === 'rejected' && codeOf(other), 'idempotency-key-reused');
  t.equal(ledger.end(), 3);
});

test('a refusal is not kept', async (t) => {
  const ledger = await given(t);
  await ledger.refused(retracted('a'), 'record-not-found', '/recordId', { key: 'k' });
  await ledger.post(mou({ recordId: 'a' }));
  t.notOk((await ledger.post(retracted('a'), { key: 'k' })).kept);
});

test('a dry run ignores keys', async (t) => {
  const ledger = await given(t);
  t.notOk((await ledger.post(mou(), { key: 'k', dryRun: true })).kept);
  t.notOk((await ledger.post(mou({ note: 'n' }), { key: 'k' })).kept, 'the dry run kept nothing');
  const dry = await ledger.post(mou(), { key: 'k', dryRun: true });
  t.notOk(dry.kept);
  t.equal(dry.recorded[0]?.position, 3);
  t.equal(ledger.end(), 2);
});

test('a kept answer has its items, its replays and its warnings', async (t) => {
  const ledger = await given(t, meeting(), claim({ scope: 'meeting:jic-4', value: 1 }));
  const known = mou({ eventId: randomUUID() });
  await ledger.post(known);
  await ledger.post(mou({ note: 'in between' }));
  const body = {
    events: [
      known,
      mou({ repeat: 3, data: { meetingId: 'jic-4', title: 'T' } }),
      mou({ occurredOn: '2023', data: { meetingId: 'jic-4' } }),
    ],
  };
  const first = await ledger.post(body, { key: 'k' });
  t.match(first.recorded, [
    { index: 0, position: 4, replayed: true },
    { index: 1, position: 6 },
  ]);
  t.same(
    new Set(first.warnings.map(({ code }) => code)),
    new Set(['same-title-and-date', 'more-than-claimed', 'date-outside-meeting']),
  );
  const again = await ledger.post(body, { key: 'k' });
  t.ok(again.kept);
  t.equal(seen(again), seen(first));
  await ledger.post(mou({ repeat: 300 }));
  t.equal(
    seen(await ledger.post(body, { key: 'k' })),
    seen(first),
    'also when the tree has grown over a tile',
  );
});

test('kept answers and the tree survive a restart', async (t) => {
  const url = await emptyDatabase(t);
  const first = await openLedger(t, () => now, url);
  await first.post(initiative());
  const bodies = [mou({ repeat: 256 }), mou({ repeat: 255 }), mou({ repeat: 2 }), mou({ repeat: 700 })];
  const receipts: Receipt[] = [];
  for (const [i, body] of bodies.entries()) receipts.push(await first.post(body, { key: `k-${i}` }));
  await first.close();

  const second = await openLedger(t, () => now, url);
  for (const [i, body] of bodies.entries()) {
    const again = await second.post(body, { key: `k-${i}` });
    t.ok(again.kept);
    t.equal(seen(again), seen(receipts[i] as Receipt), `${i}`);
  }
  await second.refused(mou(), 'idempotency-key-reused', undefined, { key: 'k-0' });
  t.match((await second.post(mou())).recorded, [{ position: 1215, recordId: 'mou-1214' }]);
});

test('stopping answers what waits and refuses what comes after', async (t) => {
  const ledger = await given(t);
  const posts = Array.from({ length: 50 }, () => ledger.post(mou({ repeat: 10 })));
  // post() is asynchronous up to the recorder: let all of them reach it.
  await Promise.resolve();
  const stopped = ledger.recorder.stop();
  await t.rejects(ledger.post(mou()), { code: 'shutting-down' });
  await stopped;
  await ledger.refresh();
  t.equal(ledger.end(), 501, 'all were recorded before stop() resolved');
  t.equal((await Promise.all(posts)).length, 50);
});

test('one principal may have as many requests wait as there is room left, and others still have some', async (t) => {
  const ledger = await given(t);
  const many = Array.from({ length: 2049 }, () => ledger.post(mou(), { dryRun: true }));
  const others = Array.from({ length: 1025 }, () =>
    ledger.post(mou(), { dryRun: true, principal: 'another' }),
  );
  const lost = await Promise.all(
    [many, others].map(async (posts) =>
      (await Promise.allSettled(posts)).filter(({ status }) => status === 'rejected'),
    ),
  );
  t.same(
    lost.map((refused) => (refused as PromiseRejectedResult[]).map(codeOf)),
    [['overloaded'], ['overloaded']],
  );
});

test('a request does not wait behind the many that another principal sent before', async (t) => {
  const ledger = await given(t);
  const answered: string[] = [];
  const post = async (principal: string, repeat: number) => {
    await ledger.post(mou({ repeat }), { principal });
    answered.push(`${principal} ${repeat}`);
  };
  // Some in groups, some alone.
  const many = [...Array(600).fill(1), ...Array(10).fill(60)].map((repeat) => post('many', repeat));
  await Promise.all([...many, post('one', 1), post('one', 60)]);
  const first = (name: string) => answered.indexOf(name);
  t.ok(first('one 1') < 256, `in the first group: ${first('one 1')}`);
  const large = answered.filter((name) => name.endsWith(' 60'));
  t.ok(large.indexOf('one 60') <= 1, 'and of the large ones the second at the latest');
});

test('a load that fails costs only the requests that need it, and makes nothing known as absent', async (t) => {
  const ledger = await given(t, meeting('m', '2023', { coChairs: [{ name: 'Ada Example' }] }));
  const { group } = ledger.store;
  let asked = 0;
  ledger.store.group = (work, foresee = foreseesNothing) =>
    group(work, (facts) =>
      foresee({
        ...facts,
        names(commitments) {
          asked += 1;
          if (asked === 1) throw new Error('lost');
          return facts.names(commitments);
        },
      }),
    );
  const commitments = ledger.rows('openings').map(({ commitment }) => commitment);
  const erasure = { type: 'PersonalDataErased', recordId: 'm', commitments, legalBasis: 'Art. 17 GDPR' };
  const outcomes = await Promise.allSettled([ledger.post(mou()), ledger.post(erasure), ledger.post(mou())]);
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled'],
  );
  t.equal(ledger.rows('openings').length, 0);
});

test(
  'a body of a thousand corrections, references and names is decided in one go',
  isOnPostgres() ? onlyLong : {},
  async (t) => {
    const ledger = await given(t);
    const chair = (i: number) => ({ coChairs: [{ name: `Chair ${i}` }, { name: 'Ada Example' }] });
    const range = Array.from({ length: 1000 }, (_, i) => i);
    await ledger.post({ events: range.map((i) => meeting(`m-${i}`, '2023', chair(i))) });
    await ledger.post({ events: range.map((i) => claim({ scope: `meeting:m-${i}`, value: 0 })) });
    const { warnings } = await ledger.post({
      events: range.map((i) => mou({ data: { meetingId: `m-${i}` } })),
    });
    t.equal(warnings.length, 1000);
    await ledger.post({
      events: range.map((i) =>
        mou({ data: { under: [`mou-${i + 1}`], renews: { recordId: `mou-${1000 - i}` } } }),
      ),
    });
    const renamed = range.map((i) =>
      corrected(`m-${i}`, { data: { coChairs: [...chair(i).coChairs].reverse() } }),
    );
    await ledger.post({ events: renamed });
    const { recordId: _, ...each } = retracted('');
    await ledger.post({ events: range.slice(1).map((i) => retracted(`mou-${1000 + i}`)) });
    await ledger.post({ events: range.map((i) => ({ ...each, where: { meetingId: `m-${i}` } })) });
    await ledger.post({ events: range.map((i) => retracted(`m-${i}`)) });
    t.equal(ledger.rows('openings').length, 2000);
  },
);

const many = (items: number) => ({ events: Array.from({ length: items }, () => mou()) });

test('small requests do not wait for the long ones that came before', async (t) => {
  const ledger = await given(t);
  const ends: string[] = [];
  const post = async (name: string, body: object): Promise<void> => {
    await ledger.post(body);
    ends.push(name);
  };
  await Promise.all([post('long', many(60)), post('longer', many(70)), post('small', mou())]);
  t.same(ends, ['small', 'long', 'longer']);
  t.equal(ledger.end(), 132);
});

test('while a long request is decided on, everything else has its turns', async (t) => {
  const ledger = await given(t);
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await ledger.post(many(1_000));
  isDone = true;
  t.ok(turns > 5, `${turns}`);
});

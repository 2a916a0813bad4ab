import t, { type Test } from 'tap';
import { openLedgerApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { pages } from '../../src/pages/catalogue.ts';
import { addressesOf } from '../copy/all-answers.ts';
import { later, makeSource, valuesOf } from '../copy/source.ts';
import { effort, moreInLong } from '../helpers/effort.ts';

// What threads compute is what the thread that records computes, to the last byte.

const url = await makeSource(t, 700);

interface Answer {
  asked: string;
  status: number;
  headers: object;
  body: Buffer;
}

const places = new Map([
  ['initiativeId', 'sci'],
  ['recordId', 'r-202'],
]);

/** What people are shown, and the answers that stand beside it. */
const ofPages = [...pages.pages, ...pages.files].flatMap((page) => {
  const path = page.path.replace(/:(\w+)/g, (_, name) => places.get(name) ?? 'jic-1');
  const beside = 'answer' in page && page.answer ? [`${path}.json`, `${path}.csv`] : [];
  return [path, `${path}?asOfPosition=206`, `${path}?asOf=never`, ...beside];
});

const ofLists = [
  'format=csv&count=true',
  'format=csv&limit=2&asOfPosition=300',
  'format=csv&rows=party&excel=true',
  'format=ndjson&limit=3',
  'format=json&excel=true',
  'rows=party',
].flatMap((query) =>
  ['/v1/events', '/v1/records', '/v1/initiatives/sci/mous', '/v1/claims'].map((path) => `${path}?${query}`),
);

async function allOf(t: Test, threads: number): Promise<Answer[]> {
  const config = readConfig({ DATABASE_URL: url, SIGNER_DIR: '', READING_THREADS: `${threads}` });
  const app = await openLedgerApp(config, false, () => later);
  t.teardown(() => app.close());
  const answers: Answer[] = [];
  const ask = async (url: string, more: { method?: 'HEAD'; headers?: Record<string, string> } = {}) => {
    const { statusCode: status, headers, rawPayload } = await app.inject({ url, ...more });
    const { date: _, 'x-request-id': id, ...others } = headers;
    // A refusal names its request.
    const body = Buffer.from(rawPayload.toString('latin1').replaceAll(String(id), ''), 'latin1');
    answers.push({ asked: `${JSON.stringify(more)} ${url}`, status, headers: others, body });
    return headers;
  };
  const rare = effort(8, 1);
  const addresses = addressesOf(app, await valuesOf(app), ['/readyz']).filter((_, i) => i % rare === 0);
  for (const address of [...ofPages, ...ofLists, ...addresses]) {
    const { etag, link } = await ask(address);
    await ask(address, { method: 'HEAD' });
    if (etag) await ask(address, { headers: { 'if-none-match': etag } });
    const next = /^<([^>]+)>; rel="next"/.exec(String(link ?? ''))?.[1];
    if (next) await ask(next);
    if (address.includes('events'))
      await ask(address, { headers: { accept: 'application/cloudevents-batch+json' } });
  }
  await app.close();
  return answers;
}

t.test(
  'every answer and page has the same status, headers and bytes with threads and without',
  moreInLong,
  async (t) => {
    const [alone, inThreads] = [await allOf(t, 0), await allOf(t, 2)];
    t.equal(inThreads.length, alone.length);
    const differing = alone.filter((answer, i) => {
      const other = inThreads[i];
      return (
        !other || !answer.body.equals(other.body) || !t.same({ ...other, body: '' }, { ...answer, body: '' })
      );
    });
    t.same(
      differing.map(({ asked }) => asked),
      [],
    );
    const streamed = alone.filter(
      ({ asked, status, headers }) =>
        /^\{\}.*format=(csv|ndjson)/.test(asked) && status === 200 && !('etag' in headers),
    );
    t.ok(streamed.length > 5, 'also what is sent in pieces');
    t.ok(alone.filter(({ status }) => status === 304).length > 100);
    t.ok(alone.filter(({ status }) => status >= 400).length > 50);
  },
);

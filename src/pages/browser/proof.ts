import { canonicalJson } from '../../shapes/canonical-json.ts';
import { openCheckpoint } from '../../tlog/checkpoint.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../../tlog/merkle.ts';
import { parseVerifierKey, type VerifierKey } from '../../tlog/note-key.ts';
import { consistencyProof, inclusionProof, type ReadTile, tileHashes } from '../../tlog/proofs.ts';

/*
 * Proves in the browser that a page was computed from the signed log, or that an event is in it. Everything is computed here, from
 * the tiles of the log, its signed checkpoint and a key, which the reader had better have from elsewhere.
 */

/** What the page has to say, in its own language; the holes are filled in here. */
interface Texts {
  checking: string;
  signed: string;
  root: string;
  event: string;
  wrong: string;
  listedKey: string;
  givenKey: string;
}

class Log {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async text(path: string): Promise<string> {
    return (await this.#answer(path)).text();
  }

  async json(path: string): Promise<{ [name: string]: unknown }> {
    return (await this.#answer(path)).json();
  }

  /** A tile of hashes (C2SP tlog-tiles): width * 32 bytes. */
  readonly tile: ReadTile = async (level, index, width) => {
    const path = `/tile/${level}/${indexPath(index)}${width === 256 ? '' : `.p/${width}`}`;
    return new Uint8Array(await (await this.#answer(path)).arrayBuffer());
  };

  async #answer(path: string): Promise<Response> {
    const answer = await fetch(this.#base + path, { cache: 'no-cache' });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  }
}

/** 1234567 is `x001/x234/567`: C2SP tlog-tiles. */
function indexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** The key that was pasted here before, or else the newest that the log itself lists. */
async function keyFor(log: Log): Promise<{ key: VerifierKey; vkey: string; isGiven: boolean }> {
  const given = localStorage.getItem(keyName);
  if (given !== null) return { key: parseVerifierKey(given), vkey: given, isGiven: true };
  const { items } = await log.json('/v1/log/keys');
  const { vkey } = (items as { vkey: string }[]).at(-1) ?? { vkey: '' };
  return { key: parseVerifierKey(vkey), vkey, isGiven: false };
}
const keyName = 'milestone-ledger-key';

async function check(section: HTMLElement): Promise<string[]> {
  const texts = JSON.parse(section.dataset['texts'] ?? '') as Texts;
  const log = new Log(section.dataset['base'] ?? '');
  const { key, vkey, isGiven } = await keyFor(log);
  const checkpoint = openCheckpoint(await log.text('/v1/log/checkpoint'), key.name, [key]);
  const size = Number(checkpoint.size);
  const said = [
    filled(texts.signed, { size, root: checkpoint.rootHash.toHex(), key: vkey }),
    isGiven ? texts.givenKey : texts.listedKey,
  ];
  const hashes = tileHashes(log.tile, size);
  const { event: eventId, position, treeSize, root = '' } = section.dataset;
  if (treeSize !== undefined) {
    const size1 = Number(treeSize);
    if (size1 > size) throw new Error(filled(texts.wrong, { treeSize, size }));
    const proof = await consistencyProof(size1, size, hashes);
    verifyConsistency({
      size1: BigInt(size1),
      size2: checkpoint.size,
      root1: Uint8Array.fromHex(root),
      root2: checkpoint.rootHash,
      proof,
    });
    said.push(filled(texts.root, { treeSize, root, hashes: proof.length }));
  }
  if (eventId !== undefined) {
    const { event } = await log.json(`/v1/events/${eventId}`);
    const leaf = leafHash(
      new TextEncoder().encode(canonicalJson(event as Parameters<typeof canonicalJson>[0])),
    );
    const index = Number(position) - 1;
    const proof = await inclusionProof(index, size, hashes);
    verifyInclusion({
      leafIndex: BigInt(index),
      treeSize: checkpoint.size,
      leafHash: leaf,
      rootHash: checkpoint.rootHash,
      proof,
    });
    said.push(filled(texts.event, { position: String(position), leaf: leaf.toHex(), hashes: proof.length }));
  }
  return said;
}

const filled = (text: string, values: { [name: string]: string | number }): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

async function run(section: HTMLElement): Promise<void> {
  const output = section.querySelector<HTMLElement>('[data-result]');
  if (!output) return;
  const texts = JSON.parse(section.dataset['texts'] ?? '') as Texts;
  const show = (outcome: string, lines: string[]): void => {
    output.dataset['result'] = outcome;
    output.replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement('p'), { textContent: line })),
    );
  };
  show('checking', [texts.checking]);
  try {
    show('holds', await check(section));
  } catch (error) {
    show('fails', [filled(texts.wrong, {}), error instanceof Error ? error.message : String(error)]);
  }
}

function begin(): void {
  for (const section of document.querySelectorAll<HTMLElement>('[data-proof]')) {
    section.hidden = false;
    const form = section.querySelector('form');
    const input = form?.querySelector('input');
    if (form && input) {
      input.value = localStorage.getItem(keyName) ?? '';
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        const vkey = input.value.trim();
        if (vkey === '') localStorage.removeItem(keyName);
        else localStorage.setItem(keyName, vkey);
        void run(section);
      });
    }
    void run(section);
  }
}

begin();
document.addEventListener('refreshed', begin);

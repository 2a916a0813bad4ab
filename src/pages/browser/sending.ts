import { filled } from './dom.ts';

export interface Problem {
  code: string;
  title: string;
  detail?: string;
  errors?: { pointer?: string; line?: number; detail: string }[];
}

/** said: why there is no answer. */
export type Answer = { ok: true; response: Response } | { ok: false; problem?: Problem; said: string };

export interface SendingTexts {
  changedFile: string;
  seconds: string;
  cancelled: string;
  cancelledPreview: string;
  unreachable: string;
}

const mediaTypes = new Map([
  ['csv', 'text/csv'],
  ['txt', 'text/csv'],
  ['tsv', 'text/tab-separated-values'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['ods', 'application/vnd.oasis.opendocument.spreadsheet'],
  ['ndjson', 'application/x-ndjson'],
  ['jsonl', 'application/x-ndjson'],
]);

/** The media type of a file by its name; undefined: it can't be read. */
export const mediaTypeOf = (file: File | undefined): string | undefined =>
  mediaTypes.get(file?.name.toLowerCase().split('.').at(-1) ?? '');

/** Sends a file with its mapping to the ledger, shows that it works, and for how long, and can be cancelled. One request at a time. */
export class Sender {
  readonly #texts: SendingTexts;
  /** Of the initiative in the API. */
  readonly #url: string;
  readonly #working = document.getElementById('working');
  readonly #cancel = document.getElementById('cancel');
  #work: AbortController | undefined;

  constructor(texts: SendingTexts, url: string) {
    this.#texts = texts;
    this.#url = url;
  }

  cancel(): void {
    this.#work?.abort();
  }

  async send(path: string, query: URLSearchParams, file: File | undefined, mapping: string): Promise<Answer> {
    const { unreachable, cancelled, cancelledPreview, changedFile } = this.#texts;
    this.#work?.abort();
    const work = new AbortController();
    this.#work = work;
    const began = Date.now();
    this.#show(0);
    const tick = setInterval(() => this.#show(Date.now() - began), 1000);
    try {
      // A browser sends no file that was written to after it was chosen.
      if (!file || !(await isReadable(file))) return { ok: false, said: changedFile };
      const body = new FormData();
      if (mapping !== '') body.set('mapping', mapping);
      body.set('file', new Blob([file], { type: mediaTypeOf(file) ?? '' }), file.name);
      const { signal } = work;
      const response = await fetch(`${this.#url}${path}?${query}`, { method: 'POST', body, signal });
      if (response.ok) return { ok: true, response };
      return { ok: false, problem: (await response.json()) as Problem, said: '' };
    } catch {
      const isRecording = query.has('expect') || (path === '/import' && !query.has('dryRun'));
      const said = isRecording ? cancelled : cancelledPreview;
      return { ok: false, said: work.signal.aborted ? said : unreachable };
    } finally {
      clearInterval(tick);
      if (this.#work === work) this.#show(undefined);
    }
  }

  /** ms: since when the ledger works; undefined: it is done. */
  #show(ms: number | undefined): void {
    const text = ms === undefined ? '' : filled(this.#texts.seconds, { n: Math.round(ms / 1000) });
    this.#working?.querySelector('span')?.replaceChildren(text);
    for (const part of [this.#working, this.#cancel]) if (part) part.hidden = ms === undefined;
  }
}

const isReadable = (file: File): Promise<boolean> =>
  file
    .slice(0, 1)
    .arrayBuffer()
    .then(Boolean, () => false);

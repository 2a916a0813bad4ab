import { type Answer, askedAt, type List, type Single } from '../answers/answer.ts';
import { answers } from '../answers/catalogue.ts';
import { dataPackage, type Packed } from '../answers/data-package.ts';
import type { Ledger } from '../answers/ledger.ts';
import type { Page, PageAsked, PageFile } from '../answers/page.ts';
import { lastDayOf } from '../answers/parameters.ts';
import { type Asked, type Computed, etagOf, json, wholeText } from './computed.ts';
import { type ExportAsked, exportedLines } from './exported.ts';
import { computedList, type ListAsked, ndjson } from './list.ts';

/** What is computed for requests, on whatever thread: each is a function of the ledger and of what is asked. */
export const tasksOn = (texts: () => Promise<Texts>) => ({
  /** The JSON of an object, without its moment and basis. */
  async single(ledger: Ledger, { answer, at, visible, parameters }: AnswerAsked): Promise<Computed> {
    const computed = await singleOf(answer).compute(await askedAt(ledger, at, visible, parameters));
    const text = typeof computed === 'string' ? computed : JSON.stringify(computed);
    return { type: json, body: text, etag: etagOf(text) };
  },

  async list(ledger: Ledger, { answer, ...asked }: AnswerAsked & ListAsked): Promise<Computed> {
    const list = listOf(answer);
    const read = await list.open(await askedAt(ledger, asked.at, asked.visible, asked.parameters));
    return computedList(list, read, asked, ledger.store.origin);
  },

  async dataPackage(ledger: Ledger, { at, visible, parameters, site }: PackageAsked): Promise<Computed> {
    const asked = await askedAt(ledger, at, visible, parameters);
    const { initiativeId, until } = parameters;
    // Nothing can be refused once the zip has begun.
    lastDayOf(until, 'until');
    // It was asked for by its id.
    const { data } = asked.initiative as { data: Packed['data'] };
    const { zipOf } = await import('./zip.ts');
    const rest = zipOf({ initiativeId, data, at, until, site }, asked);
    return { type: dataPackage.type, body: new Uint8Array(), rest };
  },

  async export({ store }: Ledger, asked: ExportAsked): Promise<Computed> {
    return { type: ndjson, body: new Uint8Array(), rest: exportedLines(store, asked) };
  },

  async page(ledger: Ledger, { page, ...asked }: { page: string } & TextAsked): Promise<Computed> {
    const { pages } = await texts();
    return wholeText('text/html; charset=utf-8', await named(pages, page).html(inThread(ledger, asked)));
  },

  async file(ledger: Ledger, { file, ...asked }: { file: string } & TextAsked): Promise<Computed> {
    const { type, text } = named((await texts()).files, file);
    return wholeText(`${type}; charset=utf-8`, await text(inThread(ledger, asked)));
  },
});

/** Pages and files for people. */
export interface Texts {
  pages: readonly Page[];
  files: readonly PageFile[];
}

export type Tasks = ReturnType<typeof tasksOn>;
export type TaskName = keyof Tasks;
export type AskedOf<N extends TaskName> = Parameters<Tasks[N]>[1];

/** Computes. signal: aborted when nobody waits for it any more. Throws what the computation throws. */
export interface Reading {
  compute<N extends TaskName>(task: N, asked: AskedOf<N>, signal: AbortSignal): Promise<Computed>;
}

interface AnswerAsked extends Asked {
  /** Its name. */
  answer: string;
  /** Checked against its schema. */
  parameters: { [name: string]: unknown; initiativeId?: string };
}

interface PackageAsked extends Asked {
  parameters: { initiativeId: string; until?: string };
  /** The address of the ledger, without a slash at its end. */
  site: string;
}

type TextAsked = Omit<PageAsked, 'ledger' | 'routes'>;

/** Pages that tell of routes are made where the routes are. */
const inThread = (ledger: Ledger, asked: TextAsked): PageAsked => ({
  ...asked,
  ledger,
  routes() {
    throw new Error('no routes are known here');
  },
});

const byName = new Map<string, Answer>(answers.map((answer) => [answer.name, answer]));

function singleOf(name: string): Single {
  const answer = byName.get(name);
  if (!answer || 'open' in answer) throw new Error(`${name} is no answer with one object`);
  return answer;
}

function listOf(name: string): List {
  const answer = byName.get(name);
  if (!answer || !('open' in answer)) throw new Error(`${name} is no list`);
  return answer;
}

function named<T extends { path: string }>(all: readonly T[], path: string): T {
  const one = all.find((one) => one.path === path);
  if (!one) throw new Error(`there is no page ${path}`);
  return one;
}

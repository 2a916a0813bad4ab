import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import type { App } from '../../src/app.ts';

const run = promisify(execFile);

/** A command of a document and the answer that it shows. */
export interface Step {
  title: string;
  command: string;
  language: string;
  /** What its output is, with … for what is left out. */
  shown: string;
}

/** The steps of a document: each a title, in bold or a heading, a block of bash and the block of its answer. */
export function stepsOf(text: string): Step[] {
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, language, command = ''], i) => {
    if (language !== 'bash') return [];
    const [, answer = '', shown = ''] = blocks[i + 1] ?? [];
    if (answer !== 'json' && answer !== 'text') throw new Error(`no answer is shown to ${command}`);
    const titles = text.slice(0, blocks[i]?.index).matchAll(/\*\*(.+?)\*\*|^#+ (.+?)$/gms);
    const [, bold, heading] = [...titles].at(-1) ?? [];
    return [{ title: bold ?? heading ?? command, command, language: answer, shown }];
  });
}

/** A document of the project. */
export const readDocument = (file: string): string =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where the steps of a document are tried. */
export interface Place {
  /** What the document writes, and what stands for it here, such as the address of a server. */
  instead: Record<string, string>;
  /** A directory in which a reader of the document would be. Without it, the project's. */
  directory?: string;
  /** Where further programs are. */
  programs?: string | undefined;
}

/** Gives what runs a step as a reader would and compares its output. `npm run -s ledger --` is the program itself. */
export function stepsIn(
  t: Test,
  { instead, directory = root, programs }: Place,
): (step: Step) => Promise<void> {
  const npm = `npm() { '${process.execPath}' '${root}src/main.ts' "\${@:5}"; }`;
  for (const name of ['demo', 'migrations', 'test'])
    if (directory !== root) symlinkSync(join(root, name), join(directory, name));
  // A proxy of this machine has no part in it, and neither have its settings of a ledger.
  const { PATH, NODE_COMPILE_CACHE, TMPDIR } = process.env;
  const path = programs === undefined ? PATH : `${programs}:${PATH}`;
  const env = { PATH: path, NODE_COMPILE_CACHE, TMPDIR, NO_PROXY: '*', no_proxy: '*' };
  return async ({ title, command, language, shown }) => {
    const script = Object.entries(instead).reduce((text, [from, to]) => text.replaceAll(from, to), command);
    // Rejects where a command fails.
    const { stdout } = await run('/bin/bash', ['-e', '-c', `${npm}\n${script}`], { cwd: directory, env });
    if (language === 'text') t.match(stdout.replaceAll('\r', ''), patternOf(shown), title);
    else t.same(differences(shown, stdout), [], title);
  };
}

/** Serves an application on a port, and gives what tries steps there that say http://127.0.0.1:3000. */
export async function serveForSteps(t: Test, app: App): Promise<(step: Step) => Promise<void>> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Listening on a port, so its address is no path of a socket.
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return stepsIn(t, { instead: { 'http://127.0.0.1:3000': url } });
}

/** Whether there is curl; fails the test if not. */
export async function hasCurl(t: Test): Promise<boolean> {
  const found = await run('/bin/bash', ['-c', 'command -v curl']).then(
    () => true,
    () => false,
  );
  if (!found)
    t.fail('curl is not on this machine, so what the documents show can not be tried: install curl');
  return found;
}

/** Where an answer is not what a document shows. */
export const differences = (shown: string, actual: string): string[] =>
  differencesOf(documentsIn(shown), documentsIn(actual), '');

const left = '…';

/** One JSON document after the other. In what is shown, … stands for further members, items or characters. */
function documentsIn(text: string): unknown[] {
  const documents: unknown[] = [];
  const open: string[] = [];
  let document = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[^"]/gu)) {
    if (token === '{' || token === '[') open.push(token);
    if (token === '}' || token === ']') open.pop();
    if (token === left) document += open.at(-1) === '{' ? `"${left}":0` : `"${left}"`;
    else document += token;
    if (open.length > 0 || document.trim() === '') continue;
    documents.push(JSON.parse(document));
    document = '';
  }
  return documents;
}

function differencesOf(shown: unknown, actual: unknown, path: string): string[] {
  if (typeof shown === 'string' && typeof actual === 'string' && shown.endsWith(left)) {
    return actual.startsWith(shown.slice(0, -left.length))
      ? []
      : [`${path}: ${shown} is shown, ${actual} answered`];
  }
  if (!isContainer(shown) || !isContainer(actual) || Array.isArray(shown) !== Array.isArray(actual)) {
    return shown === actual
      ? []
      : [`${path}: ${JSON.stringify(shown)} is shown, ${JSON.stringify(actual) ?? 'nothing'} answered`];
  }
  const isLeft = (value: unknown): boolean => value === left;
  const abridged = Array.isArray(shown) ? isLeft(shown.at(-1)) : left in shown;
  const members = Object.entries(shown).filter(
    ([key, value]) => key !== left && !(Array.isArray(shown) && isLeft(value)),
  );
  const others = Object.keys(actual).filter((key) => !members.some(([member]) => member === key));
  return [
    ...members.flatMap(([key, value]) => differencesOf(value, actual[key], `${path}/${key}`)),
    ...(abridged ? [] : others.map((key) => `${path}/${key} is not shown`)),
  ];
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Text in which a line of … stands for any lines, and … in a line for any characters. */
export function patternOf(shown: string): RegExp {
  const lines = shown
    .trimEnd()
    .split('\n')
    .map((line) =>
      line === left ? '(?:.*\\n)*?' : `${line.split(left).map(RegExp.escape).join('.*')}(?:\\n|$)`,
    );
  return new RegExp(`^${lines.join('')}$`);
}

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Asset } from '../answers/page.ts';

const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' };

const own = (name: string): string => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');

/** The style of charts, which pages have in theirs. */
export const chartStyle = own('chart.css');

const names = ['ledger.css', 'icon.svg', 'live.js', 'proof.js', 'forms.js', 'import.js'] as const;

const texts = new Map<string, string>(
  names.map((name) => [name, name === 'ledger.css' ? chartStyle + own(name) : own(name)]),
);

/** Changes with any of the files, as they load each other: a browser may keep each for ever. */
const version = hash('sha256', JSON.stringify([...texts]), 'base64url').slice(0, 12);

/** Where a file is served, below the base path. */
export const assetPath = (name: string): `/${string}` => `/assets/${version}/${name}`;

export const assets: readonly Asset[] = [...texts].map(([name, text]) => ({
  path: assetPath(name),
  type: types[(name.split('.').at(-1) ?? 'js') as keyof typeof types] ?? types.js,
  bytes: Buffer.from(text),
}));

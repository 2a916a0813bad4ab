import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const root = new URL('../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** What a layer may import beside itself. Of ours, a name with a slash is one file; of packages, `*` is any. */
interface Layer {
  layer: string;
  ours: string[];
  packages: string[];
}

/** Who may import whom; the same table stands in ARCHITECTURE.md. `node:*` is all of Node. */
const layers: Layer[] = [
  { layer: 'errors', ours: [], packages: [] },
  { layer: 'config', ours: ['shapes/limits'], packages: ['ajv', 'typebox', 'node:net'] },
  { layer: 'turns', ours: [], packages: [] },
  { layer: 'migrations', ours: [], packages: ['kysely', 'node:crypto'] },
  { layer: 'tlog', ours: [], packages: ['@noble/ed25519', '@noble/hashes/sha2.js', 'node:crypto'] },
  { layer: 'shapes', ours: ['tlog', 'errors'], packages: ['typebox', 'node:crypto', 'node:buffer'] },
  { layer: 'access', ours: ['shapes'], packages: ['node:crypto', 'node:zlib'] },
  { layer: 'events', ours: ['shapes', 'errors'], packages: ['typebox'] },
  {
    layer: 'ledger',
    ours: ['access', 'shapes', 'tlog', 'errors'],
    packages: ['ajv', 'ajv-formats', 'typebox', 'node:crypto', 'node:buffer'],
  },
  { layer: 'rules', ours: ['ledger', 'events', 'shapes', 'tlog'], packages: [] },
  { layer: 'db', ours: ['ledger', 'shapes', 'tlog'], packages: ['kysely'] },
  { layer: 'projections', ours: ['db', 'rules', 'shapes'], packages: [] },
  {
    layer: 'store',
    ours: [
      'access',
      'projections',
      'db',
      'rules',
      'ledger',
      'shapes',
      'tlog',
      'errors',
      'migrations',
      'turns',
    ],
    packages: ['kysely', 'better-sqlite3', 'pg', 'node:*'],
  },
  {
    layer: 'views',
    ours: [
      'access',
      'projections',
      'db',
      'events',
      'shapes',
      'tlog',
      'errors',
      'turns',
      'store/store',
      'store/receipt',
    ],
    packages: ['kysely', 'node:crypto'],
  },
  { layer: 'signer', ours: ['store', 'db', 'tlog', 'errors'], packages: ['node:*'] },
  {
    layer: 'verify',
    ours: [
      'signer',
      'views',
      'store',
      'projections',
      'db',
      'rules',
      'ledger',
      'shapes',
      'tlog',
      'errors',
      'turns',
    ],
    packages: ['better-sqlite3', 'kysely', 'node:*'],
  },
  {
    layer: 'copy',
    ours: ['verify', 'views', 'store', 'projections', 'db', 'shapes', 'tlog'],
    packages: ['node:*'],
  },
  { layer: 'backup', ours: ['verify', 'signer', 'store'], packages: ['better-sqlite3', 'node:*'] },
  {
    layer: 'import',
    ours: ['views', 'store', 'rules', 'ledger', 'events', 'shapes', 'errors', 'turns'],
    packages: ['saxes', 'typebox', 'yauzl', 'node:*'],
  },
  {
    layer: 'answers',
    ours: ['access', 'views', 'store', 'projections', 'db', 'ledger', 'events', 'shapes', 'errors', 'turns'],
    packages: ['typebox'],
  },
  {
    layer: 'reading',
    ours: ['access', 'answers', 'views', 'store', 'db', 'shapes', 'errors', 'turns'],
    packages: ['better-sqlite3', 'typebox', 'yazl', 'node:*'],
  },
  {
    layer: 'http',
    ours: [
      'access',
      'answers',
      'reading',
      'import',
      'signer',
      'views',
      'store',
      'projections',
      'db',
      'rules',
      'ledger',
      'events',
      'shapes',
      'tlog',
      'errors',
      'turns',
      'config',
    ],
    packages: ['*'],
  },
  {
    layer: 'pages',
    ours: ['answers', 'shapes', 'tlog'],
    packages: ['@remix-run/html-template', 'd3-scale', 'd3-shape', 'typebox', 'node:*'],
  },
  { layer: 'reading-thread', ours: ['reading', 'pages'], packages: ['node:worker_threads'] },
  {
    layer: 'app',
    ours: [
      'access',
      'backup',
      'shapes',
      'reading',
      'http',
      'pages',
      'signer',
      'views',
      'store',
      'db',
      'config',
      'errors',
    ],
    packages: ['pino', 'node:path'],
  },
  { layer: 'client', ours: ['shapes/canonical-json', 'tlog'], packages: [] },
  {
    layer: 'cli',
    ours: [
      'access',
      'answers',
      'app',
      'backup',
      'client',
      'http',
      'import',
      'copy',
      'verify',
      'signer',
      'views',
      'store',
      'projections',
      'db',
      'rules',
      'ledger',
      'events',
      'shapes',
      'tlog',
      'errors',
      'config',
    ],
    packages: ['*'],
  },
  { layer: 'heap', ours: [], packages: ['node:v8'] },
  { layer: 'main', ours: ['heap', 'cli'], packages: [] },
];

/** Imports of types only, which leave nothing behind when the program runs. */
const typesOnly: { from: string; to: string; why: string }[] = [
  { from: 'views', to: 'store/store', why: 'the engine is passed in' },
  { from: 'views', to: 'store/receipt', why: 'the shape of a basis' },
];

interface Import {
  file: string;
  /** A file of ours without its suffix, or a package. */
  to: string;
  ours: boolean;
  typeOnly: boolean;
}

const statement = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm;

function importsOf(file: string, text = read(file)): Import[] {
  return [...text.matchAll(statement)].map(([, type, from, dynamic]) => {
    const specifier = from ?? dynamic ?? '';
    const ours = specifier.startsWith('.');
    const to = ours ? posix.join(posix.dirname(file), specifier).replace(/\.ts$/, '') : specifier;
    return { file, to, ours, typeOnly: type !== undefined };
  });
}

/** `src/http/routes/x` → `http`, `src/app` → `app`, `events/x` → `events`. */
const layerOf = (file: string): string =>
  file
    .replace(/^src\//, '')
    .split('/')[0]
    ?.replace(/\.ts$/, '') ?? '';

function fault({ file, to, ours, typeOnly }: Import): string | undefined {
  const rule = layers.find(({ layer }) => layer === layerOf(file));
  if (!rule) return `${file}: there is no rule for ${layerOf(file)}`;
  // What the package says of itself may be shown anywhere.
  if (to === 'package.json') return undefined;
  if (!ours) {
    const name = to.startsWith('node:') ? 'node:*' : to;
    const packaged = to.startsWith('@') ? to.split('/', 2).join('/') : (to.split('/')[0] ?? to);
    if (rule.packages.some((one) => [to, name, packaged, '*'].includes(one))) return undefined;
    return `${file} imports ${to}`;
  }
  if (layerOf(to) === rule.layer) return undefined;
  const allowed = rule.ours.find((one) => one === layerOf(to) || to === `src/${one}`);
  if (allowed === undefined) return `${file} imports ${to}`;
  const mustBeType = typesOnly.some(({ from, to }) => from === rule.layer && to === allowed);
  return mustBeType && !typeOnly ? `${file} imports more than types of ${to}` : undefined;
}

const files = ['events', 'migrations', 'src'].flatMap((folder) =>
  globSync(`${folder}/**/*.ts`, { cwd: fileURLToPath(root) }),
);

test('each layer imports only what it may', (t) => {
  t.ok(files.length > 60, `${files.length} files`);
  const imports = files.flatMap((file) => importsOf(file));
  t.ok(imports.length > 200, `${imports.length} imports`);
  t.same(
    imports.flatMap((one) => fault(one) ?? []),
    [],
  );
  t.end();
});

test('no import goes around in a circle of layers, but for types', (t) => {
  const edges = files
    .flatMap((file) => importsOf(file))
    .filter(
      ({ file, to, ours, typeOnly }) =>
        ours && !typeOnly && to !== 'package.json' && layerOf(file) !== layerOf(to),
    );
  const below = new Map<string, Set<string>>();
  for (const { file, to } of edges) {
    below.set(layerOf(file), (below.get(layerOf(file)) ?? new Set()).add(layerOf(to)));
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(below.get(from) ?? [])].some(
      (next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))),
    );
  for (const { layer } of layers) t.notOk(reaches(layer, layer), layer);
  t.end();
});

test('no import goes around in a circle of files, types included', (t) => {
  const imported = new Map(
    files.map((file) => [
      file,
      importsOf(file).flatMap(({ to, ours }) => (ours && to !== 'package.json' ? [`${to}.ts`] : [])),
    ]),
  );
  /** Files that lead into no circle. */
  const clear = new Set<string>();
  const circleFrom = (file: string, path: string[] = []): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (clear.has(file)) return [];
    for (const next of imported.get(file) ?? []) {
      const circle = circleFrom(next, [...path, file]);
      if (circle.length > 0) return circle;
    }
    clear.add(file);
    return [];
  };
  for (const file of files) t.same(circleFrom(file), [], file);
  t.end();
});

test('an import that breaks a rule is found', (t) => {
  const faults = (file: string, text: string) => importsOf(file, text).map((one) => fault(one) !== undefined);
  t.same(faults('src/tlog/edge.ts', "import { x } from '../errors.ts';"), [true]);
  t.same(faults('src/tlog/edge.ts', "import { hash } from 'node:crypto';\nimport 'node:fs';"), [false, true]);
  t.same(faults('src/ledger/decide.ts', "import {\n  Kysely,\n} from 'kysely';"), [true]);
  t.same(faults('src/ledger/decide.ts', "const all = await import('../store/sqlite/open-sqlite.ts');"), [
    true,
  ]);
  t.same(faults('src/views/at.ts', "import { x } from '../store/receipt.ts';"), [true]);
  t.same(faults('src/views/at.ts', "import type { Basis } from '../store/receipt.ts';"), [false]);
  t.same(faults('src/http/routes/x.ts', "export * from '../../cli/serve.ts';"), [true]);
  t.same(faults('src/http/routes/x.ts', "import { buildApp } from '../../app.ts';"), [true]);
  t.same(faults('src/web/page.ts', "import { x } from '../errors.ts';"), [true]);
  t.end();
});

test('ARCHITECTURE.md has the same table', (t) => {
  const document = read('ARCHITECTURE.md');
  const rows = document
    .split('\n')
    .filter((line) => /^\| [a-z-]+ \| /.test(line) && line.split('|').length === 5);
  const cell = (names: string[]): string =>
    names.length === 0 ? '–' : names.map((name) => (name === '*' ? 'any' : name)).join(', ');
  t.same(
    rows.filter((row) => layers.some(({ layer }) => row.startsWith(`| ${layer} | `))),
    layers.map(({ layer, ours, packages }) => `| ${layer} | ${cell(ours)} | ${cell(packages)} |`),
  );
  t.end();
});

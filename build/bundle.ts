import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type OnLoadResult, type Plugin } from 'esbuild';

/**
 * Bundles the program and its threads into a few files in dist/chunks. To find and link a thousand small files would take most of a
 * start. A stub stands where tsc would put the file that is started.
 */
const root = join(import.meta.dirname, '..');
const chunks = join(root, 'dist/chunks');
const started = ['src/main.ts', ...threads()];

/** What is compiled for the machine, is not there, or may be left out when the package is installed. */
const external = [
  'better-sqlite3',
  'pg-native',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
];

/** A file still finds what lies beside it, wherever its code is: its own address is that in dist, or among the packages. */
const ownAddresses: Plugin = {
  name: 'own addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const own = `../${relative(root, path).replace(/\.ts$/, '.js')}`;
      return replaced(path, 'import.meta.url', `new URL('${own}', import.meta.url).href`);
    });
    onLoad({ filter: /swagger-ui[\\/].*\.js$/ }, ({ path }) => {
      const name = relative(join(root, 'node_modules'), path);
      return replaced(path, '__dirname', `require('node:path').dirname(require.resolve('${name}'))`);
    });
  },
};

function replaced(path: string, what: string, by: string): OnLoadResult | undefined {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(what)) return undefined;
  return { contents: text.replaceAll(what, by), loader: path.endsWith('.ts') ? 'ts' : 'js' };
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: started.map((file) => ({ in: file, out: nameOf(file) })),
  outdir: chunks,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node26',
  external,
  plugins: [ownAddresses],
  metafile: true,
  // CommonJS packages ask for modules of Node by this name.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});

for (const file of started) {
  const stub = join(root, 'dist', file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(stub), { recursive: true });
  // Not a static import: V8 aborts when a thread is ended while the importer of a module with top-level await waits for it.
  writeFileSync(stub, `await import('${relative(dirname(stub), join(chunks, nameOf(file)))}.js');\n`);
}

/** The licences of the packages ask that their text goes with every copy. */
const packages = new Set(
  Object.keys(metafile.inputs).flatMap(
    (file) => /^node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*/.exec(file) ?? [],
  ),
);
writeFileSync(
  join(chunks, 'LICENSES.txt'),
  [...packages]
    .sort()
    .map((name) => `${name}\n\n${licenceOf(name)}`)
    .join('\n\n'),
);

function licenceOf(name: string): string {
  const [file] = globSync('{LICENSE,LICENCE,License,license}*', { cwd: join(root, name) });
  const { license } = JSON.parse(readFileSync(join(root, name, 'package.json'), 'utf8'));
  return file === undefined ? `${license}` : readFileSync(join(root, name, file), 'utf8');
}

/** What the code starts as a thread, which it names by its address. */
function threads(): string[] {
  return globSync('src/**/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/new URL\(`\.\/([^$`]+)\$\{extname/g)].map(
      ([, name]) => join(dirname(file), `${name}.ts`),
    ),
  );
}

/** The path is in the name, so that no two are alike. */
function nameOf(file: string): string {
  return file.replace(/^src\/|\.ts$/g, '').replaceAll('/', '-');
}

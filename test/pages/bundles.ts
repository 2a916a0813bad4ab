import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url);
export const bundleNames = ['live', 'proof', 'forms', 'import'] as const;

export const bundleFile = (name: string): string =>
  fileURLToPath(new URL(`src/pages/assets/${name}.js`, root));

/** What browsers load, made from src/pages/browser: one file each, with what it imports. */
export async function bundled(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`src/pages/browser/${name}.ts`, root))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    // Comments of licences stand in it.
    legalComments: 'inline',
    minifyWhitespace: true,
    minifySyntax: true,
    absWorkingDir: fileURLToPath(root),
    plugins: [
      {
        name: 'crypto of browsers',
        setup({ onResolve }) {
          onResolve({ filter: /\/crypto\.ts$/ }, () => ({
            path: fileURLToPath(new URL('src/tlog/crypto-browser.ts', root)),
          }));
        },
      },
    ],
  });
  return `// Made by npm run assets from src/pages/browser/${name}.ts.\n${outputFiles[0]?.text ?? ''}`;
}

import { globSync, readFileSync } from 'node:fs';
import { test } from 'tap';

const root = new URL('../', import.meta.url);

/** A table of names that the compiler lets any text be looked up in. */
const table =
  /^ *(?:export )?const (\w+): (?:Readonly<)?(?:Record<string,|\{ (?:readonly )?\[\w+: string\]).*= \{$/gm;
/** An object that is written where it is looked up in. */
const written = /\}\[[a-z]\w*\]/g;

// Every object has members such as `constructor`, which are found by whoever asks for them.
test('text from outside is looked up in a Map, or in an object only where the name is its own', (t) => {
  for (const file of globSync('{src,events}/**/*.ts', { cwd: root })) {
    const text = readFileSync(new URL(file, root), 'utf8');
    t.notMatch(text, written, `${file} looks up in an object that it writes`);
    for (const [, name] of text.matchAll(table)) {
      // Migrations are gone through, and never looked up.
      if (file === 'src/store/migrate.ts') continue;
      t.match(text, `Object.hasOwn(${name},`, `${file}: ${name} is a Map, or asked whether it has the name`);
    }
  }
  t.end();
});

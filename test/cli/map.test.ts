import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { mappingOf } from '../../src/import/mapping.ts';
import { runCommand } from '../helpers/command.ts';

const list = (name: string): string => fileURLToPath(new URL(`../import/lists/${name}`, import.meta.url));

test('the command prints a mapping that import takes, and how much it asks', async (t) => {
  const run = (args: string[], input = '') => runCommand(['map', ...args], {}, input);
  const { code, out, err } = await run([list('abkommen.xlsx')]);
  t.equal(code, 0);
  t.match(mappingOf(out), { sheet: 'Abkommen', headerRow: 3, fields: { 'data.title': 'Titel' } });
  t.equal(err, 'There are 5 questions in the mapping (// ?).\n');
  t.match(await run([list('abkommen.xlsx'), '--sheet', 'Kürzel']), { code: 0, out: /"sheet": "Kürzel"/ });
  t.match(await run(['-', '--encoding', 'windows-1252'], 'Titel;Datum\nEins;1.2.2023\n'), {
    code: 0,
    out: /"delimiter": ";".*"encoding": "windows-1252".*dd\.mm\.yyyy/s,
  });
  const directory = t.testdir();
  writeFileSync(join(directory, 'empty.csv'), '\n');
  t.match(await run([join(directory, 'empty.csv')]), { code: 2, err: /no rows/ });
  t.match(await run([join(directory, 'nothing.csv')]), { code: 2, err: /ENOENT/ });
  t.match(await run([join(directory, 'events.ndjson')]), { code: 2, err: /need no mapping/ });
  t.match(await run(['-', '--format', 'xlsx'], 'a,b\n'), { code: 2, err: /can't be read/ });
});

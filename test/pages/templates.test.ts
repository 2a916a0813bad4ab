import { globSync, readFileSync } from 'node:fs';
import { test } from 'tap';

/** A hole of a template: what stands in it, and where it is in the HTML around it. */
interface Hole {
  expression: string;
  context: 'text' | 'tag' | 'attribute' | 'script';
}

/** Reads a template from behind its opening backtick. */
function readTemplate(text: string, from: number): { holes: Hole[]; end: number } {
  const holes: Hole[] = [];
  let context: Hole['context'] = 'text';
  let quote = '';
  let i = from;
  for (; text[i] !== '`'; i++) {
    if (i >= text.length) throw new Error('a template has no end');
    const char = text[i] ?? '';
    if (char === '\\') i++;
    else if (char === '$' && text[i + 1] === '{') {
      const end = endOfExpression(text, i + 2);
      holes.push({ expression: text.slice(i + 2, end), context });
      i = end;
    } else if (context === 'attribute') {
      if (char === quote) context = 'tag';
    } else if (context === 'tag') {
      if (char === '"' || char === "'") [context, quote] = ['attribute', char];
      else if (char === '>')
        context = /<(script|style)\b[^<]*$/.test(text.slice(Math.max(from, i - 200), i)) ? 'script' : 'text';
    } else if (char === '<' && /[a-z/!]/i.test(text[i + 1] ?? '')) context = 'tag';
  }
  return { holes, end: i };
}

/** The place of the brace that closes a hole. */
function endOfExpression(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '`') i = readTemplate(text, i + 1).end;
    else if (char === "'" || char === '"') i = endOfString(text, i);
    else if (char === '{') depth++;
    else if (char === '}' && depth-- === 0) return i;
  }
  throw new Error('a hole has no end');
}

function endOfString(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[from]) return i;
  }
  throw new Error('a string has no end');
}

/** All holes of the templates of HTML in a file, also of those within holes. */
function holesIn(text: string): Hole[] {
  return [...text.matchAll(/\bhtml`/g)].flatMap(({ index }) => readTemplate(text, index + 5).holes);
}

/** Whether what stands in a hole within a tag is HTML that was written as such, and so escaped where it was written. */
function isWritten(expression: string, text: string): boolean {
  if (/\bhtml`/.test(expression)) return true;
  // One of two words that stand here.
  if (/\? '[a-z]*' : '[a-z]*'$/.test(expression)) return true;
  // Only a template makes a value of this type.
  if (new RegExp(`\\b${expression}: SafeHtml\\b`).test(text)) return true;
  return new RegExp(`const ${expression.trim()} =[^;]*\\bhtml\``, 's').test(text);
}

test('a hole of a template stands in text, in a quoted attribute, or holds attributes that a template made', (t) => {
  let holes = 0;
  for (const file of globSync('src/pages/*.ts')) {
    const text = readFileSync(file, 'utf8');
    for (const { expression, context } of holesIn(text)) {
      holes++;
      // What charts have as their style is a file of ours.
      if (expression !== 'style') t.not(context, 'script', `${file}: \${${expression}} in a script or style`);
      if (context === 'tag') t.ok(isWritten(expression, text), `${file}: \${${expression}} is not in quotes`);
    }
  }
  t.ok(holes > 100, `${holes} holes`);
  t.end();
});

test('the scan finds what must not be', (t) => {
  // Written with an at sign, as a template is not meant here.
  const contexts = (text: string) => holesIn(text.replaceAll('@{', '${')).map(({ context }) => context);
  t.same(contexts('html`<p class="@{a}">@{b}</p>`'), ['attribute', 'text']);
  t.same(contexts('html`<p class=@{a}>`'), ['tag']);
  t.same(contexts('html`<p @{a}>@{b}`'), ['tag', 'text']);
  t.same(contexts('html`<script>@{a}</script>`'), ['script']);
  t.same(contexts("html`<a title='@{a}' href=@{b}>`"), ['attribute', 'tag']);
  t.same(contexts('html`@{list.map((x) => html`<li id=@{x}>`)}`'), ['text', 'tag']);
  t.notOk(isWritten('name', 'const name = other;'));
  t.end();
});

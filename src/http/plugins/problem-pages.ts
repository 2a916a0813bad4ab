import { hash } from 'node:crypto';
import { Type } from 'typebox';
import { type ProblemCode, problems, Refusal } from '../../errors.ts';
import type { App } from '../app.ts';
import { answerOf } from './openapi.ts';
import { helps } from './problem-helps.ts';

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}';

const policy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The pages to which the `type` of a problem document links. */
export function serveProblemPages(app: App): void {
  const html = answerOf('A page to read', { 'text/html': Type.String() });
  const common = { tags: ['operations'], response: { 200: html } };

  app.get(
    '/problems',
    {
      config: { access: 'nothing' },
      schema: {
        ...common,
        operationId: 'listProblems',
        summary: 'All problem codes',
        description: 'A page that lists every code that an error can have.',
      },
    },
    (_request, reply) => {
      const items = Object.entries(problems).map(
        ([code, [status, title]]) =>
          `<li><a href="${app.basePath}/problems/${code}">${code}</a> (${status}): ${escapeHtml(title)}</li>`,
      );
      return reply.headers(htmlHeaders).send(page('Problems', `<ul>${items.join('\n')}</ul>`));
    },
  );

  app.get(
    '/problems/:code',
    {
      config: { access: 'nothing' },
      schema: {
        ...common,
        operationId: 'getProblem',
        summary: 'One problem code',
        description: 'A page that says what the code means and what to do about it.',
        params: Type.Object({ code: Type.String({ description: 'The code, as in the problem document.' }) }),
      },
    },
    (request, reply) => {
      const { code } = request.params;
      if (!isProblemCode(code)) throw new Refusal('not-found', 'There is no problem with this code.');
      const [status, title] = problems[code];
      const text = `<p>Status ${status}, code <code>${code}</code></p><p>${escapeHtml(helps[code])}</p>`;
      const back = `<p><a href="${app.basePath}/problems">All problems</a></p>`;
      return reply.headers(htmlHeaders).send(page(title, text + back));
    },
  );
}

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problems, code);

const htmlHeaders = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };

function page(title: string, content: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(title)} · Milestone Ledger</title><style>${style}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${content}</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

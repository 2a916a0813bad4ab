import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { parse } from 'yaml';
import { problems } from '../../src/errors.ts';
import { buildLedger } from '../helpers/ledger.ts';
import { scraped } from '../helpers/prometheus.ts';
import { readDocument } from '../helpers/steps.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

const read = (file: string): string => readFileSync(new URL(`../../ops/${file}`, import.meta.url), 'utf8');

const rulesOf = (text: string): Rule[] =>
  // As the file is written, which promtool checks.
  (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);

/** The expressions of a dashboard, of its panels and of its variables. */
function* expressionsIn(part: unknown): Generator<string> {
  if (typeof part !== 'object' || part === null) return;
  for (const [name, value] of Object.entries(part))
    if ((name === 'expr' || name === 'query') && typeof value === 'string') yield value;
    else yield* expressionsIn(value);
}

const namesIn = (expression: string): string[] =>
  expression.match(/\b(milestone_ledger|process)_[a-z0-9_]+\b/g) ?? [];

/** The series that a metric has. */
const seriesOf = ([name, type]: [string, string]): string[] =>
  type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];

test('every metric of the dashboard and of the rules is one that a service has', async (t) => {
  const app = await buildLedger(t);
  const { types } = scraped((await app.inject('/metrics')).body);
  const known = new Set([...types].flatMap(seriesOf));
  const dashboard = [...expressionsIn(JSON.parse(read('grafana-dashboard.json')))];
  const rules = rulesOf(read('alerts.yml')).map(({ expr }) => expr);
  t.ok(dashboard.length > 40 && rules.length > 10);
  const named = new Set([...dashboard, ...rules].flatMap(namesIn));
  t.same(
    [...named].filter((name) => !known.has(name)),
    [],
  );
  // Found under a name of its own only if the test finds names at all.
  t.ok(named.has('milestone_ledger_ready') && named.has('milestone_ledger_sync_duration_seconds_bucket'));
  const shown = new Set(dashboard.flatMap(namesIn).map((name) => name.replace(/_(bucket|sum|count)$/, '')));
  const unseen = [...types.keys()].filter((name) => !shown.has(name.replace(/_(bucket|sum|count)$/, '')));
  t.same(unseen, [], 'and the dashboard shows each');
});

test('each alert has its section in docs/operate.md, and each section its alert', (t) => {
  const rules = rulesOf(read('alerts.yml'));
  const headings = [...readDocument('docs/operate.md').matchAll(/^### (Alert: .+)$/gm)].map(
    ([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
  );
  const named = rules.map(({ annotations }) => annotations.runbook);
  t.same([...new Set(named)].sort(), headings.map((anchor) => `docs/operate.md#${anchor}`).sort());
  for (const { alert, labels, annotations } of rules) {
    t.match(alert, /^Ledger[A-Z]/);
    t.match(labels.severity, /^(warning|critical)$/, alert);
    t.ok(annotations.summary, alert);
  }
  t.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length, 'no name comes twice');
  t.end();
});

test('each problem code of a rule is one that there is', (t) => {
  const codes = Object.keys(problems);
  for (const { alert, expr } of rulesOf(read('alerts.yml')))
    for (const [, pattern = ''] of expr.matchAll(/code(?:=~?|!~?)"([^"]*)"/g))
      for (const one of pattern.split('|'))
        t.ok(
          codes.some((code) => new RegExp(`^(?:${one})$`).test(code)),
          `${alert}: ${one}`,
        );
  t.end();
});

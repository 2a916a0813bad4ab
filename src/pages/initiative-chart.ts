import { hash } from 'node:crypto';
import type { Static } from 'typebox';
import { initiative as initiativeAnswer } from '../answers/initiatives.ts';
import { meetings as meetingsAnswer } from '../answers/meetings.ts';
import type { PageFile } from '../answers/page.ts';
import { initiativeParameter, moment, untilParameter } from '../answers/parameters.ts';
import type { InitiativeAnswer, MeetingListAnswer } from '../answers/schemas.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { chartStyle } from './assets.ts';
import { type ChartData, chartFile } from './chart.ts';
import { dataOf, nameOf } from './parts.ts';
import { View } from './view.ts';
import { w } from './words.ts';

const words = w.initiative;

export type Initiative = Omit<Static<typeof InitiativeAnswer>, 'asOf' | 'basis'>;
export type Meetings = Omit<Static<typeof MeetingListAnswer>, 'asOf' | 'basis'>;

type Counted = Meetings['items'][number]['counts']['mous'];

/** In a page the page says these. */
const style = `${chartStyle}
svg {
  font: 12px var(--sans);
  background: var(--sheet);
}
`;

/** The chart of an initiative as a file by itself. */
export const initiativeChart: PageFile = {
  path: '/initiatives/:initiativeId/chart.svg',
  access: 'read',
  parameters: { ...initiativeParameter, ...moment, ...untilParameter },
  type: 'image/svg+xml',
  title: words.chartFile,
  policy: `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; frame-ancestors 'none'`,
  async text(asked) {
    const view = new View(asked);
    const cut = { initiativeId: view.parameter('initiativeId'), until: view.parameter('until') };
    const initiative = await view.ask(initiativeAnswer, cut);
    const data = chartData(initiative, await view.ask(meetingsAnswer, cut, { limit: 1000 }));
    return chartFile(data, chartText(data), style);
  },
};

/** A sentence has the last of many figures. */
const toldMost = 20;

/** The figures of a chart in a sentence. */
export function chartText({ series, claims }: ChartData): string {
  const points = (kind: 'mou' | 'project') =>
    series
      .find((one) => one.kind === kind)
      ?.points.slice(-toldMost)
      .map(({ total }) => total)
      .join(', ') || w.none;
  return words.chartText(points('mou'), points('project'), claims.map(({ text }) => text).join(', '));
}

/** A chart can show no more rings than these, those of the claims for the latest days. */
const claimsMost = 40;

/** What surely happened at meetings by each day; where there are no meetings, by the end of each year. */
export function chartData(initiative: Initiative, { items }: Meetings): ChartData {
  const series = (['mou', 'project'] as const).map((kind) => {
    const plural = kind === 'mou' ? 'mous' : 'projects';
    const steps =
      items.length > 0
        ? items.flatMap(({ latest, counts }) =>
            latest === undefined ? [] : [{ day: latest, count: datedOf(counts[plural]) }],
          )
        : initiative.byYear.flatMap(({ key, ...year }) =>
            key === null ? [] : [{ day: `${key}-12-31`, count: year[plural] }],
          );
    let total = 0;
    // Meetings are in the order of their earliest days.
    const points = steps
      .toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
      .map(({ day, count }) => {
        total += count;
        return { day, total };
      });
    const isPart = items.length > 0 && initiative.counts[plural].outsideMeetings > 0;
    const label = isPart ? words.chartPart(w[plural](total)) : w[plural](total);
    return { kind, label, points: points.filter(({ total }) => total > 0) };
  });
  const claims = initiative.claims.flatMap(
    ({ metric, scope, occurredOn, value, status, qualifier, difference = 0 }) => {
      const day = parseEdtf(occurredOn)?.latest;
      if (day === undefined || !/^(mous|projects)$/.test(metric) || !/^(all|meetings)$/.test(scope))
        return [];
      const text = `${w.claimedShort(w.qualified(qualifier, value))}: ${w.status(status, difference)}`;
      return [{ day, value, text, isOff: status === 'short' || status === 'over' }];
    },
  );
  const shown = claims.slice(-claimsMost);
  const marks = items.flatMap((meeting) => {
    const { latest, earliest } = meeting;
    const { ordinal } = dataOf(meeting);
    if (latest === undefined) return [];
    return [{ name: ordinal === undefined ? '·' : w.ordinalAlone(ordinal), earliest, latest }];
  });
  const days = [
    ...series.flatMap(({ points }) => points.map(({ day }) => day)),
    ...shown.map(({ day }) => day),
  ].sort();
  const last = days.at(-1) ?? `${new Date().getUTCFullYear()}-12-31`;
  return {
    title: words.chartTitle(nameOf(initiative)),
    series,
    claims: shown,
    marks,
    end: addMonths(last, 6),
  };
}

/** What a running total has of some counts. With a cut, what has no date is not in their total. */
const datedOf = ({ total, possible, undated = 0 }: Counted): number =>
  possible === undefined ? total - undated : total;

function addMonths(day: string, months: number): string {
  const date = new Date(day);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
}

import { scaleLinear, scaleUtc } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import { asXml, type Hole, html, type SafeHtml } from './html.ts';
import { w } from './words.ts';

/** What a chart shows: figures by day, YYYY-MM-DD. */
export interface ChartData {
  title: string;
  /** Totals, each from its day on. */
  series: readonly {
    kind: 'mou' | 'project';
    /** What stands at its end. */
    label: string;
    points: readonly { day: string; total: number }[];
  }[];
  /** Totals that were claimed for a day. */
  claims: readonly { day: string; value: number; text: string; isOff: boolean }[];
  /** What the axis names, and the days on which it may have been. */
  marks: readonly { name: string; earliest: string | undefined; latest: string }[];
  /** The last day that the chart reaches to. */
  end: string;
}

interface Size {
  width: number;
  height: number;
  name: string;
  /** The style has the same. */
  font: number;
}
const sizes: readonly Size[] = [
  { width: 960, height: 310, name: 'wide', font: 12 },
  { width: 540, height: 300, name: 'middle', font: 14 },
  { width: 300, height: 280, name: 'narrow', font: 13 },
];
const margin = { top: 24, right: 24, bottom: 48, left: 36 };
/** Where there are more points than these, a line has no dots. */
const dotsMost = 60;
/** Of claims that are off. */
const labelledMost = 4;
/** Below the axis there is room for no more than these. */
const spansMost = 100;

/** The chart as it stands in a page: drawn for wide, middle and narrow screens, so that its text stays readable. */
export const chartFigure = (data: ChartData, text: string): SafeHtml =>
  html`<figure class="chart">${sizes.map((size) => drawn(data, size, text))}<figcaption>${w.initiative.chartCaption}</figcaption></figure>`;

/** The chart as a file by itself. */
export const chartFile = (data: ChartData, text: string, style: Hole): string =>
  asXml(drawn(data, sizes[0] as Size, text, html`<style>${style}</style>`));

function drawn(data: ChartData, size: Size, text: string, style?: SafeHtml): SafeHtml {
  const { width, height, name, font } = size;
  const days = daysOf(data);
  const [first = data.end, last = data.end] = [days[0], days.at(-1)];
  const most = Math.max(
    1,
    ...data.series.flatMap(({ points }) => points.map(({ total }) => total)),
    ...data.claims.map(({ value }) => value),
  );
  const y = scaleLinear()
    .domain([0, most])
    .nice(4)
    .range([height - margin.bottom, margin.top]);
  const grid = y.ticks(4).filter(Number.isInteger);
  const left = Math.max(margin.left, 10 + widthOf(w.number(grid.at(-1) ?? 0), font));
  const x = scaleUtc()
    .domain([new Date(first), new Date(last)])
    .range([left + 12, width - margin.right]);
  const at = (day: string) => round(x(new Date(day)));
  const labels = new Labels(width, font);
  const series = data.series.map(({ points, ...one }) => ({
    ...one,
    // The last of those that would stand at one place.
    points: [...new Map(points.map((point) => [Math.round(at(point.day)), point])).values()],
  }));
  const id = `chart-${name}`;

  const years = x
    .ticks(width > 500 ? 8 : 4)
    .filter((date) => date.getUTCMonth() === 0 && date.getUTCDate() === 1);
  const axis = html`<g class="axis">${grid.map((tick) => html`<line x1="${left}" x2="${width - margin.right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>`)}</g>
<g class="tick" text-anchor="end">${grid.map((tick) => html`<text x="${left - 6}" y="${round(y(tick) + 4)}">${w.number(tick)}</text>`)}</g>
<g class="tick" text-anchor="middle">${years.map((date) => html`<text x="${round(x(date))}" y="${height - margin.bottom + 18}">${date.getUTCFullYear()}</text>`)}</g>`;
  const below = height - margin.bottom + 4;
  const placed = data.marks.map(({ name, earliest, latest }) => ({
    name,
    from: Math.round(at(earliest ?? first)),
    to: Math.round(at(latest)),
  }));
  const vague = new Map(
    placed.filter(({ from, to }) => to - from > 2).map((mark) => [`${mark.from} ${mark.to}`, mark]),
  );
  const spans = [...vague.values()]
    .slice(-spansMost)
    .map(({ from, to }) => html`<line class="span" x1="${from}" x2="${to}" y1="${below}" y2="${below}"/>`);
  const marks = [
    spans,
    placed.map(({ name, from, to }) => labels.place((from + to) / 2, below + 32, name, 'middle', false)),
  ];
  // No text stands on a ring, nor on the numbers of the axis.
  for (const { day, value } of data.claims) labels.keepFree(at(day) - 8, at(day) + 8, y(value) + 4);
  for (const tick of grid) labels.keepFree(0, left - 4, y(tick) + 4);

  // The newest stand at the right end, where the eye ends: these are placed first.
  const lines = series.map(({ kind, points }) => {
    const path = line<{ day: string; total: number }>()
      .x(({ day }) => at(day))
      .y(({ total }) => round(y(total)))
      .curve(curveStepAfter)([
      ...points.slice(0, 1).map(({ day }) => ({ day, total: 0 })),
      ...points,
      ...points.slice(-1).map(({ total }) => ({ day: last, total })),
    ]);
    const isFew = points.length <= dotsMost;
    const dots = (isFew ? points : []).map(
      ({ day, total }) => html`<circle class="dot ${kind}" cx="${at(day)}" cy="${round(y(total))}" r="4"/>`,
    );
    return html`<path class="line ${kind}" d="${path}"/>${dots}`;
  });
  const claims = data.claims.map(
    ({ day, value, isOff }) =>
      html`<circle class="dot claim ${isOff ? 'off' : ''}" cx="${at(day)}" cy="${round(y(value))}" r="7"/>`,
  );
  const texts: Hole[] = [
    ...series.flatMap(({ kind, label, points }) =>
      points.slice(-1).map(({ day, total }) => {
        const isNearEnd = at(day) > width - 120;
        return labels.place(
          isNearEnd ? width - margin.right : at(day) + 8,
          y(total) - 7,
          label,
          isNearEnd ? 'end' : 'start',
          true,
          kind,
        );
      }),
    ),
    ...data.claims
      .filter(({ isOff }) => isOff)
      .slice(-labelledMost)
      .map(
        ({ day, value, text }) =>
          labels.place(at(day) - 13, y(value) + 4, text, 'end', false, 'off') ??
          labels.place(at(day) + 13, y(value) + 4, text, 'start', false, 'off') ??
          labels.place(at(day) - 13, y(value) + 4, text, 'end', true, 'off'),
      ),
    ...series.flatMap(({ kind, points }) =>
      (points.length <= dotsMost ? points : [])
        .slice(0, -1)
        .map(({ day, total }) =>
          labels.place(at(day) + 8, y(total) - 7, w.number(total), 'start', false, kind),
        ),
    ),
  ];
  return html`<svg class="${name}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text"><title id="${id}-title">${data.title}</title><desc id="${id}-text">${text}</desc>${style}
${axis}${marks}${lines}${claims}${texts}</svg>
`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** All days that the chart has to have room for, in order. */
function daysOf({ series, claims, marks, end }: ChartData): string[] {
  const days = [
    ...series.flatMap(({ points }) => points.map(({ day }) => day)),
    ...claims.map(({ day }) => day),
    ...marks.flatMap(({ earliest, latest }) => [earliest ?? latest, latest]),
  ];
  const first = days.reduce((least, day) => (day < least ? day : least), end);
  // A year before the first, as the beginning of a series is a step up from nothing.
  return [`${String(Number(first.slice(0, 4))).padStart(4, '0')}-01-01`, ...days, end].sort();
}

/** Texts, of which none lies on another: one that has no room moves up or down, or is left out. */
class Labels {
  readonly #boxes: { left: number; right: number; y: number }[] = [];
  readonly #width: number;
  readonly #font: number;

  constructor(width: number, font: number) {
    this.#width = width;
    this.#font = font;
  }

  /** isNeeded: it moves until it has room, instead of being left out. */
  place(
    x: number,
    y: number,
    text: string,
    anchor: 'start' | 'middle' | 'end',
    isNeeded: boolean,
    kind = '',
  ): Hole {
    const length = widthOf(text, this.#font);
    const shift = anchor === 'start' ? 0 : anchor === 'middle' ? length / 2 : length;
    const left = Math.min(Math.max(x - shift, 2), this.#width - length - 2);
    for (const move of isNeeded ? [0, 1, -1, 2, -2, 3, -3, 4] : [0]) {
      const box = { left, right: left + length, y: y + move * (this.#font + 2) };
      if (this.#boxes.some((other) => overlaps(box, other))) continue;
      this.#boxes.push(box);
      return html`<text class="label ${kind}" text-anchor="${anchor}" x="${round(left + shift)}" y="${round(box.y)}">${text}</text>`;
    }
    return undefined;
  }

  /** No text stands here, at the height of a text whose foot is at y. */
  keepFree(left: number, right: number, y: number): void {
    this.#boxes.push({ left, right, y });
  }
}

/** How wide a text is at most, in the fonts that browsers have. */
const widthOf = (text: string, font: number): number => text.length * font * 0.6;

const overlaps = (
  a: { left: number; right: number; y: number },
  b: { left: number; right: number; y: number },
): boolean => a.left < b.right + 4 && b.left < a.right + 4 && Math.abs(a.y - b.y) < 14;

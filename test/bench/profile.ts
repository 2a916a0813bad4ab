import { readFileSync } from 'node:fs';
import { fixed, percent, printTable } from './figures.ts';

/** What of a .cpuprofile file is read here. Times are in microseconds. */
interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
}

/** Parts that count with all that they call. */
const wholeParts: [part: string, fits: RegExp][] = [
  ['profiler', /node:inspector/],
  ['rows to write', /^(recordRowOf|eventRowOf) /],
  // Leaf hashes, nodes, and the copy of the edge that a group works on.
  ['tree', /src\/tlog\/(merkle|edge)\.ts/],
  ['sqlite write', /src\/store\/sqlite\/write\.ts/],
];

/** Parts told by the innermost frame that fits one. The first that fits a frame wins. */
const parts: [part: string, fits: RegExp][] = [
  ['idle', /^\(idle\)/],
  ['gc', /^\(garbage collector\)/],
  ['sqlite commit', /better-sqlite3\/.*transaction\.js/],
  ['sqlite read', /src\/store\/(sqlite\/statements|facts)\.ts|src\/db\/rows\.ts/],
  ['canonical JSON', /src\/shapes\/canonical-json\.ts/],
  ['other hashes', /src\/tlog\/|node:internal\/crypto|node:crypto/],
  [
    'parse/validate',
    /src\/(http\/plugins\/(body|validators)|ledger\/(posting|shape)|shapes\/(json|edtf))\.ts|ajv|^validate\d+/,
  ],
  ['counts', /src\/(views\/counts|projections\/\w*-?tally|verify\/snapshots)\.ts/],
  ['lines of the file', /src\/import\//],
  ['compare', /src\/(verify|store\/compare)/],
  ['decide', /src\/(ledger|views|shapes)\/|\/events\//],
  ['recorder', /src\/store\/|test\/bench\/empty-store/],
  [
    'http',
    /src\/http\/|node_modules\/(?!better-sqlite3)|node:(_?http|net|stream|_http|internal\/(http|net|stream|js_stream))/,
  ],
];

interface Profiled {
  /** What was sampled. */
  name: string;
  file: string;
  /** How many requests or events it is of. */
  count: number;
}

interface Spent {
  part: string;
  us: number;
}

/** Parts in which a thread waits, or that only the sampling costs. */
const notCpu = new Set(['idle', 'sqlite commit', 'profiler']);
/** Of the CPU time of a post. */
const treeShareMax = 0.15;

/** Where the time of a thread goes, by part, of each profile beside the others; gives that of each, by function. */
export function printParts(profiles: Profiled[], unit: string): Map<string, Spent>[] {
  const spent = profiles.map(({ file, count }) => spentOf(JSON.parse(readFileSync(file, 'utf8')), count));
  const byPart = spent.map((functions) => Map.groupBy(functions.values(), ({ part }) => part));
  const usOf = (engine: number, part: string): number => sum(byPart[engine]?.get(part) ?? []);
  const names = [...new Set(byPart.flatMap((one) => [...one.keys()]))];
  names.sort((a, b) => usOf(0, b) - usOf(0, a));
  const total = spent.map((functions) => sum([...functions.values()]));
  printTable(
    ['part', ...profiles.flatMap(({ name }) => [`${name} ${unit}`, 'share'])],
    [...names, 'all'].map((part) => [
      part,
      ...profiles.flatMap((_, i) => {
        const us = part === 'all' ? (total[i] ?? 0) : usOf(i, part);
        return [fixed(us, 1), percent(us / (total[i] ?? 1))];
      }),
    ]),
    1,
  );
  return spent;
}

/**
 * Where the time of a post goes; with `functions` also those of the first server that took most. The share of the tree is of
 * the time without idling and waiting for the disk, so it is rather told too large.
 */
export function printProfiles(profiles: Profiled[], functions: boolean): void {
  const [first = new Map<string, Spent>()] = printParts(profiles, 'µs/req');
  const all = [...first.values()];
  const cpu = sum(all.filter(({ part }) => !notCpu.has(part)));
  const share = sum(all.filter(({ part }) => part === 'tree')) / cpu;
  console.log(
    `CPU of a post on ${profiles[0]?.name}: ${fixed(cpu, 1)} µs, of which the tree takes ${percent(share)} (target under ${percent(treeShareMax)}: ${share < treeShareMax ? 'met' : 'missed'}).`,
  );
  if (!functions) return;
  const top = [...first].sort(([, a], [, b]) => b.us - a.us).slice(0, 25);
  console.log(`\nSelf time of the ${profiles[0]?.name} server:`);
  printTable(
    ['part', 'function', 'µs/req', 'share'],
    top.map(([name, { part, us }]) => [
      part,
      name.slice(name.indexOf(' ') + 1),
      fixed(us, 1),
      percent(us / sum(all)),
    ]),
    2,
  );
}

/** Self time a request, by part and function. */
function spentOf({ nodes, samples, timeDeltas }: CpuProfile, answered: number): Map<string, Spent> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const frameOf = (id: number): string => {
    const { functionName = '', url = '' } = byId.get(id)?.callFrame ?? {};
    return `${functionName} ${url}`;
  };
  const partOf = (id: number): string => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = frameOf(at);
      const part = wholeParts.find(([, fits]) => fits.test(frame));
      if (part) return part[0];
    }
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = frameOf(at);
      const part = parts.find(([, fits]) => fits.test(frame));
      if (part) return part[0];
    }
    return 'other';
  };
  /** Native code has no place of its own: it goes by who called it. */
  const nameOf = (id: number): string => {
    const { functionName = '', url = '', lineNumber = 0 } = byId.get(id)?.callFrame ?? {};
    const name = functionName || '(native)';
    if (url !== '')
      return `${name} ${url.replace(/^.*?\/(node_modules|src|test)\//, '$1/')}:${lineNumber + 1}`;
    if (name.startsWith('(') && name !== '(native)') return name;
    const parent = parents.get(id);
    const caller = parent === undefined ? '' : nameOf(parent);
    // V8 names code of a library without symbols after whatever symbol comes before it.
    return `${/better-sqlite3|src\/store\/sqlite/.test(caller) ? 'SQLite' : name} < ${caller}`;
  };
  const known = new Map<number, { key: string; part: string }>();
  const spent = new Map<string, Spent>();
  for (const [i, id] of samples.entries()) {
    let place = known.get(id);
    if (!place) {
      const part = partOf(id);
      const key = `${part.replaceAll(' ', '-')} ${nameOf(id)}`;
      place = { key, part };
      known.set(id, place);
    }
    const us = (timeDeltas[i] ?? 0) / answered;
    const entry = spent.get(place.key);
    if (entry) entry.us += us;
    else spent.set(place.key, { part: place.part, us });
  }
  return spent;
}

const sum = (spent: Spent[]): number => spent.reduce((all, { us }) => all + us, 0);

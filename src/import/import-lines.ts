import type { PostedEvent } from '../../events/catalogue.ts';
import { type LineError, Refusal } from '../errors.ts';
import type { Warning } from '../ledger/facts.ts';
import type { Authority, Posting } from '../ledger/posting.ts';
import type { EventTexts } from '../shapes/event-texts.ts';
import { standardLimits } from '../shapes/limits.ts';
import type { Outcome } from '../store/group.ts';
import type { Basis } from '../store/receipt.ts';
import type { Recorder } from '../store/recorder.ts';
import type { Store } from '../store/store.ts';
import { checkedLines, smallBytes } from './checked-lines.ts';
import { type FaultGroup, Faults } from './faults.ts';
import {
  type CheckedLines,
  errorsMax,
  type LineSettings,
  lineErrorsOf,
  type ShownRow,
} from './line-checker.ts';
import { Places } from './places.ts';

/** Bytes that are read and checked together: some hundreds of lines. */
const pieceBytes = 256 * 1024;
/** The same if nobody waits: some thousand lines share a commit, and the pages of indexes that it changes. */
export const alonePieceBytes = 2 * 1024 * 1024;
/** Lines and events of an import that is recorded as a whole. */
export const atomicEventsMax = 10_000;
const atomicBytesMax = 64 * 1024 * 1024;
/** They wait in memory. */
const wholeFiles = new Places('large files that are recorded as a whole');

export interface ImportOptions extends Omit<LineSettings, 'fingerprintKey'> {
  principal: string;
  authority: Authority;
  /** Records all lines or none. */
  atomic: boolean;
  /** Says what would happen and records nothing. */
  dryRun: boolean;
  /** Nobody else uses the ledger, so commits may be long. */
  alone: boolean;
}

/** Something odd about a line that was recorded. */
export interface LineWarning extends Warning {
  line: number;
}

/** The warnings that a rehearsal can give: others count records of the log that the file may have changed before. */
const rehearsedCodes = new Set<Warning['code']>([
  'same-title-and-date',
  'date-outside-meeting',
  'in-force-before-signed',
  'validity-reversed',
]);
export const rehearsedOf = (warnings: Warning[]): Warning[] =>
  warnings.filter(({ code }) => rehearsedCodes.has(code));

/** The result of an import. lines = recorded + alreadyRecorded + failed. */
export interface ImportReport {
  lines: number;
  recorded: number;
  alreadyRecorded: number;
  failed: number;
  /** Events that the recorded lines made: a line may make several. */
  events: number;
  /** All faults, by their kind. */
  faults: FaultGroup[];
  /** What is odd about lines that were recorded, the first of it. */
  warnings: LineWarning[];
  /** The first errors, in the order of the file. */
  errors: LineError[];
  /** The first rows, as many as were asked for. */
  shown: ShownRow[];
  basis: Basis;
}

/** The ledger into which a file is imported. */
export interface Target {
  store: Store;
  recorder: Recorder;
}

/**
 * Records the events of a file, one a line, as its bytes arrive, with a few megabytes of it in memory at a time. Each line is
 * decided by itself and sees the lines before it. Throws a Refusal if the file as a whole is refused, or if recording has to end;
 * the lines recorded before that stay.
 */
export async function importLines(
  { store, recorder }: Target,
  source: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  progress: (lines: number, bytes: number) => void = () => {},
): Promise<ImportReport> {
  const settings = { ...options, fingerprintKey: store.fingerprintKey };
  const lines = registered(
    checkedLines(source, settings, options.alone ? alonePieceBytes : pieceBytes),
    store,
    options.initiativeId,
  );
  const tally = new Tally(progress, options.dryRun);
  if (options.atomic) await importTogether(lines, recorder, options, tally);
  else {
    const importEach = async (recorder: Recorder): Promise<void> => {
      for await (const checked of lines) {
        const postings = postingsOf(checked, options);
        tally.add(checked, postings, await recorder.recordEach(postings, options.alone));
      }
    };
    try {
      await (options.dryRun ? rehearsed(recorder, importEach) : importEach(recorder));
    } catch (error) {
      throw options.dryRun ? error : tally.explained(error);
    } finally {
      await store.sync();
    }
  }
  const { position, rootHash } = await store.head();
  return { ...tally.report, basis: { treeSize: position, rootHash } };
}

/** Reads all lines and records them in one commit. Records none and throws Refusal `import-refused` if any is wrong. */
async function importTogether(
  checked: AsyncIterable<CheckedLines>,
  recorder: Recorder,
  options: ImportOptions,
  tally: Tally,
): Promise<void> {
  const pieces: CheckedLines[] = [];
  const read = { failed: 0, bytes: 0 };
  let [events, eventBytes] = [0, 0];
  for await (const piece of checked) {
    pieces.push(piece);
    read.failed += piece.failed;
    read.bytes += piece.bytes;
    events += piece.lines.length;
    eventBytes += piece.events.length;
    if (events + read.failed > atomicEventsMax)
      throw new Refusal('too-many-events', `With atomic=true a file has at most ${atomicEventsMax} lines.`);
    if (eventBytes > atomicBytesMax)
      throw new Refusal('body-too-large', 'With atomic=true the events of a file have at most 64 MiB.');
  }
  const postings = pieces.flatMap((piece) => postingsOf(piece, options));
  const record = (recorder: Recorder): Promise<Outcome[]> =>
    recorder.recordTogether(postings, atomicEventsMax);
  // Rehearses even if a line is no event, so that the answer also names the other faults.
  const rehearse = options.dryRun || read.failed > 0;
  const { files } = options.limits ?? standardLimits;
  using _place = read.bytes >= smallBytes ? wholeFiles.take(files) : undefined;
  const outcomes = await (rehearse ? rehearsed(recorder, record) : record(recorder));
  const lines = pieces.flatMap((piece) => piece.lines);
  const errors = pieces.flatMap((piece) => piece.errors);
  const faults = pieces.flatMap((piece) => piece.faults);
  const shown = pieces.flatMap((piece) => piece.shown);
  tally.add({ ...read, lines, errors, faults, shown }, postings, outcomes);
  const { report } = tally;
  if (report.failed > 0)
    throw new Refusal(
      'import-refused',
      `${report.failed} of ${report.lines} lines can not be recorded, so none was.`,
      { errors: report.errors },
    );
}

async function rehearsed<T>(recorder: Recorder, work: (recorder: Recorder) => Promise<T>): Promise<T> {
  const rehearsal = await recorder.rehearsal();
  try {
    return await work(rehearsal.recorder);
  } finally {
    await rehearsal.close();
  }
}

/** Refuses a file for an initiative that is not registered, unless its first line registers it. */
async function* registered(
  lines: AsyncIterable<CheckedLines>,
  store: Store,
  initiativeId: string,
): AsyncGenerator<CheckedLines> {
  let known = (await store.lastEventOf(initiativeId, (await store.head()).position)) > 0;
  for await (const checked of lines) {
    const [line = Number.POSITIVE_INFINITY] = checked.lines;
    const [error] = checked.errors;
    if (!known && checked.lines.length + checked.failed > 0) {
      if (error && error.line < line) throw notFound(initiativeId, error);
      if (eventsOf(checked)[0]?.type !== 'InitiativeRegistered') throw notFound(initiativeId);
      known = true;
    }
    yield checked;
  }
  if (!known) throw notFound(initiativeId);
}

const notFound = (initiativeId: string, error?: LineError): Refusal => {
  const why = error ? ` (line ${error.line}: ${error.pointer} ${error.detail})` : '';
  return new Refusal(
    'initiative-not-found',
    `${initiativeId} is not registered, and the first line of the file does not register it${why}.`,
  );
};

/** The other thread made this JSON from events whose shape it had checked. */
const eventsOf = ({ events }: CheckedLines): PostedEvent[] => JSON.parse(events) as PostedEvent[];

function postingsOf(checked: CheckedLines, { initiativeId, principal, authority }: ImportOptions): Posting[] {
  const fingerprints = Buffer.from(checked.fingerprints.buffer);
  return eventsOf(checked).map((event, i) => ({
    initiativeId,
    principal,
    authority,
    items: [
      {
        index: 0,
        pointer: '',
        event,
        fingerprint: fingerprints.subarray(i * 32, i * 32 + 32),
        texts: textsIn(checked, i),
      },
    ],
    dryRun: false,
  }));
}

/** The texts that the other thread made, as parts of its text. */
function textsIn({ events, texts }: CheckedLines, i: number): EventTexts {
  const part = (from = 0, to = 0): string | undefined => (from === 0 ? undefined : events.slice(from, to));
  return {
    data: part(texts[i * 4], texts[i * 4 + 1]),
    sources: part(texts[i * 4 + 2], texts[i * 4 + 3]),
  };
}

/** Counts the results of the lines. */
class Tally {
  readonly #report: Omit<ImportReport, 'basis' | 'faults'> = {
    lines: 0,
    recorded: 0,
    alreadyRecorded: 0,
    failed: 0,
    events: 0,
    warnings: [],
    errors: [],
    shown: [],
  };
  readonly #faults = new Faults();
  readonly #progress: (lines: number, bytes: number) => void;
  #bytes = 0;

  readonly #isRehearsed: boolean;

  constructor(progress: (lines: number, bytes: number) => void, isRehearsed: boolean) {
    this.#isRehearsed = isRehearsed;
    this.#progress = progress;
  }

  get report(): Omit<ImportReport, 'basis'> {
    return { ...this.#report, faults: this.#faults.list() };
  }

  /** postings and outcomes: of the lines that are events. Throws an error that is no fault of a line. */
  add(
    { lines, failed, errors, faults, shown, bytes }: Omit<CheckedLines, 'events' | 'fingerprints' | 'texts'>,
    postings: Posting[],
    outcomes: Outcome[],
  ): void {
    const report = this.#report;
    const refused: LineError[] = [];
    let ended: { error: unknown } | undefined;
    for (const [i, outcome] of outcomes.entries()) {
      if ('recorded' in outcome) {
        const isNew = !outcome.recorded[0]?.replayed;
        report[isNew ? 'recorded' : 'alreadyRecorded'] += 1;
        if (isNew) report.events += outcome.recorded.length;
        const warnings = this.#isRehearsed ? rehearsedOf(outcome.warnings) : outcome.warnings;
        for (const warning of warnings.slice(0, errorsMax - report.warnings.length))
          report.warnings.push({ line: lines[i] ?? 0, ...warning });
      } else if ('error' in outcome && isOfLine(outcome.error))
        refused.push(
          ...lineErrorsOf(lines[i] ?? 0, outcome.error, postings[i]?.items[0]?.event).map(withAdvice),
        );
      else ended = 'error' in outcome ? outcome : { error: new Error('a line was answered with a receipt') };
    }
    report.lines += lines.length + failed;
    report.failed +=
      outcomes.filter((outcome) => 'error' in outcome && isOfLine(outcome.error)).length + failed;
    this.#faults.addAll(faults);
    report.shown.push(...shown);
    for (const one of refused) this.#faults.add(one);
    const all = [...errors, ...refused].sort((a, b) => a.line - b.line);
    report.errors.push(...all.slice(0, errorsMax - report.errors.length));
    this.#bytes += bytes;
    this.#progress(report.lines, this.#bytes);
    if (ended) throw ended.error;
  }

  /** Adds to a refusal in the midst of a file how far the import got. */
  explained(error: unknown): unknown {
    if (!(error instanceof Refusal) || this.#report.recorded === 0) return error;
    const detail = `${this.#report.recorded} lines were recorded before that; importing the file again records the rest.`;
    return new Refusal(error.code, `${error.message} ${detail}`, error.members);
  }
}

const withAdvice = (error: LineError): LineError =>
  error.code === 'record-exists'
    ? { ...error, detail: `${error.detail} A sync (POST …/sync, or the command sync) corrects what exists.` }
    : error;

/** If the ledger itself can't record, the next line need not be tried. */
export const isOfLine = (error: unknown): boolean => error instanceof Refusal && error.status < 500;

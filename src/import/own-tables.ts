import type { TSchema } from 'typebox';
import { catalogue } from '../../events/catalogue.ts';
import { type ProblemPart, Refusal } from '../errors.ts';
import { dimensions } from '../shapes/dimensions.ts';
import { Sources } from '../shapes/fields.ts';
import { unescapedFormula } from '../shapes/formula.ts';
import { parseJsonText } from '../shapes/json.ts';
import { pointerOf } from '../shapes/merge-patch.ts';
import { readableName, readableText } from '../shapes/readable.ts';
import { ClaimData, dataOf, kinds } from '../shapes/record-data.ts';
import { isVisible } from '../shapes/visible.ts';

/** A record of one of our lists as the event that would make it, otherwise unchecked. */
export interface OwnEvent {
  event: Members;
  faults: ProblemPart[];
  /** Members of which the list tells and that the record does not have. */
  empty: string[][];
}

interface Members {
  [member: string]: unknown;
}

/** How a cell tells a member. */
type CellType = 'text' | 'number' | 'json';

interface Member {
  /** Where it stands in the event. */
  path: string[];
  type: CellType;
}

function membersOf(schema: TSchema, column: string, path: string[]): [string, Member][] {
  const { type, properties } = schema as { type?: string; properties?: { [name: string]: TSchema } };
  if (properties)
    return Object.entries(properties).flatMap(([name, member]) =>
      membersOf(member, column === '' ? name : `${column}.${name}`, [...path, name]),
    );
  const isNumber = type === 'integer' || type === 'number';
  return [[column, { path, type: isNumber ? 'number' : type === 'array' ? 'json' : 'text' }]];
}

const ofAll: [string, Member][] = [
  ['occurredOn', { path: ['occurredOn'], type: 'text' }],
  ...membersOf(Sources, 'sources', ['sources']),
];
/** What lists tell of a record, by the column of a table. In a list of claims it does not stand under `data`. */
const told = {
  records: new Map([...ofAll, ...kinds.flatMap((kind) => membersOf(dataOf[kind], 'data', ['data']))]),
  claims: new Map([...ofAll, ...membersOf(ClaimData, '', ['data'])]),
};

/** What lists compute, which is left out on the way in. */
const computed = new Set<string>([
  ...['version', 'earliest', 'latest', 'possible', 'counts', 'running', 'coverage'],
  ...['recorded', 'difference', 'previous', 'since'],
  ...dimensions.map(({ name }) => name),
]);
/** What says which record it is, and whether it stands. */
const naming = new Set(['initiativeId', 'recordId', 'kind', 'status']);

type ListKind = keyof typeof told;

/** undefined: such columns, or members, are of no list of ours that has records. */
function listOf(names: ReadonlySet<string>): ListKind | undefined {
  if (names.has('type') || !names.has('recordId') || !names.has('version')) return undefined;
  if (names.has('kind')) return 'records';
  return names.has('metric') ? 'claims' : undefined;
}

/** Says of a list of ours that has no records, or not all of them, what to take instead. */
function wrongList(names: ReadonlySet<string>): string | undefined {
  if (names.has('party.name'))
    return 'has a row for each party, not for each record: take the same list without rows=party';
  if (names.has('leafHash') || names.has('event.recordedAt'))
    return 'is the log itself, which an import would record as something new: the command copy takes a log into another ledger; to import records, take a list of records';
  if (names.has('recordedBy') && names.has('changes'))
    return 'is the history of a record: to import records, take a list of records';
  return undefined;
}

/** The records of one of our lists. All are of one initiative, because ids are told apart only within it. */
export class OwnRecords {
  readonly #initiativeId: string;
  #from: unknown;

  /** initiativeId: where they would be recorded. */
  constructor(initiativeId: string) {
    this.#initiativeId = initiativeId;
  }

  /** An item of a list, as a line of JSON has it. undefined: it is none. */
  ofItem(item: unknown): OwnEvent | undefined {
    if (typeof item !== 'object' || item === null || 'type' in item) return undefined;
    const names = new Set(Object.keys(item));
    const list = listOf(names);
    const members = item as Members;
    if (!list) {
      const wrong = wrongList(names);
      return wrong === undefined
        ? undefined
        : { ...noEvent, faults: [{ pointer: '', detail: `The line ${wrong}.` }] };
    }
    const stranger = [...names].find(
      (name) => !naming.has(name) && !computed.has(name) && name !== 'data' && !told[list].has(name),
    );
    const faults =
      stranger === undefined ? [] : [{ pointer: pointerOf([stranger]), detail: 'is no member of a record' }];
    const { occurredOn, sources, data = {} } = members;
    const inData = list === 'records' ? data : picked(members, Object.keys(ClaimData.properties));
    return this.event(list, members, { occurredOn, data: inData, sources }, told[list].values(), faults);
  }

  event(
    list: ListKind,
    { initiativeId, recordId, kind = 'claim', status }: Members,
    { occurredOn, data, sources }: Members,
    members: Iterable<Member>,
    faults: ProblemPart[],
  ): OwnEvent {
    const type = catalogue.find((type) => 'makes' in type && type.makes === kind)?.type;
    this.#from ??= initiativeId;
    const event = {
      type,
      // An initiative is registered under the id of the address.
      ...(recordId !== undefined &&
        (kind !== 'initiative' || recordId === this.#initiativeId) && { recordId }),
      ...(occurredOn !== undefined && { occurredOn }),
      data,
      ...(Array.isArray(sources) && sources.length === 0 ? {} : sources !== undefined && { sources }),
    };
    const known = [...members];
    return {
      event,
      faults: [
        ...(type === undefined ? [{ pointer: '/kind', detail: `must be one of ${kinds.join(', ')}` }] : []),
        ...(list === 'records' && status === 'retracted' ? [{ pointer: '/status', detail: retracted }] : []),
        ...(initiativeId === this.#from ? [] : [{ pointer: '/initiativeId', detail: otherInitiative }]),
        ...faults,
      ],
      empty: known.flatMap(({ path }) => (has(event, path) ? [] : [path])),
    };
  }
}

const noEvent = { event: {}, empty: [] };
const retracted =
  'is retracted, and a file brings in standing records only: leave the row out, or take the list without standing';
const otherInitiative =
  'is another initiative than that of the rows before: take the list of each initiative by itself';

/** Reads the rows of a list of ours that is a table, also where a spreadsheet saved it. */
export class OwnTable {
  readonly #list: ListKind;
  readonly #header: readonly string[];
  /** Of each column of the header; undefined: a cell that is not read by itself. */
  readonly #members: (Member | undefined)[];
  readonly #records: OwnRecords;

  private constructor(list: ListKind, header: readonly string[], initiativeId: string) {
    this.#list = list;
    this.#header = header;
    this.#members = header.map((name) => told[list].get(name));
    this.#records = new OwnRecords(initiativeId);
  }

  /** undefined: the header is of no list of ours. Throws Refusal `malformed-csv` for one that can't be imported. */
  static of(header: readonly string[], initiativeId: string): OwnTable | undefined {
    const names = new Set(header);
    const wrong = wrongList(names);
    if (wrong !== undefined) throw malformed(`The table ${wrong}.`);
    const list = listOf(names);
    if (!list) return undefined;
    const readable = new Map(
      [...told[list].keys()].flatMap((name) => {
        const shown = told[list].get(name)?.type === 'json' ? readableName(name) : undefined;
        return shown === undefined ? [] : [[shown, name] as const];
      }),
    );
    for (const [i, name] of header.entries()) {
      if (header.indexOf(name) < i) throw malformed(`The header names the column "${name}" twice.`);
      const json = readable.get(name);
      if (json !== undefined && !names.has(json))
        throw malformed(
          `The column "${name}" is only a text for people: the table lacks the column "${json}" with all that it stands for.`,
        );
      if (
        json !== undefined ||
        told[list].has(name) ||
        naming.has(name) ||
        computed.has(name.split('.')[0] ?? '')
      )
        continue;
      throw malformed(`The header names the column "${name}", which no list of records has.`);
    }
    return new OwnTable(list, header, initiativeId);
  }

  /** The column from which the value at a pointer of an event is. */
  columnOf(pointer: string): string | undefined {
    if (this.#header.includes(pointer.slice(1))) return pointer.slice(1);
    const place = this.#members.findIndex((member) => {
      const at = member && pointerOf(member.path);
      return at !== undefined && (pointer === at || pointer.startsWith(`${at}/`));
    });
    return this.#header[place];
  }

  /** What of an event the column at a place tells. */
  membersAt(place: number): { name: string; at: string }[] {
    const path = this.#members[place]?.path;
    return path ? [{ name: path.join('.'), at: pointerOf(path) }] : [];
  }

  /** cells: as many as the header has. */
  eventOf(cells: readonly (string | number)[]): OwnEvent {
    const state: Members = { data: {} };
    const naming: Members = {};
    const faults: ProblemPart[] = [];
    const texts = new Map<string, string>();
    for (const [i, name] of this.#header.entries()) {
      const text = unescapedFormula(String(cells[i] ?? ''));
      texts.set(name, text);
      if (!isVisible(text)) continue;
      const member = this.#members[i];
      if (!member) naming[name] = text;
      else {
        const { value, fault } = readCell(text, member.type);
        if (fault !== undefined) faults.push({ pointer: pointerOf(member.path), detail: fault });
        set(state, member.path, value);
      }
    }
    for (const [i, name] of this.#header.entries()) {
      const member = this.#members[i];
      const shown = member?.type === 'json' ? texts.get(readableName(name) ?? '') : undefined;
      if (!member || shown === undefined) continue;
      const list = valueAt(state, member.path) ?? [];
      const isRead = !faults.some(({ pointer }) => pointer === pointerOf(member.path));
      if (isRead && Array.isArray(list) && !isSameText(readableText(list), shown))
        faults.push({
          pointer: pointerOf(member.path),
          detail: `differs from the column "${readableName(name)}": ${editBoth}`,
        });
    }
    const members = this.#members.flatMap((member) => member ?? []);
    return this.#records.event(this.#list, naming, state, members, faults);
  }
}

const editBoth =
  'this column counts, and that one repeats it for people. Change both, or leave that column out of the table';

function readCell(text: string, type: CellType): { value: unknown; fault?: string } {
  if (type === 'text') return { value: text };
  // A number that is none stays a text, which the schema refuses.
  if (type === 'number') return { value: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text };
  try {
    return { value: parseJsonText(text, 'The cell') };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { value: [], fault: 'is not the JSON that the list had: it may have been cut off, or changed' };
  }
}

/** Spreadsheets may write line breaks in another way. */
const isSameText = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

const picked = (members: Members, names: readonly string[]): Members =>
  Object.fromEntries(names.flatMap((name) => (members[name] === undefined ? [] : [[name, members[name]]])));

function set(value: Members, [member = '', ...rest]: string[], to: unknown): void {
  if (rest.length === 0) value[member] = to;
  else {
    value[member] ??= {};
    set(value[member] as Members, rest, to); // Only this function makes it.
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let inner = value;
  for (const member of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, member)) return undefined;
    inner = (inner as Members)[member];
  }
  return inner;
}

const has = (value: unknown, path: readonly string[]): boolean => valueAt(value, path) !== undefined;

const malformed = (detail: string): Refusal => new Refusal('malformed-csv', detail);

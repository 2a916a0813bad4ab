import type { TSchema } from 'typebox';
import type { ProblemPart } from '../errors.ts';
import type { EventType, MakingType } from '../shapes/event-type.ts';
import type { Posted } from '../shapes/posted.ts';
import type { Kind, LedgerRecord } from '../shapes/record.ts';
import { brokenEvent, type StoredEvent } from '../shapes/stored-event.ts';
import { allFaults, type Fault, shapeOf } from './shape.ts';

/** The types of events that a ledger knows. All that is said of one type is said by the type itself. */
export class EventTypes {
  readonly #types: ReadonlyMap<string, EventType>;
  /** Of each kind the type that makes it, or the last of them. */
  readonly #makers: ReadonlyMap<Kind, MakingType>;
  /** Of the types that can be posted. */
  readonly #shapes: ReadonlyMap<string, { schema: TSchema; fault: Fault }>;
  /** What a retracted record accepts, in words. */
  readonly onRetracted: string;
  /** The types whose events may repeat names that a record holds. */
  readonly namingPersons: ReadonlySet<string>;
  /** The types whose events erase names. */
  readonly erasing: ReadonlySet<string>;

  constructor(types: readonly EventType[]) {
    this.#types = new Map(types.map((type) => [type.type, type]));
    this.#makers = new Map(types.flatMap((type) => (type.makes ? [[type.makes, type] as const] : [])));
    this.#shapes = new Map(
      types.flatMap(({ type, schema }) =>
        schema ? [[type, { schema, fault: shapeOf(schema) }] as const] : [],
      ),
    );
    const named = (which: (type: EventType) => boolean): string[] =>
      types.filter(which).map(({ type }) => type);
    this.onRetracted = named((type) => !type.makes && type.onRetracted === true).join(' and ');
    this.namingPersons = new Set(named(({ namesPersons }) => namesPersons === true));
    this.erasing = new Set(named(({ erasesNames }) => erasesNames === true));
  }

  get(type: string): EventType {
    const known = this.#types.get(type);
    if (!known) throw new Error(`${type} is unknown to this version`);
    return known;
  }

  /** The kind of record that events of a type make; undefined: they change one. */
  madeBy(type: string): Kind | undefined {
    return this.#types.get(type)?.makes;
  }

  /** The right that is needed to post an event in an initiative. */
  rightFor({ type, recordId }: Posted, initiativeId: string): 'record' | 'administer' {
    const { right, rightOnInitiative } = this.get(type);
    return right ?? (recordId === initiativeId ? rightOnInitiative : undefined) ?? 'record';
  }

  /** Whether it is of a type that retracted records accept. */
  changesRetracted(type: string): boolean {
    const known = this.#types.get(type);
    return known?.makes === undefined && known?.onRetracted === true;
  }

  makerOf(kind: Kind): MakingType | undefined {
    return this.#makers.get(kind);
  }

  /** What is wrong with the shape of a posted event. Pointers are relative to the event. */
  fault(type: string, event: unknown): ProblemPart | undefined {
    const known = this.#shapes.get(type);
    if (known) return known.fault(event);
    return { pointer: '/type', detail: `must be one of ${[...this.#shapes.keys()].join(', ')}` };
  }

  /** All that is wrong with it, the first ones: what is wrong at one place is told once. */
  faults(type: string, event: unknown): ProblemPart[] {
    const first = this.fault(type, event);
    const known = this.#shapes.get(type);
    return first && known ? allFaults(known.schema, event, first) : first ? [first] : [];
  }

  /** What is wrong with the members that an event of the right shape has together. */
  combinationFault(event: Posted): ProblemPart | undefined {
    return this.get(event.type).fault?.(event);
  }

  /**
   * The only fold: the record after an event. Total on every log that decisions wrote; throws on any other.
   * It never changes `before`.
   */
  evolve(before: LedgerRecord | undefined, event: StoredEvent): LedgerRecord {
    const type = this.#types.get(event.type);
    if (!type) throw brokenEvent(event, `is of a type unknown to this version (${event.type})`);
    if (type.makes !== undefined) {
      if (before || event.version !== 1) throw brokenEvent(event, 'makes a record that exists');
      return made(event);
    }
    if (!before) throw brokenEvent(event, 'changes a record that does not exist');
    if (before.status === 'retracted' && !type.onRetracted)
      throw brokenEvent(event, 'changes a retracted record');
    if (before.version + 1 !== event.version) throw brokenEvent(event, `follows version ${before.version}`);
    return { ...type.evolve(before, event), version: event.version };
  }
}

function made(event: StoredEvent): LedgerRecord {
  const { initiativeId, recordId, kind, occurredOn, data, sources } = event;
  const record = {
    initiativeId,
    recordId,
    kind,
    version: 1,
    status: 'standing',
    ...(occurredOn === undefined ? {} : { occurredOn }),
    data: data ?? {},
    sources: sources ?? [],
  };
  // The event's data was checked against the schema of its kind before it was logged.
  return record as unknown as LedgerRecord;
}

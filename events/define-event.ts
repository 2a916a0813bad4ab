import { type Static, type TLiteral, type TObject, type TProperties, Type } from 'typebox';
import type { ProblemPart } from '../src/errors.ts';
import type { ChangingType, MakingType } from '../src/shapes/event-type.ts';
import { closed } from '../src/shapes/fields.ts';
import type { Posted, Where } from '../src/shapes/posted.ts';
import type { LedgerRecord } from '../src/shapes/record.ts';
import { wantedBy } from '../src/shapes/record-filter.ts';

type SchemaOf<T extends string, P extends TProperties> = TObject<{ type: TLiteral<T> } & P>;

/** What a type says of its schema; the members besides `type` are those of `properties`. */
interface Described<T extends string, P extends TProperties> {
  type: T;
  description: string;
  properties: P;
}

/** An event type whose events make a record. */
export function making<T extends string, P extends TProperties>({
  description,
  properties,
  ...definition
}: Described<T, P> & Omit<MakingType<Static<SchemaOf<T, P>>>, 'schema'>) {
  const schema = schemaOf(definition.type, properties, description, definition.examples);
  return { ...definition, schema, undo: () => ({ type: 'RecordRetracted' }) } satisfies MakingType<
    Static<SchemaOf<T, P>>
  >;
}

/** An event type whose events change a record. */
export function changing<T extends string, P extends TProperties>({
  description,
  properties,
  ...definition
}: Described<T, P> & Omit<ChangingType<Static<SchemaOf<T, P>>>, 'schema' | 'fault'>) {
  const schema = schemaOf(definition.type, properties, description, definition.examples);
  return { ...definition, schema, fault: targetFault };
}

const schemaOf = <T extends string, P extends TProperties>(
  type: T,
  properties: P,
  description: string,
  examples: unknown,
) =>
  Type.Object({ type: Type.Literal(type), ...properties }, { $id: type, ...closed, description, examples });

/** Whether it says what is to be changed, in one way. */
function targetFault(event: Posted): ProblemPart | undefined {
  if (event.where !== undefined) {
    const beside = (['recordId', 'eventId', 'expectedVersion'] as const).find(
      (name) => event[name] !== undefined,
    );
    if (beside) return notBoth('where', beside);
    const fault = whereFault(event.where);
    if (fault) return fault;
  } else if (event.recordId === undefined) {
    return { pointer: '/recordId', detail: 'is required: the record to change, or where instead' };
  } else if (event.expectCount !== undefined) {
    return notBoth('recordId', 'expectCount');
  }
  if (event.reason?.code === 'duplicate' && event.reason.duplicateOf === undefined)
    return { pointer: '/reason/duplicateOf', detail: 'is required with the code duplicate' };
  return undefined;
}

/** A value that has the right shape and means nothing, such as an impossible date. */
function whereFault({ recordIds: _, occurredOn: __, ...filters }: Where): ProblemPart | undefined {
  let fault: ProblemPart | undefined;
  try {
    wantedBy(filters, (filter, detail) => {
      fault = { pointer: `/where/${filter}`, detail };
      return new Error(detail);
    });
  } catch (error) {
    if (!fault) throw error;
  }
  return fault;
}

/** Takes back an event that left another record behind: a correction to what it was. */
export const goBack = (before: LedgerRecord | undefined): Pick<Posted, 'type' | 'backTo'> => ({
  type: 'RecordCorrected',
  ...(before && { backTo: before }),
});

export const notBoth = (one: string, other: string): ProblemPart => ({
  pointer: `/${other}`,
  detail: `does not go together with ${one}`,
});

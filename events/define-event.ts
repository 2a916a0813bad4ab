import { type TProperties, Type } from 'typebox';
import { closed } from './fields.ts';

/** The kinds of records that officers make. */
export const kinds = ['initiative', 'meeting', 'mou', 'project', 'claim'] as const;
/** And `log`: what the ledger records about its own log. */
export const allKinds = [...kinds, 'log'] as const;
export type Kind = (typeof allKinds)[number];

/** What an example says beside its event: which real announcement it is taken from. */
export interface Example {
  type: string;
  [member: string]: unknown;
}

interface Definition<T extends string, P extends TProperties> {
  type: T;
  /** The kind of record that the event makes; absent: it changes a record of any kind. */
  makes?: Kind;
  description: string;
  properties: P;
  /** Real ones; the first is shown in the OpenAPI document and has a golden leaf. */
  examples: [Example, ...Example[]];
}

/** An event type as posted: its schema, the kind that it makes and real examples. */
export function defineEvent<T extends string, P extends TProperties>(definition: Definition<T, P>) {
  const { type, description, properties, examples } = definition;
  const schema = Type.Object(
    { type: Type.Literal(type), ...properties },
    { $id: type, ...closed, description, examples },
  );
  return { type, makes: definition.makes, schema, examples };
}

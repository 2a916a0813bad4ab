import { type Static, type TProperties, Type } from 'typebox';
import { closed, Edtf, type Reason, Slug, type Source, Sources, text } from './fields.ts';
import type { GrantsByRole } from './grant.ts';
import { standardLimits } from './limits.ts';
import type { LedgerRecord } from './record.ts';
import { filterMembers } from './record-filter.ts';

/** Events of one request, at most: an operator may allow fewer. */
export const eventsMax = standardLimits.events;

const { standing: _, kind: __, ...filters } = filterMembers;
const milestoneKind = Type.Enum(['mou', 'project']);
const Where = Type.Object(
  {
    recordIds: Type.Optional(Type.Array(Slug, { minItems: 1, maxItems: eventsMax })),
    ...filters,
    kind: Type.Optional(Type.Union([milestoneKind, Type.Array(milestoneKind, { minItems: 1, maxItems: 2 })])),
    occurredOn: Type.Optional(
      Type.Unsafe<string>({ ...Edtf, description: 'The date exactly as it is given.' }),
    ),
  },
  {
    ...closed,
    minProperties: 1,
    description:
      'Every milestone that matches all of these filters, which are those of lists; one event each. Standing ones, or with RecordReinstated retracted ones.',
  },
);
export type Where = Static<typeof Where>;

/** Members that every posted event may have. */
const envelope = {
  eventId: Type.Optional(
    Type.String({
      format: 'uuid',
      description: 'Makes a retry safe. The server makes a UUIDv7 where it is absent.',
    }),
  ),
  note: Type.Optional(text(10_000)),
  correlationId: Type.Optional(text(200)),
  recordId: Type.Optional(Slug),
  expectedVersion: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 2 ** 31,
      description: 'The version that the record must have; 0: none yet.',
    }),
  ),
};

/** The members of an event about one record. */
export const ofOne = <P extends TProperties>(properties: P) => ({ ...envelope, ...properties });

/** The members of an event that changes one record, or with `where` every milestone that matches. */
export const ofSome = <P extends TProperties>(properties: P) => ({
  ...ofOne(properties),
  where: Type.Optional(Where),
  expectCount: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: eventsMax,
      description: 'How many records `where` must match; another number is 409 `count-differs`.',
    }),
  ),
});

/** As many unnamed records as a source counts. */
export const repeat = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1000, description: 'Makes that many records, one event each.' }),
);

/** What is taken for each event of a batch that does not say it itself. */
export const Defaults = Type.Object(
  {
    sources: Type.Optional(Sources),
    occurredOn: Type.Optional(Edtf),
    note: Type.Optional(text(10_000)),
    correlationId: Type.Optional(text(200)),
  },
  { $id: 'Defaults', ...closed },
);
export type Defaults = Static<typeof Defaults>;

/** A posted event of any type, as far as it is handled alike whatever its type. */
export interface Posted {
  type: string;
  eventId?: string;
  recordId?: string;
  expectedVersion?: number;
  where?: Where;
  expectCount?: number;
  repeat?: number;
  occurredOn?: string;
  data?: object;
  /** Not checked against the schema of the record's kind yet, so each member may be anything. */
  changes?: { [member: string]: unknown };
  /** The kind that the record will have. */
  to?: 'mou' | 'project';
  /** Of an undo, and never posted: the record as it was. */
  backTo?: LedgerRecord;
  /** What a principal may do from then on. */
  grants?: GrantsByRole;
  sources?: Source[];
  reason?: Reason;
  note?: string;
  correlationId?: string;
}

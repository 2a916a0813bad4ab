import { type Static, type TProperties, Type } from 'typebox';
import { closed, Edtf, type Reason, Slug, type Source, Sources, text } from './fields.ts';
import type { GrantsByRole } from './grant.ts';

/** Events of one request. */
export const eventsMax = 1000;

const Where = Type.Object(
  {
    meetingId: Slug,
    kind: Type.Optional(Type.Enum(['mou', 'project'])),
    occurredOn: Type.Optional(Edtf),
  },
  { ...closed, description: 'Every standing milestone of the meeting that matches; one event each.' },
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

/** The members of an event that changes one record, or with `where` every milestone of a meeting that matches. */
export const ofSome = <P extends TProperties>(properties: P) => ({
  ...ofOne(properties),
  where: Type.Optional(Where),
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
  repeat?: number;
  occurredOn?: string;
  data?: object;
  /** Not checked against the schema of the record's kind yet, so each member may be anything. */
  changes?: { [member: string]: unknown };
  /** The kind that the record will have. */
  to?: 'mou' | 'project';
  /** What a principal may do from then on. */
  grants?: GrantsByRole;
  sources?: Source[];
  reason?: Reason;
  note?: string;
  correlationId?: string;
}

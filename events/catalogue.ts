import { type Static, type TSchema, Type } from 'typebox';
import type { Kind } from './define-event.ts';
import { evidenceAdded } from './evidence-added.ts';
import { closed, Edtf, Reason, ref, Source, Sources, text } from './fields.ts';
import { ClaimData, figureClaimed } from './figure-claimed.ts';
import { InitiativeData, initiativeRegistered } from './initiative-registered.ts';
import { LogData, logContinued } from './log-continued.ts';
import { MeetingData, meetingHeld } from './meeting-held.ts';
import { MilestoneData } from './milestone.ts';
import { moUSigned } from './mou-signed.ts';
import { personalDataErased } from './personal-data-erased.ts';
import { projectLaunched } from './project-launched.ts';
import { recordCorrected } from './record-corrected.ts';
import { recordReclassified } from './record-reclassified.ts';
import { recordReinstated } from './record-reinstated.ts';
import { recordRetracted } from './record-retracted.ts';

/** Every event type that can be posted, in the order of the documentation. */
export const catalogue = [
  initiativeRegistered,
  meetingHeld,
  moUSigned,
  projectLaunched,
  figureClaimed,
  recordCorrected,
  evidenceAdded,
  recordRetracted,
  recordReinstated,
  recordReclassified,
  personalDataErased,
] as const;

/** Every event type that can stand in the log. */
export const eventTypes = [...catalogue.map(({ type }) => type), logContinued.type];
export type EventType = (typeof eventTypes)[number];
export type PostedEvent = Static<(typeof catalogue)[number]['schema']>;

/** The shape of a record's data, by kind. */
export const dataOf = {
  initiative: InitiativeData,
  meeting: MeetingData,
  mou: MilestoneData,
  project: MilestoneData,
  claim: ClaimData,
  log: LogData,
} as const satisfies Record<Kind, TSchema>;

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

export const eventsMax = 1000;

/** Any posted event, told apart by its type. */
export const PostedEvent = Type.Unsafe<PostedEvent>({
  $id: 'PostedEvent',
  type: 'object',
  discriminator: { propertyName: 'type' },
  oneOf: catalogue.map(({ schema }) => ref(schema)),
});

export const Batch = Type.Object(
  {
    defaults: Type.Optional(ref(Defaults)),
    events: Type.Array(ref(PostedEvent), { minItems: 1, maxItems: eventsMax }),
  },
  { $id: 'Batch', ...closed, description: 'Events that are recorded all or none, in order.' },
);

/** Schemas that others refer to by their $id. */
export const sharedSchemas = [Source, Reason, InitiativeData, MeetingData, MilestoneData, ClaimData];

import { type Static, Type } from 'typebox';
import type { EventType } from '../src/shapes/event-type.ts';
import { closed, ref } from '../src/shapes/fields.ts';
import { Defaults, eventsMax } from '../src/shapes/posted.ts';
import { aliasesChanged } from './aliases-changed.ts';
import { evidenceAdded } from './evidence-added.ts';
import { figureClaimed } from './figure-claimed.ts';
import { initiativeRegistered } from './initiative-registered.ts';
import { logContinued } from './log-continued.ts';
import { meetingHeld } from './meeting-held.ts';
import { moUSigned } from './mou-signed.ts';
import { partyNamed } from './party-named.ts';
import { personalDataErased } from './personal-data-erased.ts';
import { principalAdded } from './principal-added.ts';
import { principalDisabled } from './principal-disabled.ts';
import { projectLaunched } from './project-launched.ts';
import { recordCorrected } from './record-corrected.ts';
import { recordReclassified } from './record-reclassified.ts';
import { recordReinstated } from './record-reinstated.ts';
import { recordRetracted } from './record-retracted.ts';
import { rightsChanged } from './rights-changed.ts';

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
export const eventTypes: readonly EventType[] = [
  ...catalogue,
  logContinued,
  principalAdded,
  rightsChanged,
  principalDisabled,
  partyNamed,
  aliasesChanged,
];
export type PostedEvent = Static<(typeof catalogue)[number]['schema']>;

/** Any posted event, told apart by its type. */
export const PostedEvent = Type.Unsafe<PostedEvent>({
  $id: 'PostedEvent',
  type: 'object',
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(catalogue.map(({ type }) => [type, `#/components/schemas/${type}`])),
  },
  oneOf: catalogue.map(({ schema }) => ref(schema)),
});

export const Batch = Type.Object(
  {
    defaults: Type.Optional(ref(Defaults)),
    events: Type.Array(ref(PostedEvent), { minItems: 1, maxItems: eventsMax }),
  },
  { $id: 'Batch', ...closed, description: 'Events that are recorded all or none, in order.' },
);

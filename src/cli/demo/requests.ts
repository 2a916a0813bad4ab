import type { Static } from 'typebox';
import type { Batch, PostedEvent } from '../../../events/catalogue.ts';
import type { Source } from '../../../events/fields.ts';
import type { ClaimData } from '../../../events/figure-claimed.ts';
import type { MilestoneData } from '../../../events/milestone.ts';

/** What public announcements say about an initiative, as an officer posts it: request by request, in this order. */
export interface RealInitiative {
  initiativeId: string;
  requests: RealRequest[];
}

/** One request, recorded all or nothing. Its key is in the log, as the correlationId of each of its events. */
export interface RealRequest {
  key: string;
  events: PostedEvent[];
  /** For the events that don't say it themselves. */
  sources?: Source[];
}

/** The body to post. */
export const bodyOf = ({ key, events, sources }: RealRequest): Static<typeof Batch> => ({
  defaults: { correlationId: key, ...(sources ? { sources } : {}) },
  events,
});

type MilestoneType = 'MoUSigned' | 'ProjectLaunched';
type Rest = Omit<MilestoneData, 'title' | 'titleKind' | 'meetingId'>;

/** A milestone known by a description, not by its official title. */
export const described = (
  type: MilestoneType,
  meetingId: string,
  title: string,
  rest: Rest & { note?: string } = {},
): PostedEvent => {
  const { note, ...data } = rest;
  return {
    type,
    data: { title, titleKind: 'description', meetingId, ...data },
    ...(note === undefined ? {} : { note }),
  };
};

/** Milestones that were counted and not named: one record each. */
export const unnamed = (
  type: MilestoneType,
  meetingId: string,
  repeat: number,
  rest: Rest & { note?: string } = {},
): PostedEvent => {
  const { note, ...data } = rest;
  return { type, repeat, data: { meetingId, ...data }, ...(note === undefined ? {} : { note }) };
};

/** What one publisher says. `exact` unless the publisher bounds the figure. */
export const claimed = (
  recordId: string,
  occurredOn: string,
  data: Omit<ClaimData, 'qualifier'> & Partial<Pick<ClaimData, 'qualifier'>>,
  source: Source,
  note?: string,
): PostedEvent => ({
  type: 'FigureClaimed',
  recordId,
  occurredOn,
  data: { qualifier: 'exact', ...data },
  sources: [source],
  ...(note === undefined ? {} : { note }),
});

export const named = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));

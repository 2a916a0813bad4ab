import { corrected, initiative, meeting, mou, project } from '../helpers/decide.ts';
import type { Random } from './random.ts';

/** What a client posts, and posts again under the same key or the same eventIds until it is answered. */
export interface Request {
  /** Stands in each of its events, as correlationId. */
  id: string;
  initiativeId: string;
  body: string;
  key?: string;
  /** So many it makes. */
  events: number;
  expectedVersion?: number;
}

export const initiatives = ['north', 'east', 'south', 'west'];
/** Records of each initiative that all clients correct. */
export const shared = Array.from({ length: 8 }, (_, i) => `shared-${i}`);

/** What the clients presuppose. */
export const beginnings = (): Request[] =>
  initiatives.map((initiativeId) =>
    request(`begin-${initiativeId}`, initiativeId, [
      initiative({ recordId: initiativeId }),
      meeting('m'),
      ...shared.map((recordId) => mou({ recordId })),
    ]),
  );

/** Something new to record: one milestone, a batch, or a correction of what others correct too. */
export function anyRequest(id: string, random: Random): Request {
  const kind = random.below(3);
  if (kind === 0) return repeatable(id, [milestone(id, random)], random);
  if (kind === 1) return correction(id, random.pick(initiatives), random.pick(shared), random);
  const made = `${id}-made`;
  return repeatable(
    id,
    [
      mou({ recordId: made, data: { meetingId: 'm' } }),
      ...Array.from({ length: random.below(6) }, (_, i) => milestone(`${id}-${i}`, random)),
      tier(made, id),
      tier(random.pick(shared), id),
    ],
    random,
  );
}

/** expectedVersion: the only version of the record that it is meant for. */
export function correction(
  id: string,
  initiativeId: string,
  recordId: string,
  random: Random,
  expectedVersion?: number,
): Request {
  const more = expectedVersion === undefined ? {} : { expectedVersion };
  return { ...repeatable(id, [{ ...tier(recordId, id), ...more }], random, initiativeId), ...more };
}

/** To a value that no record had before. */
const tier = (recordId: string, value: string) => corrected(recordId, { data: { tier: value } });

/** With an id of the client's or the server's, at the meeting or not, with a name that is kept beside the log or not. */
function milestone(id: string, random: Random): object {
  const party = { name: `Person ${id}`, person: true };
  return (random.percent(50) ? mou : project)({
    ...(random.percent(50) ? { recordId: id } : {}),
    data: {
      title: `Title ${id}`,
      ...(random.percent(50) ? { meetingId: 'm' } : {}),
      ...(random.percent(20) ? { parties: [party] } : {}),
    },
  });
}

/** With a key, with eventIds, or with both. */
function repeatable(
  id: string,
  events: object[],
  random: Random,
  initiativeId = random.pick(initiatives),
): Request {
  const how = random.below(3);
  const named = how === 0 ? events : events.map((event) => ({ ...event, eventId: random.uuid() }));
  const made = request(id, initiativeId, named);
  if (how === 1) delete made.key;
  return made;
}

function request(id: string, initiativeId: string, events: object[]): Request {
  const [one, ...others] = events.map((event) => ({ ...event, correlationId: id }));
  const body = JSON.stringify(others.length === 0 ? one : { events: [one, ...others] });
  return { id, initiativeId, body, key: id, events: events.length };
}

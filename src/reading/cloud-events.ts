/** A list of events of the log in the JSON format of CloudEvents 1.0. */
export const cloudEventsBatch = 'application/cloudevents-batch+json';

/** Where events come from, as a URI: the name of the log, which is one without its scheme. */
export const sourceOf = (origin: string): string =>
  URL.canParse(origin) ? origin : `https://${encodeURI(origin)}`;

/** An item of a list of events as a CloudEvent. Names of persons, which can be erased, are not in it. */
export function cloudEventOf(source: string, item: string): string {
  const { position, leafHash, event } = JSON.parse(item);
  return JSON.stringify({
    specversion: '1.0',
    id: event.eventId,
    source,
    type: event.type,
    subject: `${event.initiativeId}/${event.recordId}`,
    time: event.recordedAt,
    datacontenttype: 'application/json',
    position,
    leafhash: leafHash,
    data: event,
  });
}

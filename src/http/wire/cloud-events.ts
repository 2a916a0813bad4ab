import type { FastifyRequest } from 'fastify';

/** A list of events of the log, and one of them, in the JSON format of CloudEvents 1.0. */
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

/** A server-sent event that has an item as its data, with a CloudEvent instead. */
export const sentAsCloudEvent =
  (source: string) =>
  (text: Buffer): Buffer => {
    const [id, data = ''] = text.toString().split('\ndata: ');
    return Buffer.from(`${id}\ndata: ${cloudEventOf(source, data.trimEnd())}\n\n`);
  };

/** Whether a request asks for the batch by its name, and would not rather have the usual JSON (RFC 9110, section 12.5.1). */
export function asksForCloudEvents({ headers: { accept = '' } }: FastifyRequest): boolean {
  const weights = new Map(
    accept.split(',').map((range): [string, number] => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
      return [type, weight === undefined ? 1 : Number(weight)];
    }),
  );
  const weight = weights.get(cloudEventsBatch) ?? 0;
  return weight > 0 && weight >= (weights.get('application/json') ?? 0);
}

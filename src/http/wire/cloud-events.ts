import type { FastifyRequest } from 'fastify';
import { cloudEventOf, cloudEventsBatch } from '../../reading/cloud-events.ts';

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

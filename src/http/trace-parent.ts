import type { IncomingHttpHeaders } from 'node:http';

/** W3C Trace Context: version 00, the only one that there is; neither id may be all zeros. */
const traceParent = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The span that a request is part of; undefined: it names none, or none that there can be. */
export function parentOf({ traceparent }: IncomingHttpHeaders) {
  if (traceparent === undefined) return undefined;
  const [, traceId, spanId, flags = ''] = traceParent.exec(String(traceparent)) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

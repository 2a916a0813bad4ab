import type { FastifyReply, FastifyRequest } from 'fastify';
import type { List } from '../../answers/answer.ts';
import type { Computed } from '../../reading/computed.ts';
import { isWhole, type ListQuery as Query } from '../../reading/list.ts';
import type { At, AtQuery } from '../../views/at.ts';
import { basisHeaders, linkNext, sendComputed } from './payload.ts';

export type ListQuery = Query & AtQuery;

/** The parameters of the path of a list. */
export interface ListParams {
  initiativeId?: string;
  recordId?: string;
}

/** Sends a page of a list, or the whole of it, as it was computed. */
export function sendList(
  request: FastifyRequest<{ Querystring: ListQuery; Params: ListParams }>,
  reply: FastifyReply,
  at: At,
  { path, areEvents }: List,
  computed: Computed,
  asBatch: boolean,
): FastifyReply {
  const { query } = request;
  const { format = 'json' } = query;
  if (areEvents) reply.header('vary', 'Accept');
  if (computed.total !== undefined) reply.header('total-count', computed.total);
  if (!isWhole(query)) linkNext(request, reply, computed.next, at);
  if (asBatch) reply.headers(basisHeaders(at));
  else if (format !== 'json') {
    const fileName = fileNameOf(path, request.params, at, { ...query, format });
    reply.headers({ ...basisHeaders(at), 'content-disposition': `attachment; filename="${fileName}"` });
  }
  return sendComputed(request, reply, computed);
}

/** Says what the file is: sg-cn-shenzhen-sci-mous-2026-11-30-position-117.csv. */
function fileNameOf(path: string, { initiativeId, recordId }: ListParams, at: At, query: ListQuery): string {
  const { until, rows, format } = query;
  const parts = [
    initiativeId ?? 'ledger',
    recordId,
    path.slice(path.lastIndexOf('/') + 1),
    rows && `by-${rows}`,
    until && `until-${until}`,
    at.recordedAt?.slice(0, 10),
    `position-${at.position}`,
  ];
  return `${parts.filter((part) => part).join('-')}.${format}`;
}

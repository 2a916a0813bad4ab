import type { FastifyError, FastifyRequest } from 'fastify';
import { type ProblemPart, Refusal } from '../errors.ts';
import { partOf } from '../ledger/shapes.ts';

/**
 * What is answered when a request does not fit its schema: a body is `invalid-body`, with pointers into it; query and
 * headers are `invalid-request`, with pointers such as `/query/limit`; a path parameter that fits nothing names
 * nothing, so that is `not-found`.
 */
export function refusalOfValidation(error: FastifyError, request: FastifyRequest): Refusal {
  const parts = (error.validation ?? []).map(partOf);
  switch (error.validationContext) {
    case 'body':
      if (request.rawBody === null) return new Refusal('malformed-json', 'The body is empty.');
      return new Refusal('invalid-body', sentence(parts, 'The body'), { errors: parts });
    case 'params':
      return new Refusal('not-found', sentence(parts, 'The path'));
    default: {
      const place = error.validationContext === 'headers' ? '/headers' : '/query';
      const placed = parts.map((part) => ({ ...part, pointer: place + part.pointer }));
      return new Refusal('invalid-request', sentence(placed, 'The request'), { errors: placed });
    }
  }
}

function sentence(parts: ProblemPart[], whole: string): string {
  const [first] = parts;
  if (first === undefined) return `${whole} is not valid.`;
  return `${first.pointer === '' ? whole : first.pointer} ${first.detail}.`;
}

import type { FastifyError, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { type ProblemPart, Refusal } from '../errors.ts';
import { escapeToken } from './json.ts';

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

/** One of Ajv's errors. The pointer names the very part that is missing, unknown or wrong. */
export function partOf(error: FastifySchemaValidationError): ProblemPart {
  const { missingProperty, additionalProperty, unevaluatedProperty, propertyName, tag } = error.params;
  const at = (key: unknown) => `${error.instancePath}/${escapeToken(String(key))}`;
  if (missingProperty !== undefined) return { pointer: at(missingProperty), detail: 'is required' };
  const unknown = additionalProperty ?? unevaluatedProperty;
  if (unknown !== undefined) return { pointer: at(unknown), detail: 'is not known here' };
  if (propertyName !== undefined) return { pointer: at(propertyName), detail: 'is not allowed as a name' };
  if (error.keyword === 'discriminator')
    return { pointer: at(tag), detail: 'is missing, or not a known one' };
  return { pointer: error.instancePath, detail: detailOf(error) };
}

function detailOf({ keyword, params, message }: FastifySchemaValidationError): string {
  if (keyword === 'enum') return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
  if (keyword === 'const') return `must be ${String(params['allowedValue'])}`;
  return message ?? 'is not valid';
}

function sentence(parts: ProblemPart[], whole: string): string {
  const [first] = parts;
  if (first === undefined) return `${whole} is not valid.`;
  return `${first.pointer === '' ? whole : first.pointer} ${first.detail}.`;
}

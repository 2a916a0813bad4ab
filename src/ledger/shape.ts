import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type TSchema, Type } from 'typebox';
import type { ProblemPart } from '../errors.ts';
import { isScope } from '../shapes/claim-scope.ts';
import { parseEdtf } from '../shapes/edtf.ts';
import { closed, Edtf, ref, SomeSources, Sources } from '../shapes/fields.ts';
import { pointerOf } from '../shapes/merge-patch.ts';
import { Defaults } from '../shapes/posted.ts';
import type { Kind } from '../shapes/record.ts';
import { allKinds, dataOf, ownSchemas, sharedSchemas } from '../shapes/record-data.ts';
import { isVisible } from '../shapes/visible.ts';

/** Formats that the event schemas name. */
export const formats = {
  edtf: (text: string): boolean => parseEdtf(text) !== undefined,
  visible: isVisible,
  'claim-scope': isScope,
  'web-url': (text: string): boolean => /^https?:\/\/\S+$/i.test(text) && URL.canParse(text),
} as const;

function makeAjv(allErrors: boolean): Ajv {
  const ajv = new Ajv({
    strict: true,
    strictTypes: true,
    allowUnionTypes: true,
    strictRequired: false,
    allErrors,
    // A test checks the schemas. To compile what checks them takes longer than to compile one of them.
    meta: false,
    validateSchema: false,
    // That of ajv-formats would also take urn:uuid:…, a second spelling of the same id.
    formats: { ...formats, uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i },
  });
  for (const schema of [...sharedSchemas, ...ownSchemas]) ajv.addSchema(schema);
  return ajv;
}

const ajv = makeAjv(false);
/** Goes on after the first error. Made where one was found and all are asked for. */
let thorough: Ajv | undefined;
/** Errors that are told of one event. */
const faultsMax = 20;

/** What is wrong with a value; undefined: nothing. Pointers are relative to the value. */
export type Fault = (value: unknown) => ProblemPart | undefined;

/**
 * What is wrong with a value that must have the shape of a schema. The schema is compiled at its first use: all of them together would
 * be a third of the time that a command takes to start.
 */
export function shapeOf(schema: TSchema): Fault {
  let compiled: ValidateFunction | undefined;
  return (value) => {
    compiled ??= ajv.compile(schema);
    return compiled(value) ? undefined : faultOf(compiled);
  };
}

export const defaultsFault = shapeOf(Defaults);

/** What a correction leaves behind must still have the shape of its kind. */
const stateShape = (kind: Kind): Fault => {
  // A claim is stated for a day; of anything else, nobody may know when it was.
  const occurredOn = kind === 'claim' ? Edtf : Type.Optional(Edtf);
  const sources = kind === 'claim' ? SomeSources : Sources;
  return shapeOf(Type.Object({ occurredOn, data: ref(dataOf[kind]), sources }, closed));
};
const stateShapes = new Map(allKinds.map((kind) => [kind, stateShape(kind)]));

export const stateFault = (kind: Kind, state: unknown): ProblemPart | undefined =>
  stateShapes.get(kind)?.(state);

/** All that is wrong with a value of which one thing is known, the first ones: what is wrong at one place is told once. */
export function allFaults(schema: TSchema, value: unknown, first: ProblemPart): ProblemPart[] {
  thorough ??= makeAjv(true);
  const { $id = '' } = schema as { $id?: string };
  const validate = thorough.getSchema($id) ?? thorough.compile(schema);
  validate(value);
  const parts = new Map([[first.pointer, first]]);
  for (const error of validate.errors ?? []) {
    const part = partOf(error);
    if (!parts.has(part.pointer)) parts.set(part.pointer, part);
    if (parts.size === faultsMax) break;
  }
  return [...parts.values()];
}

function faultOf({ errors }: ValidateFunction): ProblemPart {
  const error = errors?.at(-1)?.keyword === 'anyOf' ? errors[0] : errors?.at(-1);
  if (!error) throw new Error('a shape refused a value without saying why');
  return partOf(error);
}

/** An Ajv error as a pointer and a sentence. What is missing or too much is pointed at itself. */
export function partOf({
  instancePath,
  keyword,
  params,
  message,
}: Pick<ErrorObject, 'instancePath' | 'keyword' | 'params' | 'message'>): ProblemPart {
  const part = (detail: string, member?: string): ProblemPart => ({
    pointer: instancePath + (member === undefined ? '' : pointerOf([member])),
    detail,
  });
  switch (keyword) {
    case 'required':
      return part('is required', params['missingProperty']);
    case 'additionalProperties':
      return part('is not known here', params['additionalProperty']);
    case 'discriminator':
      return part('is missing, or not a known one', params['tag']);
    case 'enum':
      return part(`must be one of ${params['allowedValues'].join(', ')}`);
    case 'format':
      return part(formatDetails.get(params['format']) ?? `must be a ${params['format']}`);
    case 'pattern':
      return part(params['pattern'] === '\\S' ? 'must not be blank' : `${message}`);
    default:
      return part(message ?? `fails ${keyword}`);
  }
}

const formatDetails = new Map([
  [
    'edtf',
    'must be a possible date: 2023, 2023-12, 2023-12-14, a/b, [a..b] or [..b], with ?, ~ or % for doubt',
  ],
  ['visible', 'must not be blank'],
  [
    'claim-scope',
    'must be all, other, or terms joined by +: meetings, meeting:<recordId>, year:<four digits>, or series:, pillar:, zone:, sector:, instrument:, party: or country: with a text that shows',
  ],
  ['web-url', 'must be an http or https URL without spaces'],
  ['uuid', 'must be a UUID'],
]);

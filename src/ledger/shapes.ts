import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type TSchema, Type } from 'typebox';
import { catalogue, Defaults, dataOf, type EventType, sharedSchemas } from '../../events/catalogue.ts';
import { closed, Edtf, ref, SomeSources, Sources } from '../../events/fields.ts';
import { LogData } from '../../events/log-continued.ts';
import type { ProblemPart } from '../errors.ts';
import { parseEdtf } from './edtf.ts';
import { pointerOf } from './merge-patch.ts';
import type { Kind } from './record.ts';

/** Formats that the event schemas name. */
export const formats = {
  edtf: (text: string): boolean => parseEdtf(text) !== undefined,
  'web-url': (text: string): boolean => /^https?:\/\/\S+$/i.test(text) && URL.canParse(text),
} as const;

const ajv = new Ajv({
  strict: true,
  strictTypes: true,
  allowUnionTypes: true,
  strictRequired: false,
  // That of ajv-formats would also take urn:uuid:…, a second spelling of the same id.
  formats: { ...formats, uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i },
});
for (const schema of [...sharedSchemas, LogData]) ajv.addSchema(schema);

type Shape = () => ValidateFunction;

/** Compiled at its first use: all of them together would be a third of the time that a command takes to start. */
function shape(schema: TSchema): Shape {
  let compiled: ValidateFunction | undefined;
  return () => {
    compiled ??= ajv.compile(schema);
    return compiled;
  };
}

const eventShapes = new Map<string, Shape>(
  catalogue.map(({ type, schema }) => [type satisfies EventType, shape(schema)]),
);
const defaultsShape = shape(Defaults);

/** What a correction leaves behind must still have the shape of its kind. */
const stateShape = (kind: Kind): Shape => {
  const occurredOn = kind === 'initiative' || kind === 'log' ? Type.Optional(Edtf) : Edtf;
  const sources = kind === 'claim' ? SomeSources : Sources;
  return shape(Type.Object({ occurredOn, data: ref(dataOf[kind]), sources }, closed));
};
const stateShapes: Record<Kind, Shape> = {
  initiative: stateShape('initiative'),
  meeting: stateShape('meeting'),
  mou: stateShape('mou'),
  project: stateShape('project'),
  claim: stateShape('claim'),
  log: stateShape('log'),
};

/** What is wrong with a posted event of a known type; undefined: nothing. Pointers are relative to the event. */
export const eventFault = (type: string, event: unknown): ProblemPart | undefined => {
  const known = eventShapes.get(type);
  if (!known) return { pointer: '/type', detail: `must be one of ${[...eventShapes.keys()].join(', ')}` };
  return faultOf(known, event);
};
export const defaultsFault = (defaults: unknown): ProblemPart | undefined => faultOf(defaultsShape, defaults);
export const stateFault = (kind: Kind, state: unknown): ProblemPart | undefined =>
  faultOf(stateShapes[kind], state);

/** What is wrong with a value that must have the shape of a schema. */
export function shapeOf(schema: TSchema): (value: unknown) => ProblemPart | undefined {
  const own = shape(schema);
  return (value) => faultOf(own, value);
}

function faultOf(shape: Shape, value: unknown): ProblemPart | undefined {
  const validate = shape();
  if (validate(value)) return undefined;
  const { errors } = validate;
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
  switch (keyword) {
    case 'required':
      return { pointer: instancePath + pointerOf([params['missingProperty']]), detail: 'is required' };
    case 'additionalProperties':
      return {
        pointer: instancePath + pointerOf([params['additionalProperty']]),
        detail: 'is not known here',
      };
    case 'discriminator':
      return { pointer: instancePath + pointerOf([params['tag']]), detail: 'is missing, or not a known one' };
    case 'enum':
      return { pointer: instancePath, detail: `must be one of ${params['allowedValues'].join(', ')}` };
    case 'format':
      return {
        pointer: instancePath,
        detail: formatDetails[params['format']] ?? `must be a ${params['format']}`,
      };
    case 'pattern':
      return {
        pointer: instancePath,
        detail: params['pattern'] === '\\S' ? 'must not be blank' : `${message}`,
      };
    default:
      return { pointer: instancePath, detail: message ?? `fails ${keyword}` };
  }
}

const formatDetails: Record<string, string> = {
  edtf: 'must be a possible date: 2023, 2023-12, 2023-12-14, a/b, [a..b] or [..b], with ?, ~ or % for doubt',
  'web-url': 'must be an http or https URL without spaces',
  uuid: 'must be a UUID',
};

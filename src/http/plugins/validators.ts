import type { AnySchema, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import formatsPlugin from 'ajv-formats';
import { formats } from '../../ledger/shape.ts';
import type { App } from '../app.ts';

/** A schema with this member only documents. Its function checks the value, and may give another one. */
export const checkedBy = Symbol('checked by');

/**
 * Checks requests against the schemas of their routes. A validator is compiled at its first use: all of them together would be half
 * the time that a start takes.
 */
export function validateRequests(app: App): void {
  const made = new Map<boolean, Ajv>();
  const ajvFor = (isBody: boolean): Ajv => {
    const ajv = made.get(isBody) ?? makeAjv(isBody).addSchema(Object.values(app.getSchemas()) as AnySchema[]);
    made.set(isBody, ajv);
    return ajv;
  };
  app.setValidatorCompiler<AnySchema>(({ schema, httpPart }) => {
    const own = (schema as { [checkedBy]?: ValidateFunction })[checkedBy];
    if (own) return own;
    let validate: ValidateFunction | undefined;
    return (data: unknown) => {
      validate ??= ajvFor(httpPart === 'body').compile(schema);
      return validate(data) || { error: validate.errors ?? [] };
    };
  });
}

/**
 * An Ajv that is strict about schemas and data alike. Text (query, path, headers) is coerced to the types asked for; JSON bodies
 * already have types and keep them.
 */
function makeAjv(isBody: boolean): Ajv {
  const ajv = new Ajv({
    coerceTypes: isBody ? false : 'array',
    useDefaults: true,
    // Refuses an unknown field instead of dropping it: it may be a misspelt one.
    removeAdditional: false,
    // To collect all errors would let a hostile body keep the server busy for a long time.
    allErrors: false,
    discriminator: true,
    strict: true,
    strictTypes: true,
    allowUnionTypes: true,
    addUsedSchema: false,
    // A test checks the schemas. To compile the schema of schemas takes longer than to compile all of them.
    meta: false,
    validateSchema: false,
    formats,
    // Parameters are few and short: optimising their validators takes longer, at each start, than it saves.
    code: { optimize: false },
  });
  // The plugin is CommonJS: its types put the function one level deeper than Node does.
  const addFormats = formatsPlugin as unknown as typeof formatsPlugin.default;
  addFormats(ajv, ['uuid', 'date-time']);
  return ajv;
}

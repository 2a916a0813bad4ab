import type { BuildCompilerFromPool } from '@fastify/ajv-compiler';
import type { AnySchema, Format, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import formatsPlugin from 'ajv-formats';

/**
 * An Ajv that is strict about schemas and data alike. Formats by name come on top of uuid and date-time.
 * Text (query, path, headers) is coerced to the types asked for; JSON bodies already have types and keep them.
 */
export function makeAjv(formats: Record<string, Format> = {}, coerceTypes: false | 'array' = false): Ajv {
  const ajv = new Ajv({
    coerceTypes,
    useDefaults: true,
    // A field that nobody knows is refused, not dropped: it may be a misspelt one.
    removeAdditional: false,
    // Collecting all errors lets a hostile body make the server work for a long time.
    allErrors: false,
    discriminator: true,
    strict: true,
    strictTypes: true,
    allowUnionTypes: true,
    addUsedSchema: false,
    // Parameters are few and short: optimising their validators takes longer, at each start, than it saves.
    code: { optimize: false },
  });
  // The plugin is CommonJS, and its types say that the function is one level deeper than it is for Node.
  const addFormats = formatsPlugin as unknown as typeof formatsPlugin.default;
  addFormats(ajv, ['uuid', 'date-time']);
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  return ajv;
}

/** A schema with this member only documents; the function that it holds checks, and may give another value. */
export const checkedBy = Symbol('checked by');

/**
 * Fastify's factory of validators: one Ajv for bodies, and one for what arrives as text. It is called for each route,
 * with the same shared schemas, and to make such a pair takes longer than all that is compiled with it.
 */
export function validatorFactory(formats: Record<string, Format> = {}): BuildCompilerFromPool {
  let made: { schemas: AnySchema[]; compile: Compile } | undefined;
  return (sharedSchemas) => {
    const schemas = Object.values(sharedSchemas as Record<string, AnySchema>);
    const known = made?.schemas;
    if (!made || schemas.length !== known?.length || schemas.some((schema, i) => schema !== known[i]))
      made = { schemas, compile: compilerOf(schemas, formats) };
    return made.compile;
  };
}

type Compile = ReturnType<BuildCompilerFromPool>;

function compilerOf(schemas: AnySchema[], formats: Record<string, Format>): Compile {
  const body = makeAjv(formats, false);
  const text = makeAjv(formats, 'array');
  for (const schema of schemas) {
    body.addSchema(schema);
    text.addSchema(schema);
  }
  return (route) => {
    // The type says that this is a schema, but Fastify passes a schema and where it is from.
    const { schema, httpPart } = route as unknown as { schema: AnySchema; httpPart?: string };
    const own = (schema as { [checkedBy]?: ValidateFunction })[checkedBy];
    return own ?? (httpPart === 'body' ? body : text).compile(schema);
  };
}

import { answerSchemas } from '../../answers/schemas.ts';
import { sharedSchemas } from '../../shapes/record-data.ts';

/** Schemas by their names, `place` being where they stand in a document. */
export interface Parts {
  place: `#/${string}`;
  schemas: Map<string, object>;
}

const named = new Map<string, object>(
  [...sharedSchemas, ...answerSchemas].map((schema) => [(schema as { $id?: string }).$id ?? '', schema]),
);

/** A schema that refers to the parts of its document. What it refers to is added to them. */
export function withParts(schema: object, parts: Parts): object {
  const { place, schemas } = parts;
  const { $id: _, ...copy } = JSON.parse(JSON.stringify(schema), (key, value) => {
    // `Source#`, as src/shapes/fields.ts writes them.
    if (key !== '$ref') return value;
    const name = String(value).slice(0, -1);
    const part = named.get(name);
    if (!part) throw new Error(`no schema has the name ${name}`);
    if (!schemas.has(name)) {
      schemas.set(name, {});
      schemas.set(name, withParts(part, parts));
    }
    return `${place}/${name}`;
  });
  return copy;
}

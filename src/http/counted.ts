import { type TSchema, Type } from 'typebox';
import { lists } from './routes/reading.ts';

export const countParameter = {
  count: Type.Optional(
    Type.Boolean({ description: 'Says how many items there are, on this page and those after it.' }),
  ),
};

/** The schema of a route that lists, and that counts its items on request. */
export function listsCounted(...documented: [Parameters<typeof lists>[0], TSchema]) {
  const schema = lists(...documented);
  Object.assign(schema.response[200].headers, {
    'Total-Count': {
      schema: { type: 'integer' },
      description: 'With count=true: how many items there are, on this page and those after it.',
    },
  });
  return schema;
}

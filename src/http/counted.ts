import type { FastifyReply } from 'fastify';
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

/** The member of the answer, and the header, which a table has in its place. Counting may take long, so on request only. */
export async function totalOf(
  reply: FastifyReply,
  { count }: { count?: boolean },
  counted: () => number | Promise<number>,
): Promise<{ total?: number }> {
  if (count !== true) return {};
  const total = await counted();
  reply.header('total-count', total);
  return { total };
}

import { Type } from 'typebox';

/** Schemas that many answers share. */
export const Basis = Type.Object(
  {
    treeSize: Type.Integer({
      minimum: 0,
      description: 'How many events of the log the answer was computed from.',
    }),
    rootHash: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'The root of the Merkle tree over them.',
    }),
  },
  {
    $id: 'Basis',
    additionalProperties: false,
    description: 'The exact log that the answer was computed from.',
  },
);

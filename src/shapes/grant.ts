import { type Static, Type } from 'typebox';
import { closed } from './fields.ts';

export const roles = ['reader', 'recorder', 'auditor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** In place of an initiative's id: all of them, also those that are registered later. */
export const everyInitiative = '*';

/** Where a right holds. */
export const initiativeOrAllPattern = '^(\\*|[a-z0-9][a-z0-9-]{0,62})$';
export const InitiativeOrAll = Type.String({
  pattern: initiativeOrAllPattern,
  description: 'An initiative, which need not be registered yet, or * for all.',
});

export const Grant = Type.Object(
  { role: Type.Enum([...roles]), initiativeId: InitiativeOrAll },
  { $id: 'Grant', ...closed, description: 'A role in one initiative, or in all.' },
);
export type Grant = Static<typeof Grant>;

const grantsMax = 5_000;
export const Grants = Type.Array(Type.Unsafe<Grant>({ $ref: 'Grant#' }), { maxItems: grantsMax });

const Places = Type.Optional(
  Type.Array(InitiativeOrAll, { minItems: 1, maxItems: grantsMax, uniqueItems: true }),
);
/** The form in which grants are stored: for each role the initiatives, in bytewise order. A leaf has room for thousands. */
export const GrantsByRole = Type.Object(
  { reader: Places, recorder: Places, auditor: Places, admin: Places },
  closed,
);
export type GrantsByRole = Static<typeof GrantsByRole>;

export function byRole(grants: readonly Grant[]): GrantsByRole {
  const places = Map.groupBy(grants, ({ role }) => role);
  const sorted = [...places].map(([role, some]) => [
    role,
    [...new Set(some.map(({ initiativeId }) => initiativeId))].sort(),
  ]);
  return Object.fromEntries(sorted);
}

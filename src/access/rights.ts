import { everyInitiative, type Grant, type GrantsByRole, type Role, roles } from '../shapes/grant.ts';

/** What can be done, in an initiative or in all. */
export const rights = ['read', 'record', 'audit', 'administer'] as const;
export type Right = (typeof rights)[number];

/** The whole table. Who has no role that is named here may do nothing. */
const rightsOf: { readonly [role in Role]: readonly Right[] } = {
  reader: ['read'],
  recorder: ['read', 'record'],
  auditor: ['read', 'audit'],
  admin: ['read', 'record', 'audit', 'administer'],
};

export const rightsGivenBy = ({ role }: Grant): readonly Right[] => rightsOf[role];

/** The roles in each initiative, or in all (`*`). */
export type Granted = ReadonlyMap<string, ReadonlySet<Role>>;

export function granted(grants: GrantsByRole): Granted {
  const byPlace = new Map<string, Set<Role>>();
  for (const role of roles)
    for (const initiativeId of grants[role] ?? [])
      byPlace.set(initiativeId, (byPlace.get(initiativeId) ?? new Set()).add(role));
  return byPlace;
}

export const grantsIn = (some: Granted): Grant[] =>
  [...some].flatMap(([initiativeId, roles]) => [...roles].map((role) => ({ role, initiativeId })));

export const noGrants: Granted = new Map();
/** Everything, everywhere: of whoever asks an open ledger. */
export const allGrants: Granted = granted({ admin: [everyInitiative] });

/** The grant that gives a right in an initiative, or in all of them: the rule that decides. undefined: none does. */
export function may(some: Granted, right: Right, initiativeId: string = everyInitiative): Grant | undefined {
  for (const place of [everyInitiative, initiativeId])
    for (const role of some.get(place) ?? [])
      if (rightsOf[role].includes(right)) return { role, initiativeId: place };
  return undefined;
}

const gives = (some: Granted, role: Role, initiativeId: string): boolean =>
  rightsOf[role].every((right) => may(some, right, initiativeId));

/** What both give: so a token can give less than its principal has, and never more. */
export function within(some: Granted, others: Granted): Granted {
  const both = new Map<string, Set<Role>>();
  for (const place of new Set([...some.keys(), ...others.keys()])) {
    const shared = roles.filter((role) => gives(some, role, place) && gives(others, role, place));
    // A role that gives all that another one gives stands for it.
    const least = shared.filter(
      (role) =>
        !shared.some((one) => one !== role && rightsOf[role].every((right) => rightsOf[one].includes(right))),
    );
    if (least.length > 0) both.set(place, new Set(least));
  }
  return both;
}

/** Whether somebody has all that others give. */
export const covers = (some: Granted, others: Granted): boolean =>
  grantsIn(others).every(({ role, initiativeId }) => gives(some, role, initiativeId));

/** Whether somebody administers every place where others have something; all places, where they have nothing. */
export const administers = (some: Granted, others: Granted): boolean =>
  (others.size === 0 ? [everyInitiative] : [...others.keys()]).every((place) =>
    may(some, 'administer', place),
  );

import { folded } from './folded.ts';
import { isVisible } from './visible.ts';

/** A part of what a claim speaks of: `sector:Health`, or `meetings`. */
export interface ScopeTerm {
  name: string;
  /** As given; '': there is none. */
  value: string;
}

const valued = ['meeting', 'series', 'pillar', 'zone', 'sector', 'instrument', 'party', 'country', 'year'];

/** A plus that no name of a term follows belongs to the value before it, as in `pillar:R+D`. */
const join = new RegExp(`\\+(?=meetings(?:\\+|$)|(?:${valued.join('|')}):)`);

/** What begins and ends like a scope; `isScope` looks at each of its terms. */
export const scopePattern = `^(all|other|meetings|(meetings\\+)?(${valued.join('|')}):\\S(.{0,2198}\\S)?)$`;

/** The terms of a claim's scope. A record counts if it is in all of them. */
export const scopeTerms = (scope: string): ScopeTerm[] =>
  scope.split(join).map((term) => {
    const colon = term.indexOf(':');
    return colon === -1
      ? { name: term, value: '' }
      : { name: term.slice(0, colon), value: term.slice(colon + 1) };
  });

/** Whether each term of a text that begins and ends like a scope can be in one. */
export function isScope(scope: string): boolean {
  const terms = scopeTerms(scope);
  return terms.every(({ name, value }) => {
    if (name === 'all' || name === 'other') return terms.length === 1;
    if (name === 'meetings') return value === '';
    if (name === 'meeting') return /^[a-z0-9][a-z0-9-]{0,62}$/.test(value);
    if (name === 'year') return /^[0-9]{4}$/.test(value);
    return isVisible(value) && value.trim() === value && value.length <= 2000;
  });
}

/** The same for scopes that mean the same: terms in any order, and values in any spelling. */
export const scopeKey = (scope: string): string =>
  scopeTerms(scope)
    .map(({ name, value }) => `${folded(name)}:${folded(value)}`)
    .sort()
    .join('+');

/** The meeting that a scope is all of. */
export function meetingAlone(scope: string): string | undefined {
  const [{ name, value } = noTerm, another] = scopeTerms(scope);
  return name === 'meeting' && another === undefined ? value : undefined;
}
const noTerm: ScopeTerm = { name: '', value: '' };

/** The meetings that a scope names. */
export const meetingsIn = (scope: string): string[] =>
  scopeTerms(scope).flatMap(({ name, value }) => (name === 'meeting' ? value : []));

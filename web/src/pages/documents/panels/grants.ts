/** Lists of grants: one for each person, group or department. */

import type { Grant, Subject } from "../../../api/documents";

export function sameSubject(a: Subject, b: Subject): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The grants with this one in the place of another to the same. */
export function withGrant(grants: readonly Grant[], grant: Grant): Grant[] {
  return grants.some((other) => sameSubject(other.to, grant.to))
    ? grants.map((other) => (sameSubject(other.to, grant.to) ? grant : other))
    : [...grants, grant];
}

export function withoutGrant(grants: readonly Grant[], to: Subject): Grant[] {
  return grants.filter((other) => !sameSubject(other.to, to));
}

/** Built-in roles in the person's language; others as they were named. */

import { type Key, useT } from "../../i18n";

const BUILT_IN: Record<string, Key> = {
  owner: "role.owner",
  admin: "role.admin",
  member: "role.member",
  guest: "role.guest",
};

export function useRoleName(): (role: string) => string {
  const t = useT();
  return (role) => {
    const key = BUILT_IN[role];
    return key === undefined ? role : t(key);
  };
}

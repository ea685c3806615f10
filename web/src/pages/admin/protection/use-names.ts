/** Names of what the values of a plan refer to, as far as this person may read them. */

import { PERMISSIONS, type Department, type Group } from "../../../api/types";
import { useT } from "../../../i18n";
import { usePersonName } from "../../chat/names";
import { useFolders } from "../../documents/use-tree";
import { useRoleName } from "../role-names";
import { useDirectory, useWholeDirectory } from "../use-directory";
import type { Names } from "./aspect-words";

export function useNames(): Names {
  const t = useT();
  const person = usePersonName();
  const role = useRoleName();
  const departments = useDirectory<Department>("department-list").rows;
  const groups = useWholeDirectory<Group>("group-list");
  const { folders } = useFolders();
  // An id says more than nothing: of what is gone or may not be read there is no name.
  const found = (list: readonly { id: string; name: string }[], id: string): string => list.find((each) => each.id === id)?.name ?? id;
  return {
    person,
    role,
    department: (id) => found(departments, id),
    group: (id) => found(groups, id),
    folder: (id) => folders?.find((folder) => folder.folder_id === id)?.name ?? id,
    permission: (name) => {
      const known = PERMISSIONS.find((permission) => permission === name);
      return known === undefined ? name : t(`permission.${known}`);
    },
  };
}

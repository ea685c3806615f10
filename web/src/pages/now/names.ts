/** What people call modules and workspaces; what has no name here is shown as it is. */

import type { Id } from "../../api/types";
import { useApp, useStore } from "../../app-context";
import { type Key, useT } from "../../i18n";

const MODULES: Record<string, Key> = {
  installation: "module.installation",
  directory: "module.directory",
  messaging: "module.messaging",
  documents: "module.documents",
  protection: "module.protection",
  continuity: "module.continuity",
};

export interface Names {
  moduleName(module: string): string;
  workspaceName(id: Id): string;
}

export function useNames(): Names {
  const t = useT();
  const { sessions } = useApp();
  const workspaces = useStore(sessions)?.workspaces ?? [];
  return {
    moduleName: (module) => {
      const key = MODULES[module];
      return key === undefined ? module : t(key);
    },
    workspaceName: (id) =>
      /^0{8}-/.test(id) ? t("partition.installation") : (workspaces.find((workspace) => workspace.id === id)?.name ?? id.slice(0, 8)),
  };
}

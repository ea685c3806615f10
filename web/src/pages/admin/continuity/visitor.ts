/** Who looks at the console, as far as it decides what is shown. */

import { useApp, useStore, useWorkspace } from "../../../app-context";
import type { ResponseReach } from "../../../chat/response-news";

export interface Visitor {
  /** Of the whole installation. */
  isOperator: boolean;
  /** Whether the person has a permission in the workspace at hand. */
  may(permission: string): boolean;
  /** Whose pages they see without a permission: those of a command team they belong to, say. */
  reach: ResponseReach;
}

export function useVisitor(): Visitor {
  const { sessions } = useApp();
  const workspace = useWorkspace();
  const isOperator = useStore(sessions)?.account.operator === true;
  return { isOperator, may: (permission) => workspace.may(permission), reach: useStore(workspace.reach) };
}

/** Who looks at the console, as far as it decides what is shown. */

import { useApp, useStore, useWorkspace } from "../../../app-context";

export interface Visitor {
  /** Of the whole installation. */
  isOperator: boolean;
  /** Whether the person has a permission in the workspace at hand. */
  may(permission: string): boolean;
}

export function useVisitor(): Visitor {
  const { sessions } = useApp();
  const workspace = useWorkspace();
  const isOperator = useStore(sessions)?.account.operator === true;
  return { isOperator, may: (permission) => workspace.may(permission) };
}

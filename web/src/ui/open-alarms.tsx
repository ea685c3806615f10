/** How many alarms wait for somebody's judgement, beside the way to them. */

import type { ReactElement } from "react";
import { useStore, useWorkspace } from "../app-context";
import { useT } from "../i18n";

export function OpenAlarms(): ReactElement | null {
  const t = useT();
  const count = useStore(useWorkspace().openAlarms);
  return count === "" ? null : (
    <span className="badge badge-urgent open-alarms">
      <span aria-hidden>{count}</span>
      <span className="only-heard">{t("nav.openAlarms", { count })}</span>
    </span>
  );
}

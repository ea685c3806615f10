/** How much waits for somebody, beside the way to it: alarms to judge, calls to answer. */

import type { ReactElement } from "react";
import type { Workspace } from "../chat/workspace";
import { useStore, useWorkspace } from "../app-context";
import { useT } from "../i18n";

export function OpenAlarms(): ReactElement | null {
  const t = useT();
  const count = useStore(useWorkspace().openAlarms);
  return count === "" ? null : <Count count={count} words={t("nav.openAlarms", { count })} />;
}

export function OpenCalls({ workspace }: { workspace: Workspace }): ReactElement | null {
  const t = useT();
  const count = useStore(workspace.openCalls);
  return count === 0 ? null : <Count count={count} words={t("nav.openCalls", { count })} />;
}

function Count({ count, words }: { count: string | number; words: string }): ReactElement {
  return (
    <span className="badge badge-urgent open-alarms">
      <span aria-hidden>{count}</span>
      <span className="only-heard">{words}</span>
    </span>
  );
}

/** Under an urgent notice: acknowledging it, and who has not yet. */

import { type ReactElement, Suspense, lazy, useState } from "react";
import { useWorkspace } from "../../app-context";
import type { Message } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";

const UrgentStatusDialog = lazy(() => import("./urgent-status-dialog"));

export function UrgentLine({ message }: { message: Message }): ReactElement | null {
  const t = useT();
  const workspace = useWorkspace();
  const [isOpen, setOpen] = useState(false);
  const urgent = message.urgent;
  if (!urgent) {
    return null;
  }
  const isOwn = message.author === workspace.me;
  return (
    <div className="urgent-line">
      <span className="urgent-count">
        <Icon name={urgent.acknowledged >= urgent.total ? "check" : "clock"} size={15} />
        {t("urgent.count", { done: urgent.acknowledged, total: urgent.total })}
      </span>
      {!isOwn && !urgent.mine ? (
        <button type="button" className="button danger small" onClick={() => void workspace.acknowledge(message)}>
          {t("urgent.acknowledge")}
        </button>
      ) : null}
      {urgent.mine ? <span className="urgent-done">{t("urgent.done")}</span> : null}
      <button type="button" className="text-button" onClick={() => setOpen(true)}>
        {t("urgent.who")}
      </button>
      <Suspense fallback={null}>
        {isOpen ? <UrgentStatusDialog message={message} onClose={() => setOpen(false)} /> : null}
      </Suspense>
    </div>
  );
}

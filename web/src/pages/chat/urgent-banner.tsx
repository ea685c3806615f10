/** Urgent notices that wait for this person: they stay until acknowledged. */

import type { ReactElement } from "react";
import { useStore, useWorkspace } from "../../app-context";
import { timeText, useT } from "../../i18n";
import { chatPath } from "../../route";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import { usePersonName } from "./names";

export function UrgentBanner(): ReactElement | null {
  const t = useT();
  const workspace = useWorkspace();
  const waiting = useStore(workspace.urgent);
  const nameOf = usePersonName();
  const first = waiting[0];
  if (first === undefined) {
    return null;
  }
  return (
    <section className="urgent-banner" aria-label={t("urgent.waiting", { count: waiting.length })} role="alert">
      <Icon name="bell" size={20} />
      <div className="urgent-text">
        <strong>
          {t("urgent.from", { name: nameOf(first.author), time: timeText(first.time) })}
          {waiting.length > 1 ? ` · ${t("urgent.more", { count: waiting.length - 1 })}` : ""}
        </strong>
        <p>{first.text.slice(0, 300)}</p>
      </div>
      <Link className="button small" to={chatPath(workspace.id, first.conversation_id, { at: first.position })}>
        {t("urgent.show")}
      </Link>
      <button type="button" className="button danger small" onClick={() => void workspace.acknowledge(first)}>
        <Icon name="check" size={16} />
        {t("urgent.acknowledge")}
      </button>
    </section>
  );
}

/** Keeps an eye on alarms while one does something else; only for those who watch over the workspace. */

import { type ReactElement, useEffect, useState } from "react";
import type { Alarm } from "../api/protection";
import type { Page } from "../api/types";
import { useApp, useStore, useWorkspace } from "../app-context";
import { useT } from "../i18n";
import { protectionPath } from "../route";
import { Icon } from "../ui/icon";
import { Link } from "../ui/link";
import { usePersonName } from "./chat/names";

const COUNTED = 50;

export default function ProtectionWatch(): ReactElement | null {
  const t = useT();
  const workspace = useWorkspace();
  const { transport } = useApp();
  const nameOf = usePersonName();
  const { changes, seq, high } = useStore(workspace.protection);
  const [dismissed, setDismissed] = useState<string | null>(null);

  useEffect(() => {
    let isWanted = true;
    const parameters = { workspace_id: workspace.id, is_open: true, limit: COUNTED, min_seq: seq || undefined };
    transport.query<Page<Alarm>>("/api/protection/alarm-list", parameters).then(
      ({ items, next }) => {
        if (isWanted) {
          workspace.openAlarms.set(items.length === 0 ? "" : `${items.length}${next === null ? "" : "+"}`);
        }
      },
      // Counted again at the next event; the pages themselves say what is wrong.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [transport, workspace, changes, seq]);

  if (high === null || high.alarm === dismissed) {
    return null;
  }
  return (
    <section className="urgent-banner" role="alert" aria-label={t("protection.highAlarm")} data-high-alarm={high.alarm}>
      <Icon name="warning" size={20} />
      <div className="urgent-text">
        <strong>{t("protection.highAlarm")}</strong>
        <p>{t("protection.highAlarmText", { name: nameOf(high.person) })}</p>
      </div>
      <Link className="button small" to={protectionPath(workspace.id, "alarms")} onClick={() => setDismissed(high.alarm)}>
        {t("protection.look")}
      </Link>
      <button type="button" className="button small plain" onClick={() => setDismissed(high.alarm)}>
        {t("protection.dismiss")}
      </button>
    </section>
  );
}

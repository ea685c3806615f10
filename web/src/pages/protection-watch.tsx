/** Keeps an eye on alarms while one does something else; only for those who watch over the workspace. */

import { type ReactElement, useEffect, useState } from "react";
import type { Alarm } from "../api/protection";
import type { Id, Page } from "../api/types";
import { useApp, useStore, useWorkspace } from "../app-context";
import { useT } from "../i18n";
import { protectionPath } from "../route";
import { Icon } from "../ui/icon";
import { Link } from "../ui/link";
import { usePersonName } from "./chat/names";

const COUNTED = 50;
/** An attack comes as many events: they are looked at together. */
const GATHER_MS = 200;
const RETRY_MS = 3_000;

/** Open alarms as a site told them; `unknown`: no site could. */
type OpenAlarms = Page<Alarm> | "unknown" | null;

/**
 * What was missed while away is told like what happens now, also what somebody has judged long ago. Where no
 * site says whether an alarm is still open, it is taken for open.
 */
function isStillOpen(alarm: Id, open: OpenAlarms): boolean {
  return open === "unknown" || (open !== null && (open.next !== null || open.items.some((each) => each.alarm_id === alarm)));
}

export default function ProtectionWatch(): ReactElement | null {
  const t = useT();
  const workspace = useWorkspace();
  const { transport } = useApp();
  const nameOf = usePersonName();
  const { high } = useStore(workspace.protection);
  const [open, setOpen] = useState<OpenAlarms>(null);
  const [dismissed, setDismissed] = useState<string | null>(null);

  useEffect(() => {
    let isWanted = true;
    let isAsking = false;
    let isMissing = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number): void => {
      isMissing = isAsking;
      if (isWanted && !isAsking) {
        timer ??= setTimeout(() => void ask(), ms);
      }
    };
    const ask = async (): Promise<void> => {
      timer = undefined;
      isAsking = true;
      const { seq } = workspace.protection.get();
      const parameters = { workspace_id: workspace.id, is_open: true, limit: COUNTED, min_seq: seq || undefined };
      const page = await transport.query<Page<Alarm>>("/api/protection/alarm-list", parameters).catch(() => "unknown" as const);
      isAsking = false;
      if (!isWanted) {
        return;
      }
      setOpen(page);
      if (page === "unknown") {
        later(RETRY_MS);
        return;
      }
      workspace.openAlarms.set(page.items.length === 0 ? "" : `${page.items.length}${page.next === null ? "" : "+"}`);
      if (isMissing) {
        later(GATHER_MS);
      }
    };
    later(GATHER_MS);
    const ends = workspace.protection.subscribe(() => later(GATHER_MS));
    return () => {
      isWanted = false;
      clearTimeout(timer);
      ends();
    };
  }, [transport, workspace]);

  if (high === null || high.alarm === dismissed || !isStillOpen(high.alarm, open)) {
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

/** Alarms: who, why and how sure, and what a human makes of it. */

import { type ReactElement, useEffect, useState } from "react";
import type { Alarm } from "../../../api/protection";
import { useWorkspace } from "../../../app-context";
import { useT } from "../../../i18n";
import { Failure } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { Loading } from "../../../ui/loading";
import { AlarmCard } from "./alarm-card";
import { Pager, usePages } from "../pager";
import { useProtectionPage } from "./use-protection";

export function Alarms(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [isOpen, setOpen] = useState(true);
  const pages = usePages(String(isOpen));
  const { data, failure, isLoading, reload } = useProtectionPage<Alarm>("alarm-list", {
    is_open: isOpen ? true : null,
    limit: 20,
    cursor: pages.cursor,
  });
  useEffect(() => {
    // Whether somebody is in quarantine is what the card says and offers to end: no cached row will do.
    for (const person of new Set(data?.items.map((alarm) => alarm.person_id))) {
      workspace.roster.stale(person);
    }
  }, [data, workspace]);
  // What nobody has judged stands above what somebody has, the newest first in both.
  const items = [...(data?.items ?? [])].sort((a, b) => Number(a.closed !== undefined) - Number(b.closed !== undefined));
  return (
    <section aria-labelledby="alarms-title">
      <header className="protection-head">
        <h2 id="alarms-title">{t("protection.alarms")}</h2>
        <div className="segments" role="group" aria-label={t("protection.which")}>
          {([true, false] as const).map((open) => (
            <button key={String(open)} type="button" aria-pressed={isOpen === open} onClick={() => setOpen(open)}>
              {t(open ? "protection.openOnes" : "protection.all")}
            </button>
          ))}
        </div>
      </header>
      <p className="quiet">{t("protection.alarmsText")}</p>
      {failure === null ? null : <Failure code={failure} onRetry={reload} />}
      {isLoading ? <Loading /> : null}
      {data !== undefined && items.length === 0 ? (
        <div className="protection-empty">
          <Icon name="shield" size={40} />
          <h3>{t(isOpen ? "protection.noOpenAlarms" : "protection.noAlarms")}</h3>
          <p className="quiet">{t("protection.noAlarmsText")}</p>
        </div>
      ) : null}
      <ul className="protection-list" role="list" aria-live="polite">
        {items.map((alarm) => (
          <li key={alarm.alarm_id}>
            <AlarmCard alarm={alarm} isAboutMe={alarm.person_id === workspace.me} />
          </li>
        ))}
      </ul>
      <Pager pages={pages} next={data?.next} />
    </section>
  );
}

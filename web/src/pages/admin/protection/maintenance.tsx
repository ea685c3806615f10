/** Maintenance windows: honest bulk work that somebody else answers for. */

import { type ReactElement, useEffect, useState } from "react";
import type { MaintenanceWindow } from "../../../api/protection";
import { useWorkspace } from "../../../app-context";
import { type Key, listText, momentText, useT } from "../../../i18n";
import { Failure } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { Loading } from "../../../ui/loading";
import { usePersonName } from "../../chat/names";
import { StatusWord, type StatusTone } from "../status-word";
import { Pager, usePages } from "../pager";
import { useGive, useProtectionPage } from "./use-protection";
import { type WindowState, windowState } from "./window-state";
import { WindowForm } from "./window-form";

const STATES: Record<WindowState, { word: Key; tone: StatusTone }> = {
  upcoming: { word: "protection.window.upcoming", tone: "plain" },
  running: { word: "protection.window.running", tone: "warn" },
  over: { word: "protection.window.over", tone: "plain" },
  ended: { word: "protection.window.ended", tone: "plain" },
};
const LOOK_MS = 5_000;

export function Maintenance(): ReactElement {
  const t = useT();
  const pages = usePages("");
  const { data, failure, isLoading, reload } = useProtectionPage<MaintenanceWindow>("maintenance-list", { limit: 20, cursor: pages.cursor });
  const [isDeclaring, setDeclaring] = useState(false);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <section aria-labelledby="maintenance-title">
      <header className="protection-head">
        <h2 id="maintenance-title">{t("protection.maintenance")}</h2>
        <button type="button" className="button primary" onClick={() => setDeclaring(true)}>
          {t("protection.declare")}
        </button>
      </header>
      <p className="quiet">{t("protection.maintenanceText")}</p>
      {failure === null ? null : <Failure code={failure} onRetry={reload} />}
      {isLoading ? <Loading /> : null}
      {data?.items.length === 0 ? (
        <div className="protection-empty">
          <Icon name="clock" size={40} />
          <h3>{t("protection.noWindows")}</h3>
          <p className="quiet">{t("protection.noWindowsText")}</p>
        </div>
      ) : null}
      <ul className="protection-list" role="list">
        {(data?.items ?? []).map((window) => (
          <li key={window.window_id}>
            <WindowCard window={window} now={now} />
          </li>
        ))}
      </ul>
      <Pager pages={pages} next={data?.next} />
      {isDeclaring ? <WindowForm onClose={() => setDeclaring(false)} /> : null}
    </section>
  );
}

function WindowCard({ window, now }: { window: MaintenanceWindow; now: number }): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  const workspace = useWorkspace();
  const { give, isBusy, failure } = useGive();
  const state = windowState(window, now);
  const who = window.person_id === null ? t("protection.everyone") : nameOf(window.person_id);
  const canEnd = state === "upcoming" || state === "running";
  return (
    <article className={`card window window-${state}`} data-window={state}>
      <header className="alarm-head">
        <h3>{who}</h3>
        <StatusWord {...STATES[state]} word={t(STATES[state].word)} />
        <span className="grow" />
        <span className="quiet">{t("protection.fromTo", { from: momentText(window.begins_at), to: momentText(window.ends_at) })}</span>
      </header>
      <p>{window.reason}</p>
      <p className="quiet small">
        {listText(window.kinds.map((kind) => t(`protection.kinds.${kind}`)))} ·{" "}
        {t("protection.declaredBy", { name: nameOf(window.declared_by), time: momentText(window.declared_at) })}
        {window.ended_by === null ? "" : ` · ${t("protection.endedBy", { name: nameOf(window.ended_by) })}`}
      </p>
      {window.person_id === workspace.me ? <p className="quiet small">{t("protection.windowForYou")}</p> : null}
      {canEnd ? (
        <button
          type="button"
          className="button"
          disabled={isBusy}
          onClick={() => void give({ verb: "end-maintenance", command: { window_id: window.window_id } })}
        >
          {t("protection.endWindow")}
          <span className="only-heard"> {who}</span>
        </button>
      ) : null}
      {failure === null ? null : <Failure code={failure} />}
    </article>
  );
}

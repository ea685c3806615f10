/** The time machine: the workspace as it was at any second, beside what it is now. */

import { App as AntApp, Segmented } from "antd";
import { type ReactElement, useCallback, useState } from "react";
import { useApp, useWorkspace } from "../../app-context";
import type { Millis, Page } from "../../api/types";
import { errorText, useT } from "../../i18n";
import { codeOf } from "../../ui/failure";
import { Changes, type Change } from "./changes";
import { Waiting } from "./preparing";
import { TimeSlider } from "./time-slider";
import { useAsked } from "./use-then";
import { VIEWS, type ViewName } from "./views";
import "../../styles/history.css";

/** Pages of changes looked through for the nearest one: a page may have nothing to tell. */
const LOOKED_MAX = 20;

export default function HistoryPage(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const first = useAsked<Page<Change>>(["first"], (transport) =>
    transport.query("/api/workspace-changes", { workspace_id: workspace.id, order: "oldest_first", limit: 1 }),
  );
  const from = first.data?.items[0]?.time;
  return (
    <>
      <h2>{t("history.title")}</h2>
      <p className="quiet">{t("history.intro")}</p>
      {from === undefined ? <Waiting then={first} /> : <Travel from={from} />}
    </>
  );
}

function Travel({ from }: { from: Millis }): ReactElement {
  const t = useT();
  const { transport } = useApp();
  const workspace = useWorkspace();
  const { message } = AntApp.useApp();
  // The end of the slider: when the page was opened, and later where somebody goes beyond.
  const [to, setTo] = useState(() => Date.now());
  // At the end it is now, whatever that is at the site: this device's clock may be fast.
  const [moment, setMoment] = useState<Millis | null>(null);
  const [view, setView] = useState<ViewName>("people");
  const [isStepping, setStepping] = useState(false);
  const View = VIEWS[view];

  const go = useCallback((at: Millis) => {
    setMoment(at);
    setTo((before) => Math.max(before, at));
  }, []);

  const slideTo = useCallback((at: Millis) => (at >= to ? setMoment(null) : go(at)), [go, to]);

  const step = async (direction: "previous" | "next"): Promise<void> => {
    if (moment === null && direction === "next") {
      void message.info(t("history.noNext"));
      return;
    }
    setStepping(true);
    try {
      const bounds =
        direction === "previous"
          ? { to: moment === null ? null : moment - 1, order: "newest_first" }
          : { from: (moment ?? to) + 1, order: "oldest_first" };
      let cursor: string | null = null;
      for (let looked = 0; looked < LOOKED_MAX; looked += 1) {
        const page: Page<Change> = await transport.query<Page<Change>>("/api/workspace-changes", { workspace_id: workspace.id, ...bounds, limit: 1, cursor });
        const change = page.items[0];
        cursor = page.next;
        if (change !== undefined) {
          go(change.time);
          return;
        }
        if (cursor === null) {
          break;
        }
      }
      void message.info(t(direction === "previous" ? "history.noPrevious" : "history.noNext"));
    } catch (error) {
      void message.error(errorText(codeOf(error)));
    } finally {
      setStepping(false);
    }
  };

  return (
    <div className="history">
      <section className="card" aria-label={t("history.moment")}>
        <TimeSlider from={from} to={to} moment={moment ?? to} onMoment={slideTo} onStep={(direction) => void step(direction)} isStepping={isStepping} />
      </section>
      <div className="history-columns">
        <section className="card history-view" aria-label={t("history.what")}>
          <div className="history-what">
            <Segmented<ViewName>
              aria-label={t("history.what")}
              value={view}
              onChange={setView}
              options={(Object.keys(VIEWS) as ViewName[]).map((name) => ({ value: name, label: t(`history.${name}`) }))}
            />
          </div>
          <View moment={moment} />
        </section>
        <Changes moment={moment} shownAs={moment ?? to} onMoment={go} />
      </div>
    </div>
  );
}

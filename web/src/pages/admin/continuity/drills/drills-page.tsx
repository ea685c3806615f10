/** Drills: what was broken on purpose, and what that showed. */

import { type ReactElement, useState } from "react";
import type { Drill, Page } from "../../../../api/types";
import { useT } from "../../../../i18n";
import { useRoute } from "../../../../route";
import { Icon } from "../../../../ui/icon";
import { Pager, usePages } from "../../pager";
import { Freshness } from "../freshness";
import { useContinuity } from "../use-continuity";
import { DrillDetails } from "./drill-details";
import { DrillTable } from "./drill-table";
import { HowToRun } from "./how-to-run";
import { scenariosWith, useScenarioName } from "./scenarios";
import { Trend } from "./trend-chart";

const PAGE = 20;

export default function DrillsPage(): ReactElement {
  const route = useRoute();
  const item = route.page === "admin" ? route.item : null;
  // What is chosen here stays chosen while somebody looks at a drill and comes back.
  const [scenario, setScenario] = useState<string | null>(null);
  const pages = usePages(scenario ?? "");
  return item === null ? (
    <DrillList scenario={scenario} onScenario={setScenario} pages={pages} />
  ) : (
    <DrillDetails key={item} number={Number(item)} />
  );
}

interface DrillListProps {
  scenario: string | null;
  onScenario(scenario: string | null): void;
  pages: ReturnType<typeof usePages>;
}

/** The server counts pages by number, lists here by text. */
type Drills = Omit<Page<Drill>, "next"> & { next: number | null };

function DrillList({ scenario, onScenario, pages }: DrillListProps): ReactElement {
  const t = useT();
  const nameOf = useScenarioName();
  const asked = useContinuity<Drills>("drill-list", ["page", scenario, pages.cursor], () => ({ limit: PAGE, scenario, cursor: pages.cursor }));
  const { data, isOld } = asked;
  const drills = data?.items ?? [];
  const newest = scenario ?? drills[0]?.scenario ?? null;
  return (
    <section aria-labelledby="drills-title">
      <header className="continuity-head">
        <h2 id="drills-title">{t("continuity.drills")}</h2>
        <label className="scenario-choice">
          <span>{t("drills.scenario")}</span>
          <select value={scenario ?? ""} onChange={(event) => onScenario(event.target.value === "" ? null : event.target.value)}>
            <option value="">{t("drills.allScenarios")}</option>
            {scenariosWith(drills.map((drill) => drill.scenario)).map((each) => (
              <option key={each} value={each}>
                {nameOf(each)}
              </option>
            ))}
          </select>
        </label>
      </header>
      <p className="quiet continuity-intro">{t("drills.intro")}</p>
      <Freshness asked={asked} />
      <p role="status" className="only-heard">
        {data === undefined || isOld ? "" : t("drills.shown", { count: drills.length })}
      </p>
      <div className={isOld ? "continuity-parts is-old" : "continuity-parts"} aria-busy={isOld}>
        {data === undefined ? null : drills.length === 0 ? (
          <div className="continuity-empty">
            <Icon name="warning" size={40} />
            <h3>{t(scenario === null ? "drill.never" : "drills.neverThis")}</h3>
            <p className="quiet">{t("drills.neverText")}</p>
          </div>
        ) : (
          <DrillTable drills={drills} />
        )}
        <Pager pages={pages} next={data?.next == null ? null : String(data.next)} />
        {newest === null ? null : <Trend key={newest} scenario={newest} />}
        <HowToRun scenario={scenario ?? "site-loss"} />
      </div>
    </section>
  );
}

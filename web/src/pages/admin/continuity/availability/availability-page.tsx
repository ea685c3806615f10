/** How available the installation was, against what was promised. */

import { type ReactElement, useState } from "react";
import type { Availability } from "../../../../api/continuity";
import { dateTimeText, useT } from "../../../../i18n";
import { Icon } from "../../../../ui/icon";
import { percentText } from "../figure-text";
import { Freshness } from "../freshness";
import { useContinuity } from "../use-continuity";
import { DayChart } from "./day-chart";
import { Exclusions } from "./exclusions";
import { isEmpty } from "./judge";
import { Overall } from "./overall";
import { PartTable } from "./part-table";
import { type Period, boundsOf } from "./period";
import { PeriodChoice } from "./period-choice";

export default function AvailabilityPage(): ReactElement {
  const t = useT();
  const [period, setPeriod] = useState<Period>({ kind: "month" });
  const asked = useContinuity<Availability>("availability", [period], () => boundsOf(period, Date.now()));
  const { data: report, isOld } = asked;
  return (
    <section aria-labelledby="availability-title" data-availability={report === undefined ? "none" : isEmpty(report) ? "empty" : "figures"}>
      <header className="continuity-head">
        <h2 id="availability-title">{t("continuity.availability")}</h2>
      </header>
      <p className="quiet continuity-intro">{t("availability.intro")}</p>
      <PeriodChoice period={period} onPeriod={setPeriod} />
      <Freshness asked={asked} />
      <p role="status" className="only-heard">{report === undefined || isOld ? "" : summaryOf(report, t)}</p>
      {report === undefined ? null : (
        <div className={isOld ? "continuity-parts is-old" : "continuity-parts"} aria-busy={isOld}>
          {isEmpty(report) ? <Nothing isOwn={period.kind === "own"} /> : <Figures report={report} asked={boundsOf(period, asked.at).from} />}
          <Exclusions exclusions={report.exclusions} />
        </div>
      )}
    </section>
  );
}

function summaryOf(report: Availability, t: ReturnType<typeof useT>): string {
  const { available_pct: percent } = report.overall;
  return percent === null ? t("availability.verdict.unmeasured") : t("availability.heard", { percent: percentText(percent) });
}

/** A beginning this much later than asked for is told. */
const LATER_MS = 10 * 60_000;

function Figures({ report, asked }: { report: Availability; asked: number }): ReactElement {
  const t = useT();
  return (
    <>
      <p className="continuity-counted">
        {t("availability.counted", { from: dateTimeText(report.from), until: dateTimeText(report.until) })}
        {report.from > asked + LATER_MS ? ` ${t("availability.shorter")}` : ""}
      </p>
      <Overall figure={report.overall} targetPct={report.target_pct} />
      <PartTable modules={report.modules} targetPct={report.target_pct} />
      <DayChart report={report} />
    </>
  );
}

function Nothing({ isOwn }: { isOwn: boolean }): ReactElement {
  const t = useT();
  return (
    <div className="continuity-empty">
      <Icon name="clock" size={40} />
      <h3>{t(isOwn ? "availability.emptyOwn" : "availability.empty")}</h3>
      <p className="quiet">{t(isOwn ? "availability.emptyOwnText" : "availability.emptyText")}</p>
    </div>
  );
}

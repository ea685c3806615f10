/** Whether recovery gets faster or slower from drill to drill. */

import type { ReactElement } from "react";
import type { Drill, Page } from "../../../../api/types";
import { dateTimeText, durationText, useT } from "../../../../i18n";
import { useContinuity } from "../use-continuity";
import { useScenarioName } from "./scenarios";
import { TREND, type TrendPoint, trendOf } from "./trend";

/** As many drills as the sites give at once. */
const DRILLS = 200;
const ARM = 7;

export function Trend({ scenario }: { scenario: string }): ReactElement | null {
  const t = useT();
  const nameOf = useScenarioName();
  const { data } = useContinuity<Page<Drill>>("drill-list", ["trend", scenario], () => ({ limit: DRILLS, scenario }));
  if (data === undefined) {
    return null;
  }
  const points = trendOf(data.items);
  return (
    <section className="card" aria-labelledby="trend-title">
      <h3 id="trend-title">{t("drills.trend", { scenario: nameOf(scenario) })}</h3>
      {points.length < 2 ? <p className="quiet">{t("drills.noTrend")}</p> : <Chart points={points} />}
    </section>
  );
}

function Chart({ points }: { points: readonly TrendPoint[] }): ReactElement {
  const t = useT();
  const times = points.map(({ ms }) => ms);
  const [first, last] = [points[0], points.at(-1)];
  const words = { count: points.length, shortest: durationText(Math.min(...times)), longest: durationText(Math.max(...times)), last: durationText(last?.ms ?? 0) };
  return (
    <>
      <figure className="trend">
        <p className="quiet small">{t("drills.top", { time: words.longest })}</p>
        <svg viewBox={`0 0 ${TREND.width} ${TREND.height}`} role="img" aria-label={t("drills.trendHeard", words)}>
          <line className="trend-ground" x1={0} x2={TREND.width} y1={TREND.height - TREND.edge} y2={TREND.height - TREND.edge} />
          <polyline className="trend-line" points={points.map(({ x, y }) => `${x},${y}`).join(" ")} />
          {points.map((point) => (
            <Mark key={point.number} point={point} />
          ))}
        </svg>
        <p className="day-chart-ends quiet small">
          <span>{dateTimeText(first?.at ?? 0)}</span>
          <span>{dateTimeText(last?.at ?? 0)}</span>
        </p>
        <figcaption className="day-legend small">
          {[true, false].map((passed) => (
            <span key={String(passed)}>
              <svg viewBox="0 0 20 20" width={14} height={14} aria-hidden>
                <Mark point={{ x: 10, y: 10, passed }} />
              </svg>{" "}
              {t(passed ? "drills.dot" : "drills.cross")}
            </span>
          ))}
        </figcaption>
      </figure>
      <details>
        <summary>{t("continuity.asTable")}</summary>
        <TrendTable points={points} />
      </details>
    </>
  );
}

/** Passed is a dot, failed is a cross: nobody needs the colour to tell. */
function Mark({ point: { x, y, passed } }: { point: Pick<TrendPoint, "x" | "y" | "passed"> }): ReactElement {
  return passed ? (
    <circle className="trend-passed" cx={x} cy={y} r={ARM - 1} />
  ) : (
    <path className="trend-failed" d={`M${x - ARM} ${y - ARM}l${2 * ARM} ${2 * ARM}m0 ${-2 * ARM}l${-2 * ARM} ${2 * ARM}`} />
  );
}

function TrendTable({ points }: { points: readonly TrendPoint[] }): ReactElement {
  const t = useT();
  return (
    <table className="plain-table">
      <caption className="only-heard">{t("drill.rto")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("drills.started")}</th>
          <th scope="col">{t("drills.result")}</th>
          <th scope="col" className="number">{t("drill.rto")}</th>
        </tr>
      </thead>
      <tbody>
        {points.map(({ number, at, ms, passed }) => (
          <tr key={number}>
            <th scope="row">{dateTimeText(at)}</th>
            <td>{t(passed ? "drill.passed" : "drill.failed")}</td>
            <td className="number">{durationText(ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The days on which it was down or not measured. */

import type { ReactElement } from "react";
import type { Availability } from "../../../../api/continuity";
import { durationText, useT } from "../../../../i18n";
import { Icon } from "../../../../ui/icon";
import { utcDayText } from "../figure-text";
import { daysOf, heightsOf } from "./days";
import { unplacedMs } from "./judge";

/** Of each day's place, in units of the drawing. */
const WIDTH = 10;
/** Below the ground: the days of which something was not measured, however much. */
const STRIP = 16;
/** So few days would make bars as wide as walls. */
const FEW = 14;

export function DayChart({ report }: { report: Availability }): ReactElement {
  const t = useT();
  const unplaced = unplacedMs(report);
  const isDown = report.days.some((day) => day.down_ms > 0);
  return (
    <section className="card" aria-labelledby="days-title">
      <h3 id="days-title">{t("availability.days")}</h3>
      {isDown ? null : (
        <p>
          <Icon name={unplaced > 0 ? "question" : "check"} size={16} /> {t("availability.noDownDays")}
        </p>
      )}
      {report.days.length === 0 ? null : <Chart report={report} />}
      {unplaced === 0 ? null : (
        <p className="unplaced">
          <Icon name="question" size={16} /> {t("availability.unplaced", { time: durationText(unplaced) })}
        </p>
      )}
    </section>
  );
}

function Chart({ report }: { report: Availability }): ReactElement {
  const t = useT();
  const days = daysOf(report.from, report.until, report.days);
  const heights = heightsOf(days);
  const longest = Math.max(...report.days.map((day) => day.down_ms));
  const [first, last] = [days[0]?.day ?? report.from, days.at(-1)?.day ?? report.from];
  return (
    <>
      <figure className={days.length <= FEW ? "day-chart is-short" : "day-chart"}>
        {longest === 0 ? null : <p className="quiet small">{t("availability.highest", { time: durationText(longest) })}</p>}
        <div className="day-chart-scroll" tabIndex={0} role="group" aria-labelledby="days-title">
          <svg
            viewBox={`0 0 ${days.length * WIDTH} ${106 + STRIP}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={t("availability.chart", { count: report.days.length, from: utcDayText(first), until: utcDayText(last) })}
            width={days.length * 5}
            height={130}
          >
            {days.map((day, index) => (
              <g key={day.day}>
                <rect className="day-down" x={index * WIDTH + 1} width={WIDTH - 2} y={100 - (heights[index] ?? 0)} height={heights[index] ?? 0} />
                {day.unmeasured_ms === 0 ? null : (
                  <rect className="day-unmeasured" x={index * WIDTH + 1} width={WIDTH - 2} y={104} height={STRIP} />
                )}
              </g>
            ))}
            <line className="day-ground" x1={0} x2={days.length * WIDTH} y1={100} y2={100} />
          </svg>
        </div>
        <p className="day-chart-ends quiet small">
          <span>{utcDayText(first)}</span>
          {days.length > 1 ? <span>{utcDayText(last)}</span> : null}
        </p>
        <figcaption className="day-legend small">
          <span>
            <i className="legend-down" /> {t("availability.down")}
          </span>
          <span>
            <i className="legend-unmeasured" /> {t("availability.partly")}
          </span>
          <span className="quiet">{t("availability.utc")}</span>
        </figcaption>
      </figure>
      <details>
        <summary>{t("continuity.asTable")}</summary>
        <table className="plain-table">
          <caption className="only-heard">{t("availability.days")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("availability.day")}</th>
              <th scope="col" className="number">{t("availability.down")}</th>
              <th scope="col" className="number">{t("availability.notMeasured")}</th>
            </tr>
          </thead>
          <tbody>
            {report.days.map((day) => (
              <tr key={day.day}>
                <th scope="row">{utcDayText(day.day)}</th>
                <td className="number">{day.down_ms === 0 ? t("availability.none") : durationText(day.down_ms)}</td>
                <td className="number">{day.unmeasured_ms === 0 ? t("availability.none") : durationText(day.unmeasured_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

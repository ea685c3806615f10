/** The last drill with its age, and the button for the next. */

import type { ReactElement } from "react";
import type { Drill, DrillProgress } from "../../api/types";
import { agoText, dateTimeText, durationText, numberText, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { Link } from "../../ui/link";
import type { ActionKind } from "./site-action";

interface DrillProps {
  drills: readonly Drill[];
  progress: DrillProgress | null;
  now: number;
  sites: readonly string[];
  mayAct: boolean;
  /** Where the console lists all of them; none: for whoever may not see it. */
  all: string | null;
  onAction(kind: ActionKind, site: string): void;
}

export function DrillPanel({ drills, progress, now, sites, mayAct, all, onAction }: DrillProps): ReactElement {
  const t = useT();
  const last = drills.find((drill) => drill.ended_at !== null);
  const isRunning = progress?.running === true;
  return (
    <section className="card drills" aria-labelledby="drill-title">
      <h2 id="drill-title">{t("drill.title")}</h2>
      {isRunning ? (
        <p className="tone-warn" role="status">
          <Icon name="clock" size={16} /> {t("drill.runs", { site: progress.site ?? "" })} {t(`phase.${progress.phase ?? "preparing"}`)}
        </p>
      ) : null}
      {last === undefined ? (
        <p className="tone-bad">
          <Icon name="warning" size={16} /> {t("drill.never")}
        </p>
      ) : (
        <>
          <p>
            <DrillResult drill={last} /> {t("drill.siteLoss", { site: last.site })}{" "}
            <span className="quiet">({agoText(last.started_at, now)})</span>
          </p>
          <dl className="figures">
            <Figure word={t("drill.rto")} value={last.report?.rto_ms == null ? null : durationText(last.report.rto_ms)} />
            <Figure word={t("drill.detected")} value={last.report?.detected_ms == null ? null : durationText(last.report.detected_ms)} />
            <Figure word={t("drill.acknowledged")} value={last.report?.acknowledged === undefined ? null : numberText(last.report.acknowledged)} />
            <Figure word={t("drill.lost")} value={last.report?.lost === undefined ? null : numberText(last.report.lost)} />
            <Figure word={t("drill.duplicated")} value={last.report?.duplicated === undefined ? null : numberText(last.report.duplicated)} />
            <Figure word={t("drill.rejoin")} value={last.report?.rejoin_ms == null ? null : durationText(last.report.rejoin_ms)} />
          </dl>
          {last.report?.shortfalls?.length ? (
            <details>
              <summary>{t("drill.shortfalls")}</summary>
              <ul className="evidence">
                {last.report.shortfalls.map((shortfall) => (
                  <li key={shortfall}>
                    <code lang="en">{shortfall}</code>
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
          {drills.some((drill) => drill !== last) ? (
            <details>
              <summary>{t("drill.earlier")}</summary>
              <ul role="list" className="drill-list">
                {drills.filter((drill) => drill !== last).map((drill) => (
                  <li key={drill.number}>
                    <DrillResult drill={drill} /> {t("drill.siteLoss", { site: drill.site })}{" "}
                    <time className="quiet" dateTime={new Date(drill.started_at).toISOString()}>
                      {dateTimeText(drill.started_at)}
                    </time>
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
        </>
      )}
      {all === null ? null : (
        <p>
          <Link to={all}>{t("drill.all")}</Link>
        </p>
      )}
      {mayAct ? (
        <p className="site-actions">
          {sites.map((site) => (
            <button key={site} type="button" className="button" disabled={isRunning} onClick={() => onAction("drill", site)}>
              {t("drill.start", { site })}
            </button>
          ))}
        </p>
      ) : null}
    </section>
  );
}

function Figure({ word, value }: { word: string; value: string | null }): ReactElement {
  const t = useT();
  return (
    <div>
      <dt>{word}</dt>
      <dd>{value ?? t("unknown")}</dd>
    </div>
  );
}

function DrillResult({ drill }: { drill: Drill }): ReactElement {
  const t = useT();
  if (drill.ended_at === null) {
    return (
      <span className="result-word tone-plain">
        <Icon name="clock" size={16} /> {t("drill.running")}
      </span>
    );
  }
  return drill.passed ? (
    <span className="result-word tone-good">
      <Icon name="check" size={16} /> {t("drill.passed")}
    </span>
  ) : (
    <span className="result-word tone-bad">
      <Icon name="stop" size={16} /> {t("drill.failed")}
    </span>
  );
}

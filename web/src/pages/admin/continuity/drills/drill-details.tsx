/** One drill: what was done, what was measured, what fell short. */

import { type ReactElement, useEffect, useRef } from "react";
import type { Drill, Page } from "../../../../api/types";
import { useWorkspace } from "../../../../app-context";
import { offer } from "../../../../chat/download";
import { dateTimeText, durationText, momentText, numberText, useT } from "../../../../i18n";
import { continuityPath } from "../../../../route";
import { Icon } from "../../../../ui/icon";
import { Link } from "../../../../ui/link";
import { Note } from "../../../now/failover-panel";
import { percentText } from "../figure-text";
import { Freshness } from "../freshness";
import { useContinuity } from "../use-continuity";
import { type DrillFigure, figuresOf } from "./drill-figures";
import { DrillResult, useSiteWords } from "./drill-words";
import { Findings } from "./findings";
import { FunctionTable } from "./function-table";
import { type DrillContents, readReport } from "./read-report";
import { useScenarioName } from "./scenarios";
import { Done } from "./what-was-done";
import "../../../../styles/now.css";

export function DrillDetails({ number }: { number: number }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const asked = useContinuity<Page<Drill>>("drill-list", ["one", number], () => ({ cursor: number + 1, limit: 1 }));
  const drill = asked.data?.items.find((each) => each.number === number);
  return (
    <section aria-label={t("drills.drill")}>
      <p>
        <Link to={continuityPath(workspace.id, "drills")}>{t("drill.all")}</Link>
      </p>
      {drill === undefined && asked.data !== undefined ? (
        <h2>{t("drills.notThere")}</h2>
      ) : (
        <>
          {drill === undefined ? null : <Head drill={drill} />}
          <Freshness asked={asked} />
          {drill === undefined ? null : <Contents drill={drill} />}
        </>
      )}
    </section>
  );
}

function Head({ drill }: { drill: Drill }): ReactElement {
  const t = useT();
  const nameOf = useScenarioName();
  const title = useRef<HTMLHeadingElement>(null);
  // Whoever came by a link hears where they are.
  useEffect(() => title.current?.focus(), []);
  return (
    <header className="continuity-head" data-drill={drill.number}>
      <h2 ref={title} tabIndex={-1}>
        {t("drills.title", { scenario: nameOf(drill.scenario), number: drill.number })}
      </h2>
      <DrillResult drill={drill} />
    </header>
  );
}

function Contents({ drill }: { drill: Drill }): ReactElement {
  const t = useT();
  const contents = readReport(drill.report);
  return (
    <div className="continuity-parts">
      <Summary drill={drill} contents={contents} />
      {contents.functions.length === 0 ? null : <FunctionTable lines={contents.functions} />}
      {contents.findings === null ? null : <Findings findings={contents.findings} />}
      {contents.shortfalls.length === 0 ? null : (
        <section className="card" aria-labelledby="shortfalls-title">
          <h3 id="shortfalls-title">{t("drill.shortfalls")}</h3>
          <ul className="shortfalls">
            {[...new Set(contents.shortfalls)].map((shortfall) => (
              <li key={shortfall}>
                <code lang="en">{shortfall}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Done contents={contents} />
      {contents.timeline.length === 0 ? null : (
        <section className="card" aria-labelledby="timeline-title">
          <h3 id="timeline-title">{t("drills.timeline")}</h3>
          <ol className="timeline" role="list">
            {contents.timeline.map((note) => (
              <Note key={note.number} note={note} begin={contents.faultAt} />
            ))}
          </ol>
        </section>
      )}
      {drill.report === null ? null : <Raw drill={drill} />}
    </div>
  );
}

function Summary({ drill, contents }: { drill: Drill; contents: DrillContents }): ReactElement {
  const t = useT();
  const siteWords = useSiteWords();
  const figures = figuresOf(contents);
  return (
    <section className="card" aria-labelledby="figures-title">
      <h3 id="figures-title">{t("drills.figures")}</h3>
      <p>
        {t("drills.ranBy", { name: drill.started_by, time: momentText(drill.started_at) })} {siteWords(drill.site)}.{" "}
        {drill.ended_at === null
          ? t("drills.openText")
          : t("drills.took", { time: durationText(drill.ended_at - drill.started_at), end: dateTimeText(drill.ended_at) })}
      </p>
      {contents.aborted === null ? null : (
        <p className="tone-bad">
          <Icon name="stop" size={16} /> {t("drills.aborted")} <code lang="en">{contents.aborted}</code>
        </p>
      )}
      {figures.length === 0 ? <p className="quiet">{t("drills.noFigures")}</p> : null}
      <dl className="figures">
        {figures.map((figure) => (
          <div key={figure.word} className={figure.isBad ? "is-bad" : ""}>
            <dt>{t(figure.word)}</dt>
            <dd>
              {figure.isBad ? <Icon name="warning" size={18} label={t("drills.notAsPromised")} /> : null} {textOf(figure, t)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function textOf({ kind, value }: DrillFigure, t: ReturnType<typeof useT>): string {
  if (typeof value === "boolean") {
    return t(value ? "rehearsal.yes" : "rehearsal.no");
  }
  return { duration: durationText, percent: percentText, count: numberText, truth: String }[kind](value);
}

function Raw({ drill }: { drill: Drill }): ReactElement {
  const t = useT();
  const text = `${JSON.stringify(drill.report, null, 2)}\n`;
  return (
    <section className="card" aria-labelledby="raw-title">
      <header className="continuity-head">
        <h3 id="raw-title">{t("drills.raw")}</h3>
        <button
          type="button"
          className="button small"
          onClick={() => offer(new Blob([text], { type: "application/json" }), `drill-${drill.number}-${drill.scenario}.json`)}
        >
          <Icon name="download" size={16} /> {t("drills.download")}
        </button>
      </header>
      <details>
        <summary>{t("drills.showRaw")}</summary>
        <pre className="raw-report" tabIndex={0} aria-labelledby="raw-title" role="group">
          <code lang="en">{text}</code>
        </pre>
      </details>
    </section>
  );
}

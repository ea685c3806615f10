/** The drills of a page, newest first. */

import type { ReactElement } from "react";
import type { Drill } from "../../../../api/types";
import { useWorkspace } from "../../../../app-context";
import { dateTimeText, durationText, numberText, useT } from "../../../../i18n";
import { continuityPath } from "../../../../route";
import { Link } from "../../../../ui/link";
import { DrillResult, useSiteWords } from "./drill-words";
import { numberIn, readReport, recoveryMs } from "./read-report";
import { useScenarioName } from "./scenarios";

export function DrillTable({ drills }: { drills: readonly Drill[] }): ReactElement {
  const t = useT();
  return (
    <section className="card" aria-labelledby="history-title">
      <h3 id="history-title">{t("drills.history")}</h3>
      <div className="wide-table" tabIndex={0} role="group" aria-labelledby="history-title">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("drills.drill")}</th>
              <th scope="col">{t("drills.result")}</th>
              <th scope="col">{t("drills.where")}</th>
              <th scope="col">{t("drills.started")}</th>
              <th scope="col" className="number">{t("drill.rto")}</th>
              <th scope="col" className="number">{t("drill.detected")}</th>
              <th scope="col" className="number">{t("drill.lost")}</th>
              <th scope="col" className="number">{t("drill.duplicated")}</th>
              <th scope="col" className="number">{t("drills.findings")}</th>
            </tr>
          </thead>
          <tbody>
            {drills.map((drill) => (
              <DrillRow key={drill.number} drill={drill} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function DrillRow({ drill }: { drill: Drill }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = useScenarioName();
  const siteWords = useSiteWords();
  const { values, findings } = readReport(drill.report);
  const recovery = recoveryMs(drill.report);
  const detected = numberIn(values, "detected_ms");
  return (
    <tr data-drill={drill.number}>
      <th scope="row">
        <Link to={continuityPath(workspace.id, "drills", drill.number)}>
          {t("drills.row", { scenario: nameOf(drill.scenario), number: drill.number })}
        </Link>
      </th>
      <td>
        <DrillResult drill={drill} />
      </td>
      <td>{siteWords(drill.site)}</td>
      <td>
        <time dateTime={new Date(drill.started_at).toISOString()}>{dateTimeText(drill.started_at)}</time>
        <div className="quiet small">{t("drills.startedBy", { name: drill.started_by })}</div>
      </td>
      <Cell text={recovery === null ? null : durationText(recovery)} />
      <Cell text={detected === null ? null : durationText(detected)} />
      <Count of={numberIn(values, "lost")} isBadAboveZero />
      <Count of={numberIn(values, "duplicated")} isBadAboveZero />
      <Count of={findings === null ? null : findings.length} />
    </tr>
  );
}

function Count({ of, isBadAboveZero = false }: { of: number | null; isBadAboveZero?: boolean }): ReactElement {
  return <Cell text={of === null ? null : numberText(of)} isBad={isBadAboveZero && (of ?? 0) > 0} />;
}

/** A report may lack any figure: then there is a dash, and a word for whoever listens. */
function Cell({ text, isBad = false }: { text: string | null; isBad?: boolean }): ReactElement {
  const t = useT();
  return (
    <td className={isBad ? "number is-bad" : "number"}>
      {text ?? (
        <>
          <span aria-hidden>–</span>
          <span className="only-heard">{t("drills.notTold")}</span>
        </>
      )}
    </td>
  );
}

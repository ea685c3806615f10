/** Readiness: what an outage would find unprotected, and how far the plan to change that is. */

import type { ReactElement } from "react";
import type { Check, Readiness } from "../../../../api/programme";
import { useWorkspace } from "../../../../app-context";
import { useT } from "../../../../i18n";
import { Link } from "../../../../ui/link";
import { StatusWord } from "../../status-word";
import { shareText } from "../figure-text";
import { Freshness } from "../freshness";
import { useProgramme } from "../use-programme";
import { useVisitor } from "../visitor";
import { STATE_TONES, fixPath, useCheckWords } from "./check-words";
import { Rollout } from "./rollout";

/** What is worst comes first; what counts most first among equals. */
const ORDER = ["missing", "attention", "not_known", "ok"];

export function inOrder(checks: readonly Check[]): Check[] {
  return [...checks].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.weight - a.weight);
}

export default function ReadinessPage(): ReactElement {
  const t = useT();
  const asked = useProgramme<Readiness>("readiness");
  const { data } = asked;
  return (
    <section aria-labelledby="readiness-title">
      <h2 id="readiness-title">{t("programme.readiness")}</h2>
      <p className="quiet continuity-intro">{t("programme.readinessIntro")}</p>
      <Freshness asked={asked} />
      {data === undefined ? null : (
        <div className="continuity-parts">
          <Score readiness={data} />
          <Checks checks={data.checks} />
          <Rollout />
        </div>
      )}
    </section>
  );
}

function Score({ readiness }: { readiness: Readiness }): ReactElement {
  const t = useT();
  const open = readiness.checks.filter(({ state }) => state !== "ok").length;
  return (
    <div className="card readiness-score" role="status">
      <strong>{t("programme.score", { score: readiness.score })}</strong>
      <meter min={0} max={100} value={readiness.score} aria-hidden="true" />
      <StatusWord
        tone={readiness.is_ready ? "good" : "warn"}
        word={readiness.is_ready ? t("programme.ready") : t("programme.notReady", { count: open })}
      />
    </div>
  );
}

function Checks({ checks }: { checks: readonly Check[] }): ReactElement {
  const t = useT();
  return (
    <section className="card" aria-labelledby="checks-title">
      <h3 id="checks-title">{t("programme.checks")}</h3>
      <ul className="check-list" role="list">
        {inOrder(checks).map((check) => (
          <CheckLine key={check.name} check={check} />
        ))}
      </ul>
    </section>
  );
}

function CheckLine({ check }: { check: Check }): ReactElement {
  const t = useT();
  const words = useCheckWords();
  const workspace = useWorkspace();
  const { isOperator } = useVisitor();
  const more = check.gap_count - check.gaps.length;
  const path = fixPath(check.name, workspace.id, isOperator);
  return (
    <li data-check={check.name}>
      <h4>{words.asks(check)}</h4>
      <p className="check-state">
        <StatusWord tone={STATE_TONES[check.state]} word={t(`programme.state.${check.state}`)} />
        <span className="quiet small">{t("programme.protected", { share: shareText(check.share / 1_000) })}</span>
      </p>
      {check.reason === null ? null : <p lang="en">{check.reason}</p>}
      {check.gaps.length === 0 ? null : (
        <details>
          <summary>{t("programme.gaps", { count: check.gap_count })}</summary>
          <ul>
            {check.gaps.map((gap, n) => (
              <li key={n}>
                <strong>{gap.what}</strong> <span lang="en">{gap.detail}</span>
              </li>
            ))}
            {more > 0 ? <li className="quiet">{t("programme.moreGaps", { count: more })}</li> : null}
          </ul>
        </details>
      )}
      {check.state === "ok" ? null : (
        <p>
          <span className="quiet">{t("programme.howToFix")}:</span> {words.fix(check)}{" "}
          {path === null ? null : <Link to={path}>{t("programme.openPage")}<span className="only-heard">: {words.asks(check)}</span></Link>}
        </p>
      )}
    </li>
  );
}

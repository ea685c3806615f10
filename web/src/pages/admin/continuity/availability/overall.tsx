/** The installation's figure, its error budget, and the three ways to count. */

import type { ReactElement } from "react";
import type { Figure } from "../../../../api/continuity";
import { durationText, useT } from "../../../../i18n";
import { percentText, shareText } from "../figure-text";
import { budgetUsed, verdictOf } from "./judge";
import { LOOKS, VerdictWord } from "./verdict-word";

export function Overall({ figure, targetPct }: { figure: Figure; targetPct: number }): ReactElement {
  const t = useT();
  const verdict = verdictOf(figure, targetPct);
  const target = percentText(targetPct);
  const ways = [
    { word: t("availability.measured"), text: t("availability.measuredText"), percent: figure.available_pct },
    { word: t("availability.worst"), text: t("availability.worstText"), percent: figure.worst_case_pct },
    { word: t("availability.agreed"), text: t("availability.agreedText"), percent: figure.agreed_pct },
  ];
  return (
    <section className={`card overall overall-${LOOKS[verdict].tone}`} aria-labelledby="overall-title">
      <h3 id="overall-title">{t("availability.overall")}</h3>
      <p className="overall-verdict">
        <strong>{figure.available_pct === null ? t("availability.notMeasured") : percentText(figure.available_pct)}</strong>{" "}
        <VerdictWord verdict={verdict} size={20} />
      </p>
      <p>
        {t("availability.promised", { target })} {t(`availability.verdict.${verdict}Text`, { target })}
      </p>
      <Budget figure={figure} target={target} />
      <h4>{t("availability.ways")}</h4>
      <dl className="ways">
        {ways.map(({ word, text, percent }) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>
              <strong>{percent === null ? t("availability.notMeasured") : percentText(percent)}</strong>
              <span className="quiet small">{text}</span>
            </dd>
          </div>
        ))}
      </dl>
      <dl className="figures">
        <Time word={t("availability.measuredTime")} ms={figure.measured_ms} />
        <Time word={t("availability.down")} ms={figure.down_ms} />
        <Time word={t("availability.agreedDown")} ms={figure.agreed_down_ms} />
        <Time word={t("availability.unmeasuredTime")} ms={figure.unmeasured_ms} />
      </dl>
    </section>
  );
}

function Time({ word, ms }: { word: string; ms: number }): ReactElement {
  const t = useT();
  return (
    <div>
      <dt>{word}</dt>
      <dd>{ms === 0 ? t("availability.none") : durationText(ms)}</dd>
    </div>
  );
}

/** The budget as a bar; the words beside it say the same. */
function Budget({ figure, target }: { figure: Figure; target: string }): ReactElement {
  const t = useT();
  const used = budgetUsed(figure);
  const isOver = figure.budget_left_ms < 0;
  return (
    <div className="budget">
      <h4>{t("availability.budget")}</h4>
      <p>{t("availability.budgetOf", { target, time: durationText(figure.budget_ms) })}</p>
      <svg className={isOver ? "budget-bar is-over" : "budget-bar"} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
        <rect className="budget-all" width={100} height={8} />
        <rect className="budget-used" width={Math.min(1, Math.max(0, used ?? 1)) * 100} height={8} />
      </svg>
      <p>
        {t("availability.used", { time: durationText(figure.budget_ms - figure.budget_left_ms) })}
        {used === null || isOver ? "" : ` (${shareText(used)})`}
        {" · "}
        <strong>
          {isOver
            ? t("availability.over", { time: durationText(-figure.budget_left_ms) })
            : t("availability.left", { time: durationText(figure.budget_left_ms) })}
        </strong>
      </p>
    </div>
  );
}

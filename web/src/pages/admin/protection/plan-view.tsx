/** What a rewind would put back: how far it is worked out, then totals and every single thing. */

import { type ReactElement, type ReactNode, useState } from "react";
import type { RewindPlan } from "../../../api/protection";
import { numberText, useT } from "../../../i18n";
import { Failure } from "../../../ui/failure";
import { Icon } from "../../../ui/icon";
import { type Chosen, countsOf } from "./choices";
import { Pager, usePages } from "../pager";
import { PlanTable } from "./plan-table";
import { useProtection } from "./use-protection";
import { MODULE_WORDS } from "./words";

const PREPARING_MS = 700;
const PER_PAGE = 50;

interface PlanViewProps {
  of: { rewind_id: string } | { person_id: string; since: number; until: number | null };
  /** What was chosen so far; `null`: nothing can be chosen here. */
  chosen: Chosen | null;
  onChoose?(chosen: Chosen): void;
  actions?(plan: RewindPlan): ReactNode;
}

const NOTHING_CHOSEN: Chosen = new Map();

export function PlanView({ of, chosen, onChoose, actions }: PlanViewProps): ReactElement {
  const t = useT();
  const [module, setModule] = useState("");
  const pages = usePages(module);
  const { data: plan, failure, reload } = useProtection<RewindPlan>(
    "rewind-plan",
    { ...of, module: module === "" ? null : module, limit: PER_PAGE, cursor: pages.cursor },
    (data) => (data?.state === "preparing" ? PREPARING_MS : false),
  );
  if (plan === undefined || plan.state === "preparing") {
    return failure === null ? <Preparing plan={plan} /> : <Failure code={failure} onRetry={reload} />;
  }
  const { back, kept } = countsOf(plan, chosen ?? NOTHING_CHOSEN);
  return (
    <section className="plan" aria-labelledby="plan-title" data-plan="ready">
      <h3 id="plan-title">{t("protection.planned")}</h3>
      {failure === null ? null : <Failure code={failure} onRetry={reload} />}
      <dl className="plan-totals">
        <Total word={t("protection.totalEntries")} value={plan.entries} />
        <Total word={t("protection.totalObjects")} value={plan.objects} />
        <Total word={t("protection.totalBack")} value={back} />
        <Total word={t("protection.totalKept")} value={kept} />
      </dl>
      {plan.changes === 0 ? (
        <p className="note">{t("protection.nothingToDo")}</p>
      ) : (
        <>
          <label className="field inline plan-filter">
            <span>{t("protection.filter")}</span>
            <select value={module} onChange={(event) => setModule(event.target.value)}>
              <option value="">{t("protection.allModules")}</option>
              {Object.entries(MODULE_WORDS).map(([name, word]) => (
                <option key={name} value={name}>
                  {word === undefined ? name : t(word)}
                </option>
              ))}
            </select>
          </label>
          {plan.items.length === 0 ? <p className="quiet">{t("protection.nothingInModule")}</p> : null}
          <PlanTable changes={plan.items} chosen={chosen} {...(onChoose ? { onChoose } : {})} />
          <Pager pages={pages} next={plan.next} />
        </>
      )}
      <div className="button-row plan-actions">{actions?.(plan)}</div>
    </section>
  );
}

function Total({ word, value }: { word: string; value: number }): ReactElement {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{numberText(value)}</dd>
    </div>
  );
}

function Preparing({ plan }: { plan: RewindPlan | undefined }): ReactElement {
  const t = useT();
  return (
    <div className="card plan-preparing" role="status">
      <p>
        <Icon name="clock" size={16} /> {t("protection.preparing")}
      </p>
      {plan === undefined || plan.to_scan === 0 ? null : (
        <>
          <progress max={plan.to_scan} value={plan.scanned} aria-label={t("protection.preparing")} />
          <p className="quiet small" aria-hidden>
            {t("protection.scanned", { done: numberText(plan.scanned), total: numberText(plan.to_scan) })}
          </p>
        </>
      )}
    </div>
  );
}

/** Objectives: how every promise stands, by what was measured, and how old the proof is. */

import { type ReactElement, useState } from "react";
import type { ObjectiveStanding, ObjectiveStandings, PromiseState, Promised } from "../../../../api/programme";
import { agoText, durationText, useT } from "../../../../i18n";
import { Pager, usePages } from "../../pager";
import { StatusWord } from "../../status-word";
import { Freshness } from "../freshness";
import { useProgramme } from "../use-programme";

const STATES: readonly PromiseState[] = ["breached", "never_proven", "at_risk", "met"];
const TONES = { breached: "bad", never_proven: "plain", at_risk: "warn", met: "good" } as const;

export default function ObjectivesPage(): ReactElement {
  const t = useT();
  const [state, setState] = useState<PromiseState | null>(null);
  const pages = usePages(state ?? "");
  const asked = useProgramme<ObjectiveStandings>("objective-standing", { state, cursor: pages.cursor });
  const { data } = asked;
  return (
    <section aria-labelledby="objectives-title">
      <header className="continuity-head">
        <h2 id="objectives-title">{t("programme.objectives")}</h2>
        <label className="scenario-choice">
          <span>{t("programme.state")}</span>
          <select value={state ?? ""} onChange={(event) => setState(STATES.find((each) => each === event.target.value) ?? null)}>
            <option value="">{t("programme.allStates")}</option>
            {STATES.map((each) => (
              <option key={each} value={each}>
                {t(`programme.promise.${each}`)}
              </option>
            ))}
          </select>
        </label>
      </header>
      <p className="quiet continuity-intro">{t("programme.objectivesIntro")}</p>
      <Freshness asked={asked} />
      {data === undefined ? null : (
        <div className="continuity-parts" aria-busy={asked.isOld}>
          <p role="status" className="check-state">
            {STATES.map((each) => (
              <span key={each}>
                <StatusWord tone={TONES[each]} word={`${t(`programme.promise.${each}`)}: ${data.counts[each]}`} />
              </span>
            ))}
            <span className="quiet">{t("programme.withoutObjective", { count: data.counts.without_objective })}</span>
          </p>
          {data.items.length === 0 ? <p>{t("programme.noObjectives")}</p> : <Standings items={data.items} />}
          <Pager pages={pages} next={data.next} />
        </div>
      )}
    </section>
  );
}

function Standings({ items }: { items: readonly ObjectiveStanding[] }): ReactElement {
  const t = useT();
  return (
    <div className="data-table" role="group" aria-label={t("programme.objectives")} tabIndex={0}>
      <table className="wide-table">
        <thead>
          <tr>
            {(["asset", "state", "recoveryTime", "recoveryPoint", "proof"] as const).map((column) => (
              <th key={column} scope="col">
                {t(`programme.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.asset_id}>
              <th scope="row">
                {item.name} <span className="quiet small">{item.key}</span>
              </th>
              <td>
                <StatusWord tone={TONES[item.state]} word={t(`programme.promise.${item.state}`)} />
              </td>
              <td>
                <Measured of={item.rto} />
                {item.exceeds_tolerance ? <p className="tone-warn small">{t("programme.exceeds")}</p> : null}
              </td>
              <td>
                <Measured of={item.rpo} />
              </td>
              <td>
                {item.proof === null ? t("programme.noProof") : agoText(item.proof.ended_at)}
                {item.proof?.is_too_old ? <p className="tone-warn small">{t("programme.tooOld")}</p> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Measured({ of }: { of: Promised }): ReactElement {
  const t = useT();
  return (
    <>
      <StatusWord tone={TONES[of.state]} word={t(`programme.promise.${of.state}`)} />
      <p>{of.measured_ms === null ? t("programme.notMeasured") : t("programme.measured", { time: durationText(of.measured_ms) })}</p>
      <p className="quiet small">
        {of.measured_by === null ? null : `${t(`programme.by.${of.measured_by}`)} · `}
        {t("programme.promised", { time: durationText(of.target_ms) })}
      </p>
    </>
  );
}

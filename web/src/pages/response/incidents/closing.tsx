/** Closing an incident: with what has to become better, or with the reason why there is nothing. */

import { type ReactElement, useId, useState } from "react";
import type { IncidentDetail } from "../../../api/response";
import { useT } from "../../../i18n";
import { Dialog } from "../../../ui/dialog";
import { linesOf } from "../lines";
import type { Send } from "../use-send";

const FINDINGS_MAX = 50;

export function Closing({ incident, send, onClose }: { incident: IncidentDetail; send: Send; onClose(): void }): ReactElement {
  const t = useT();
  const id = useId();
  // Nothing is chosen for whoever is in a hurry: both ways are a statement.
  const [way, setWay] = useState<"findings" | "none" | null>(null);
  const [findings, setFindings] = useState("");
  const [reason, setReason] = useState("");
  const found = linesOf(findings);
  const isTooMany = way === "findings" && found.length > FINDINGS_MAX;
  const isComplete = way === "findings" ? found.length > 0 && !isTooMany : way === "none" && reason.trim() !== "";
  const close = (): void => {
    const { incident_id } = incident;
    send("close-incident", way === "findings" ? { incident_id, findings: found } : { incident_id, findings: [], none_because: reason.trim() });
    onClose();
  };
  return (
    <Dialog
      title={t("incident.closeTitle")}
      kind="wide"
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={id} className="button primary big" disabled={!isComplete}>
            {t("incident.close")}
          </button>
          <button type="button" className="button big" onClick={onClose}>
            {t("cancel")}
          </button>
        </>
      }
    >
      <form
        id={id}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isComplete) {
            close();
          }
        }}
      >
        <fieldset className="choices big-choices">
          <legend>{t("incident.closeText")}</legend>
          <label>
            <input type="radio" name={id} data-first-focus checked={way === "findings"} onChange={() => setWay("findings")} /> {t("incident.hasFindings")}
          </label>
          <label>
            <input type="radio" name={id} checked={way === "none"} onChange={() => setWay("none")} /> {t("incident.noFindings")}
          </label>
        </fieldset>
        {way === "findings" ? (
          <label className="field">
            <span>{t("incident.findings")}</span>
            <textarea rows={4} required value={findings} aria-invalid={isTooMany} onChange={(event) => setFindings(event.target.value)} />
          </label>
        ) : null}
        {isTooMany ? <p role="alert" className="tone-bad">{t("incident.tooManyFindings", { count: FINDINGS_MAX })}</p> : null}
        {way === "none" ? (
          <label className="field">
            <span>{t("incident.noneBecause")}</span>
            <textarea rows={3} required maxLength={2_000} value={reason} onChange={(event) => setReason(event.target.value)} />
          </label>
        ) : null}
      </form>
    </Dialog>
  );
}

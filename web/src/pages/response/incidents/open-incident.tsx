/** Opening an incident: a line is enough. */

import { type ReactElement, useId, useState } from "react";
import { SEVERITIES, type Severity } from "../../../api/response";
import type { Id } from "../../../api/types";
import { useT } from "../../../i18n";
import { newId } from "../../../ids";
import { Dialog } from "../../../ui/dialog";
import { linesOf } from "../lines";
import { useSend } from "../use-send";
import { incidentLane } from "./pending";

export function OpenIncident({ onOpened, onClose }: { onOpened(incident: Id): void; onClose(): void }): ReactElement {
  const t = useT();
  const id = useId();
  const [incident] = useState(newId);
  const send = useSend(incidentLane(incident));
  const [title, setTitle] = useState("");
  const [severity, setSeverity] = useState<Severity>("major");
  const [assets, setAssets] = useState("");
  const [drill, setDrill] = useState(false);
  const open = (): void => {
    send("open-incident", {
      incident_id: incident,
      severity,
      title: title.trim(),
      assets: linesOf(assets).slice(0, 50),
      ...(drill ? { cause: { drill: {} } } : {}),
    });
    onOpened(incident);
  };
  return (
    <Dialog
      title={t("incident.open")}
      kind="wide"
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={id} className="button danger big" disabled={title.trim() === ""}>
            {t("incident.open")}
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
          open();
        }}
      >
        <p className="quiet">{t("incident.openText")}</p>
        <label className="field">
          <span>{t("incident.what")}</span>
          <input required maxLength={120} value={title} data-first-focus onChange={(event) => setTitle(event.target.value)} />
        </label>
        <fieldset className="choices big-choices">
          <legend>{t("incident.severity")}</legend>
          {SEVERITIES.map((each) => (
            <label key={each}>
              <input type="radio" name={`${id}-severity`} checked={severity === each} onChange={() => setSeverity(each)} />
              <span>
                {t(`incident.severity.${each}`)} <small className="quiet">{t(`incident.severityText.${each}`)}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <label className="field">
          <span>{t("incident.assets")}</span>
          <textarea rows={2} maxLength={2_000} value={assets} onChange={(event) => setAssets(event.target.value)} />
        </label>
        <label className="check">
          <input type="checkbox" checked={drill} onChange={(event) => setDrill(event.target.checked)} />
          {t("incident.isDrill")}
        </label>
      </form>
    </Dialog>
  );
}

/** Moving an incident on: how bad it is, that the harm is stopped, that it is over, that it goes on. */

import { type ReactElement, useId, useState } from "react";
import { type IncidentDetail, SEVERITIES } from "../../../api/response";
import { useT } from "../../../i18n";
import { Dialog } from "../../../ui/dialog";
import { Icon } from "../../../ui/icon";
import { ReasonDialog } from "../reason-dialog";
import type { Send } from "../use-send";
import { Closing } from "./closing";

export function Progress({ incident, send }: { incident: IncidentDetail; send: Send }): ReactElement {
  const t = useT();
  const incident_id = incident.incident_id;
  const [asks, setAsks] = useState<"severity" | "reopen" | "close" | null>(null);
  const end = (): void => setAsks(null);
  return (
    <div className="button-row room-actions">
      {incident.state === "closed" ? null : (
        <button type="button" className="button big" onClick={() => setAsks("severity")}>
          {t("incident.judge")}
        </button>
      )}
      {incident.state === "open" ? (
        <button type="button" className="button big" onClick={() => send("mitigate-incident", { incident_id })}>
          <Icon name="check" size={18} /> {t("incident.mitigate")}
        </button>
      ) : (
        <button type="button" className="button big" onClick={() => setAsks("reopen")}>
          <Icon name="retry" size={18} /> {t("incident.goesOn")}
        </button>
      )}
      {incident.state === "closed" ? null : (
        <button type="button" className="button big" onClick={() => setAsks("close")}>
          {t("incident.close")}
        </button>
      )}
      {asks === "severity" ? <Judging incident={incident} send={send} onClose={end} /> : null}
      {asks === "close" ? <Closing incident={incident} send={send} onClose={end} /> : null}
      {asks === "reopen" ? (
        <ReasonDialog
          title={t("incident.goesOn")}
          text={t("incident.goesOnText")}
          submit={t("incident.goesOn")}
          onReason={(reason) => {
            send("reopen-incident", { incident_id, reason });
            end();
          }}
          onClose={end}
        />
      ) : null}
    </div>
  );
}

function Judging({ incident, send, onClose }: { incident: IncidentDetail; send: Send; onClose(): void }): ReactElement {
  const t = useT();
  const id = useId();
  const [severity, setSeverity] = useState(incident.severity);
  return (
    <Dialog
      title={t("incident.judge")}
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={id} className="button primary big">
            {t("save")}
          </button>
          <button type="button" className="button big" onClick={onClose}>
            {t("cancel")}
          </button>
        </>
      }
    >
      <form
        id={id}
        onSubmit={(event) => {
          event.preventDefault();
          if (severity !== incident.severity) {
            send("change-severity", { incident_id: incident.incident_id, severity });
          }
          onClose();
        }}
      >
        <fieldset className="choices big-choices">
          <legend>{t("incident.severity")}</legend>
          {SEVERITIES.map((each) => (
            <label key={each}>
              <input type="radio" name={id} checked={severity === each} onChange={() => setSeverity(each)} />
              <span>
                {t(`incident.severity.${each}`)} <small className="quiet">{t(`incident.severityText.${each}`)}</small>
              </span>
            </label>
          ))}
        </fieldset>
      </form>
    </Dialog>
  );
}

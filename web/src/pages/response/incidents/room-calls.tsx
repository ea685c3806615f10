/** The calls of an incident, and calling people. */

import { type ReactElement, useState } from "react";
import type { CallSummary, IncidentDetail } from "../../../api/response";
import { useT } from "../../../i18n";
import { Icon } from "../../../ui/icon";
import { CallRow } from "../calls/call-row";
import { PlaceCall } from "../calls/place-call";
import { useResponsePage } from "../use-response";

export function RoomCalls({ incident, mayCall }: { incident: IncidentDetail; mayCall: boolean }): ReactElement {
  const t = useT();
  const [isCalling, setCalling] = useState(false);
  const { data } = useResponsePage<CallSummary>("call-list", { incident_id: incident.incident_id, limit: 20 });
  return (
    <section className="card" aria-labelledby="room-calls-title">
      <h3 id="room-calls-title">{t("room.calls")}</h3>
      {mayCall ? (
        <button type="button" className="button danger big wide" onClick={() => setCalling(true)}>
          <Icon name="bell" size={18} /> {t("room.call")}
        </button>
      ) : null}
      {data?.items.length === 0 ? <p className="quiet">{t("room.noCalls")}</p> : null}
      <ul className="response-list" role="list">
        {(data?.items ?? []).map((call) => (
          <li key={call.call_id}>
            <CallRow call={call} />
          </li>
        ))}
      </ul>
      {isCalling ? <PlaceCall incident={incident} onClose={() => setCalling(false)} /> : null}
    </section>
  );
}

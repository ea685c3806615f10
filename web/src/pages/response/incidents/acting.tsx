/** Who acts in which role of the command team. */

import { type ReactElement, useState } from "react";
import type { CommandRole, IncidentDetail, RoleInIncident } from "../../../api/response";
import type { Id } from "../../../api/types";
import { useWorkspace } from "../../../app-context";
import { useT, whenText } from "../../../i18n";
import { usePersonName } from "../../chat/names";
import { WhoDialog } from "../who-dialog";
import type { Send } from "../use-send";

interface ActingProps {
  incident: IncidentDetail;
  roles: readonly CommandRole[];
  mayAct: boolean;
  send: Send;
}

export function Acting({ incident, roles, mayAct, send }: ActingProps): ReactElement {
  const t = useT();
  const { me } = useWorkspace();
  const nameOf = usePersonName();
  const [handing, setHanding] = useState<{ role_id: Id; name: string } | null>(null);
  const incident_id = incident.incident_id;
  const taken = new Map(incident.roles.map((role): [Id, RoleInIncident] => [role.role_id, role]));
  // A role that was removed since goes on being shown where somebody acts in it.
  const removed = incident.roles.filter(({ role_id }) => roles.every((role) => role.role_id !== role_id));
  const rows = [...roles, ...removed];
  return (
    <section className="card" aria-labelledby="acting-title">
      <h3 id="acting-title">{t("acting.title")}</h3>
      {rows.length === 0 ? <p className="quiet">{t("acting.none")}</p> : null}
      <ul className="response-items" role="list">
        {rows.map(({ role_id, name }) => {
          const who = taken.get(role_id);
          return (
            <li key={role_id}>
              <span className="grow">
                <strong>{name}</strong>
                <br />
                {who === undefined ? (
                  <span className="tone-warn">{t("acting.nobody")}</span>
                ) : (
                  <>
                    {nameOf(who.person_id)} <small className="quiet">{t("acting.since", { time: whenText(who.taken_at) })}</small>
                  </>
                )}
              </span>
              {mayAct ? (
                <span className="button-row">
                  {who?.person_id === me ? (
                    <button type="button" className="button" onClick={() => send("leave-role", { incident_id, role_id })}>
                      {t("acting.leave")}
                      <span className="only-heard"> {name}</span>
                    </button>
                  ) : (
                    <button type="button" className="button primary" onClick={() => send("take-role", { incident_id, role_id })}>
                      {t("acting.take")}
                      <span className="only-heard"> {name}</span>
                    </button>
                  )}
                  <button type="button" className="button" onClick={() => setHanding({ role_id, name })}>
                    {t("acting.hand")}
                    <span className="only-heard"> {name}</span>
                  </button>
                </span>
              ) : null}
            </li>
          );
        })}
      </ul>
      {handing === null ? null : (
        <WhoDialog
          title={t("acting.handTitle", { role: handing.name })}
          onWho={(person_id) => {
            send("take-role", { incident_id, role_id: handing.role_id, person_id });
            setHanding(null);
          }}
          onClose={() => setHanding(null)}
        />
      )}
    </section>
  );
}

/** The room of an incident: made for few words and big targets, and for a site that dies meanwhile. */

import { type ReactElement, useMemo } from "react";
import type { CommandTeam, IncidentDetail } from "../../../api/response";
import type { Id } from "../../../api/types";
import { useStore, useWorkspace } from "../../../app-context";
import { durationText, listText, momentText, useT } from "../../../i18n";
import { continuityPath } from "../../../route";
import { Icon } from "../../../ui/icon";
import { Link } from "../../../ui/link";
import { Freshness } from "../../admin/continuity/freshness";
import { usePersonName } from "../../chat/names";
import { useNow } from "../use-now";
import { useResponse } from "../use-response";
import { Acting } from "./acting";
import { incidentLane, unsentIncident, waitingFor, withWaiting } from "./pending";
import { Progress } from "./progress";
import { RoomCalls } from "./room-calls";
import { RoomStatusPage } from "./room-status-page";
import { Say } from "./say";
import { SeverityWord, StateWord, isDrill } from "./severity-word";
import { Tasks } from "./tasks";
import { Timeline } from "./timeline";
import { useSend } from "../use-send";

/** After so long without a word people ask by themselves. */
const SILENT_MS = 30 * 60_000;

export function Room({ id }: { id: Id }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const items = useStore(workspace.doors.outbox);
  const waiting = useMemo(() => waitingFor(items, workspace.id, id), [items, workspace.id, id]);
  const asked = useResponse<IncidentDetail>("incident", { incident_id: id });
  const team = useResponse<CommandTeam>("command-team");
  const send = useSend(incidentLane(id));
  const roles = team.data?.roles ?? [];
  const roleName = (role: Id): string => roles.find(({ role_id }) => role_id === role)?.name ?? "";
  const known = asked.data ?? unsentIncident(waiting, workspace.me);
  const incident = known === undefined ? undefined : withWaiting(known, waiting, workspace.me, roleName);
  const isOfTeam = roles.some(({ holder, deputies }) => [holder, ...deputies].some((staff) => staff?.person_id === workspace.me));
  const mayAct = workspace.may("response.manage") || isOfTeam;
  return (
    <div className="response room">
      <Link className="text-button" to={continuityPath(workspace.id, "incidents")}>
        <Icon name="back" size={16} /> {t("incident.back")}
      </Link>
      {asked.data === undefined && known !== undefined ? null : <Freshness asked={asked} />}
      {waiting.length === 0 ? null : (
        <p className="banner stale" role="status">
          <Icon name="clock" /> {t("incident.unsent", { count: waiting.length })}
        </p>
      )}
      {incident === undefined ? null : (
        <article aria-labelledby="room-title">
          <Head incident={incident} />
          {mayAct ? <Progress incident={incident} send={send} /> : <p className="note">{t("incident.onlyLook")}</p>}
          <div className="room-parts">
            <div className="room-part">
              {mayAct && incident.state !== "closed" ? <Say incident={id} send={send} /> : null}
              <Tasks incident={incident} mayAct={mayAct && incident.state !== "closed"} send={send} />
              <Timeline id={id} waiting={waiting} />
            </div>
            <div className="room-part">
              <Acting incident={incident} roles={roles} mayAct={mayAct && incident.state !== "closed"} send={send} />
              <RoomCalls incident={incident} mayCall={mayAct && incident.state !== "closed"} />
              <RoomStatusPage />
            </div>
          </div>
        </article>
      )}
    </div>
  );
}

function Head({ incident }: { incident: IncidentDetail }): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  const now = useNow();
  const silent = Math.max(0, now - incident.updated_at);
  const time = momentText(incident.opened_at);
  const { cause } = incident;
  return (
    <header className={`card room-head severity-${incident.severity}`}>
      <h2 id="room-title">{incident.title}</h2>
      <p className="response-words">
        <SeverityWord severity={incident.severity} />
        <StateWord state={incident.state} />
        {isDrill(incident) ? <span className="badge">{t("incident.isDrill")}</span> : null}
      </p>
      {incident.closed_at === null ? (
        <p className="room-clock">
          <span className="quiet">{t("incident.sinceUpdate")}</span>{" "}
          <strong role="timer" aria-live="off" className={silent > SILENT_MS ? "tone-bad" : undefined}>
            {durationText(Math.floor(silent / 1_000) * 1_000)}
          </strong>
        </p>
      ) : (
        <p className="quiet">{t("incident.duration", { time: durationText(incident.closed_at - incident.opened_at) })}</p>
      )}
      {incident.assets.length === 0 ? null : <p>{t("incident.affected", { what: listText(incident.assets) })}</p>}
      <p className="quiet small">
        {incident.opened_by === null ? t("incident.openedBySite", { time }) : t("incident.openedBy", { name: nameOf(incident.opened_by), time })}
        {"site_lost" in cause ? ` · ${t("incident.cause.site", { site: cause.site_lost.site })}` : ""}
        {"alarm" in cause ? ` · ${t("incident.cause.alarm")}` : ""}
      </p>
      {incident.state === "closed" ? <Found incident={incident} /> : null}
    </header>
  );
}

function Found({ incident }: { incident: IncidentDetail }): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  return (
    <section aria-labelledby="found-title" className="room-found">
      <h3 id="found-title">{t("incident.foundText")}</h3>
      {incident.findings.length > 0 ? (
        <ul>
          {incident.findings.map((finding, at) => (
            <li key={at}>{finding}</li>
          ))}
        </ul>
      ) : (
        <p>{t("incident.foundNone", { reason: incident.none_because ?? "" })}</p>
      )}
      {incident.closed_by === null || incident.closed_at === null ? null : (
        <p className="quiet small">{t("incident.closedBy", { name: nameOf(incident.closed_by), time: momentText(incident.closed_at) })}</p>
      )}
    </section>
  );
}

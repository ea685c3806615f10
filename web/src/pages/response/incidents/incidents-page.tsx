/** Incidents: what is going on, what was, and the room of each. */

import { type ReactElement, useState } from "react";
import type { Incident } from "../../../api/response";
import { useWorkspace } from "../../../app-context";
import { type Key, durationText, momentText, useT } from "../../../i18n";
import { continuityPath, navigate, useRoute } from "../../../route";
import { Icon } from "../../../ui/icon";
import { Link } from "../../../ui/link";
import { Freshness } from "../../admin/continuity/freshness";
import { Pager, usePages } from "../../admin/pager";
import { usePersonName } from "../../chat/names";
import { useNow } from "../use-now";
import { useResponsePage } from "../use-response";
import { OpenIncident } from "./open-incident";
import { Room } from "./room";
import { SeverityWord, StateWord, isDrill } from "./severity-word";
import "../../../styles/calling.css";
import "../../../styles/response.css";

type Which = "open" | "closed" | "all";
const WHICH: Record<Which, { word: Key; is_open?: boolean }> = {
  open: { word: "incident.openOnes", is_open: true },
  closed: { word: "incident.closedOnes", is_open: false },
  all: { word: "incident.all" },
};

export default function IncidentsPage(): ReactElement {
  const route = useRoute();
  const item = route.page === "admin" ? route.item : null;
  return item === null ? <IncidentList /> : <Room key={item} id={item} />;
}

function IncidentList(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [which, setWhich] = useState<Which>("open");
  const [isOpening, setOpening] = useState(false);
  const pages = usePages(which);
  const asked = useResponsePage<Incident>("incident-list", { limit: 20, cursor: pages.cursor, is_open: WHICH[which].is_open });
  const { data } = asked;
  return (
    <section className="response" aria-labelledby="incidents-title">
      <header className="continuity-head">
        <h2 id="incidents-title">{t("incident.title")}</h2>
        <button type="button" className="button danger big" onClick={() => setOpening(true)}>
          <Icon name="plus" size={18} /> {t("incident.open")}
        </button>
      </header>
      <p className="quiet continuity-intro">{t("incident.intro")}</p>
      <div className="segments response-which" role="group" aria-label={t("incident.which")}>
        {(Object.keys(WHICH) as Which[]).map((each) => (
          <button key={each} type="button" aria-pressed={which === each} onClick={() => setWhich(each)}>
            {t(WHICH[each].word)}
          </button>
        ))}
      </div>
      <Freshness asked={asked} />
      {data?.items.length === 0 ? (
        <div className="continuity-empty">
          <Icon name="shield" size={40} />
          <h3>{t(which === "open" ? "incident.none" : "incident.noneAtAll")}</h3>
          <p className="quiet">{t("incident.noneText")}</p>
        </div>
      ) : null}
      <ul className="response-list" role="list">
        {(data?.items ?? []).map((incident) => (
          <li key={incident.incident_id}>
            <IncidentRow incident={incident} />
          </li>
        ))}
      </ul>
      <Pager pages={pages} next={data?.next} />
      {isOpening ? (
        <OpenIncident onClose={() => setOpening(false)} onOpened={(id) => navigate(continuityPath(workspace.id, "incidents", id))} />
      ) : null}
    </section>
  );
}

function IncidentRow({ incident }: { incident: Incident }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const nameOf = usePersonName();
  const now = useNow(5_000);
  const opened = momentText(incident.opened_at);
  return (
    <Link className={`card response-row severity-${incident.severity}`} to={continuityPath(workspace.id, "incidents", incident.incident_id)}>
      <span className="response-words">
        <SeverityWord severity={incident.severity} />
        <StateWord state={incident.state} />
        {isDrill(incident) ? <span className="badge">{t("incident.drill")}</span> : null}
      </span>
      <strong>{incident.title}</strong>
      <span className="quiet small">
        {incident.opened_by === null
          ? t("incident.openedBySite", { time: opened })
          : t("incident.openedBy", { name: nameOf(incident.opened_by), time: opened })}
        {incident.tasks > 0 ? ` · ${t("incident.tasksDone", { done: incident.tasks_done, count: incident.tasks })}` : ""}
        {" · "}
        {incident.closed_at === null
          ? `${t("incident.sinceUpdate")}: ${durationText(now - incident.updated_at)}`
          : t("incident.duration", { time: durationText(incident.closed_at - incident.opened_at) })}
      </span>
    </Link>
  );
}

/** Calling people: roles and people, how many of them have to say yes, how insistently. */

import { type ReactElement, useId, useState } from "react";
import type { CommandTeam, IncidentDetail } from "../../../api/response";
import type { Id } from "../../../api/types";
import { type Key, useT } from "../../../i18n";
import { newId } from "../../../ids";
import { Dialog } from "../../../ui/dialog";
import { usePersonName } from "../../chat/names";
import { PersonPicker } from "../../chat/person-picker";
import { incidentLane } from "../incidents/pending";
import { isDrill } from "../incidents/severity-word";
import { useResponse } from "../use-response";
import { useSend } from "../use-send";
import { PACES, type Pace, isPace } from "./pace";

type Which = "urgent" | "calm" | "own";
const WHICH: Record<Which, Key> = { urgent: "call.pace.urgent", calm: "call.pace.calm", own: "call.pace.own" };
const NUMBERS: [keyof Pace, Key][] = [
  ["remind_every_s", "call.remind"],
  ["escalate_after_s", "call.escalate"],
  ["ends_in_s", "call.endsIn"],
];

interface PlaceCallProps {
  /** What it is for; none: a drill or an urgent notice. */
  incident?: IncidentDetail;
  onClose(): void;
}

export function PlaceCall({ incident, onClose }: PlaceCallProps): ReactElement {
  const t = useT();
  const id = useId();
  const nameOf = usePersonName();
  const [call] = useState(newId);
  const send = useSend(incident === undefined ? `call:${call}` : incidentLane(incident.incident_id));
  const team = useResponse<CommandTeam>("command-team");
  const [text, setText] = useState(incident?.title ?? "");
  const [purpose, setPurpose] = useState<"drill" | "notice">("notice");
  const [roles, setRoles] = useState<readonly Id[]>([]);
  const [people, setPeople] = useState<readonly Id[]>([]);
  const [needed, setNeeded] = useState("");
  const [which, setWhich] = useState<Which>("urgent");
  const [own, setOwn] = useState<Pace>(PACES.urgent);
  const [problem, setProblem] = useState<Key | null>(null);
  const count = roles.length + people.length;

  const place = (): void => {
    const pace = which === "own" ? own : PACES[which];
    const wanted = needed === "" ? null : Number(needed);
    const isNeeded = wanted === null || (Number.isInteger(wanted) && wanted >= 1 && wanted <= count);
    const found = count === 0 ? "call.nobody" : !isPace(pace) ? "call.badTimes" : isNeeded ? null : "call.badNeeded";
    setProblem(found);
    if (found !== null) {
      return;
    }
    send("place-call", {
      call_id: call,
      purpose: incident === undefined ? { [purpose]: {} } : { incident: { incident_id: incident.incident_id } },
      text: text.trim(),
      roles,
      people,
      policy: { ...pace, ...(wanted === null ? {} : { needed: wanted }) },
    });
    onClose();
  };

  return (
    <Dialog
      title={t("call.place")}
      kind="wide"
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={id} className="button danger big" disabled={text.trim() === ""}>
            {t("call.place")}
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
          place();
        }}
      >
        {incident !== undefined && isDrill(incident) ? <p className="badge">{t("incident.isDrill")}</p> : null}
        {incident === undefined ? (
          <fieldset className="choices">
            <legend>{t("call.purpose")}</legend>
            {(["notice", "drill"] as const).map((each) => (
              <label key={each}>
                <input type="radio" name={`${id}-purpose`} checked={purpose === each} onChange={() => setPurpose(each)} /> {t(`call.for.${each}`)}
              </label>
            ))}
          </fieldset>
        ) : null}
        <label className="field">
          <span>{t("call.text")}</span>
          <textarea rows={2} required maxLength={2_000} value={text} onChange={(event) => setText(event.target.value)} />
        </label>
        {(team.data?.roles ?? []).length === 0 ? null : (
          <fieldset className="choices big-choices">
            <legend>{t("call.roles")}</legend>
            <p className="quiet small">{t("call.rolesText")}</p>
            {team.data?.roles.map((role, at) => (
              <label key={role.role_id}>
                <input
                  type="checkbox"
                  {...(at === 0 ? { "data-first-focus": true } : {})}
                  checked={roles.includes(role.role_id)}
                  onChange={(event) => setRoles(event.target.checked ? [...roles, role.role_id] : roles.filter((each) => each !== role.role_id))}
                />
                <span>
                  {role.name} <small className="quiet">{role.holder === null ? t("acting.nobody") : nameOf(role.holder.person_id)}</small>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <details>
          <summary>
            {t("call.peopleToo")}
            {people.length > 0 ? ` (${people.length})` : ""}
          </summary>
          <PersonPicker chosen={people} onChange={setPeople} />
        </details>
        <fieldset className="choices">
          <legend>{t("call.pace")}</legend>
          {(Object.keys(WHICH) as Which[]).map((each) => (
            <label key={each}>
              <input type="radio" name={`${id}-pace`} checked={which === each} onChange={() => setWhich(each)} /> {t(WHICH[each])}
            </label>
          ))}
        </fieldset>
        {which === "own" ? (
          <div className="response-numbers">
            {NUMBERS.map(([name, word]) => (
              <label key={name} className="field">
                <span>{t(word)}</span>
                <input type="number" min={15} required value={own[name]} onChange={(event) => setOwn({ ...own, [name]: event.target.valueAsNumber })} />
              </label>
            ))}
          </div>
        ) : null}
        <label className="field">
          <span>{t("call.needed")}</span>
          <input type="number" min={1} max={Math.max(count, 1)} value={needed} placeholder={count > 0 ? String(count) : ""} onChange={(event) => setNeeded(event.target.value)} />
        </label>
        {problem === null ? null : <p role="alert" className="tone-bad">{t(problem)}</p>}
      </form>
    </Dialog>
  );
}

/** Planning a rewind: whose changes, since when; then what that would put back; then proposing it. */

import { type ReactElement, useState } from "react";
import { useWorkspace } from "../../../app-context";
import { momentText, useT } from "../../../i18n";
import { newId } from "../../../ids";
import { navigate, protectionPath, useRoute } from "../../../route";
import { Link } from "../../../ui/link";
import { usePersonName } from "../../chat/names";
import { PersonPicker } from "../../chat/person-picker";
import { endOfSecond, fromLocalInput, toLocalInput } from "../local-time";
import { NoteDialog } from "./note-dialog";
import { PlanView } from "./plan-view";

interface Wish {
  person_id: string;
  since: number;
  until: number | null;
}

export function Planning(): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const route = useRoute();
  const given = route.page === "admin" ? route : { person: null, since: null };
  const [person, setPerson] = useState<string | null>(given.person);
  const [isChoosing, setChoosing] = useState(given.person === null);
  const [since, setSince] = useState(given.since === null ? "" : toLocalInput(given.since));
  const [until, setUntil] = useState("");
  const [wish, setWish] = useState<Wish | null>(null);
  const [isProposing, setProposing] = useState(false);
  const [problem, setProblem] = useState<"protection.sinceMissing" | "protection.untilBefore" | null>(null);
  const nameOf = usePersonName();

  const show = (): void => {
    const from = fromLocalInput(since);
    const end = fromLocalInput(until);
    if (person === null || from === null) {
      setProblem("protection.sinceMissing");
    } else if (end !== null && end < from) {
      setProblem("protection.untilBefore");
    } else {
      setProblem(null);
      setWish({ person_id: person, since: from, until: end === null ? null : endOfSecond(end) });
    }
  };

  return (
    <section aria-labelledby="planning-title">
      <p>
        <Link to={protectionPath(workspace.id, "rewinds")}>{t("protection.backToRewinds")}</Link>
      </p>
      <h2 id="planning-title">{t("protection.plan")}</h2>
      <p className="quiet">{t("protection.planText")}</p>
      <form
        className="card plan-form"
        onSubmit={(event) => {
          event.preventDefault();
          show();
        }}
      >
        <fieldset className="choices">
          <legend>{t("protection.whose")}</legend>
          {person !== null && !isChoosing ? (
            <p className="plan-person">
              <strong>{nameOf(person)}</strong>
              <button type="button" className="button small" onClick={() => setChoosing(true)}>
                {t("protection.another")}
              </button>
            </p>
          ) : (
            <PersonPicker
              isSingle
              isAnyone
              chosen={person === null ? [] : [person]}
              onChange={([chosen]) => {
                setPerson(chosen ?? null);
                setWish(null);
              }}
            />
          )}
        </fieldset>
        <div className="plan-times">
          <label className="field">
            <span>{t("protection.since")}</span>
            <input type="datetime-local" step={1} required value={since} onChange={(event) => setSince(event.target.value)} />
          </label>
          <label className="field">
            <span>{t("protection.until")}</span>
            <input type="datetime-local" step={1} value={until} onChange={(event) => setUntil(event.target.value)} />
          </label>
          <button type="submit" className="button primary" disabled={person === null}>
            {t("protection.showPlan")}
          </button>
        </div>
        {problem === null ? null : <p role="alert" className="tone-bad">{t(problem)}</p>}
      </form>
      {wish === null ? null : (
        <PlanView
          key={JSON.stringify(wish)}
          of={{ person_id: wish.person_id, since: wish.since, until: wish.until }}
          chosen={null}
          actions={(plan) =>
            plan.changes === 0 ? null : (
              <>
                <button type="button" className="button primary" onClick={() => setProposing(true)}>
                  {t("protection.propose")}
                </button>
                <span className="quiet">{t("protection.proposeHint")}</span>
              </>
            )
          }
        />
      )}
      {isProposing && wish !== null ? <Proposal wish={wish} name={nameOf(wish.person_id)} onClose={() => setProposing(false)} /> : null}
    </section>
  );
}

function Proposal({ wish, name, onClose }: { wish: Wish; name: string; onClose(): void }): ReactElement {
  const t = useT();
  const workspace = useWorkspace();
  const [id] = useState(newId);
  const { person_id, since, until } = wish;
  return (
    <NoteDialog
      title={t("protection.propose")}
      text={t("protection.proposeText", { name, since: momentText(since) })}
      submit={t("protection.propose")}
      order={(note) => ({
        verb: "propose-rewind",
        command: { rewind_id: id, selection: { person: { person_id, since, ...(until === null ? {} : { until }) } }, note },
      })}
      onDone={() => navigate(protectionPath(workspace.id, "rewinds", id))}
      onClose={onClose}
    />
  );
}

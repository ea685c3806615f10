/** Declaring a maintenance window. */

import { type ReactElement, useId, useState } from "react";
import type { WorkKind } from "../../../api/protection";
import { type Key, useT } from "../../../i18n";
import { newId } from "../../../ids";
import { Dialog } from "../../../ui/dialog";
import { Failure } from "../../../ui/failure";
import { PersonPicker } from "../../chat/person-picker";
import { fromLocalInput, toLocalInput } from "../local-time";
import { useGive } from "./use-protection";

const KINDS: readonly WorkKind[] = ["changes", "access"];
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

export function WindowForm({ onClose }: { onClose(): void }): ReactElement {
  const t = useT();
  const id = useId();
  const { give, isBusy, failure } = useGive();
  const [windowId] = useState(newId);
  const [isEveryone, setEveryone] = useState(false);
  const [person, setPerson] = useState<string | null>(null);
  const [begins, setBegins] = useState("");
  const [ends, setEnds] = useState(() => toLocalInput(Date.now() + 2 * HOUR_MS));
  const [kinds, setKinds] = useState<readonly WorkKind[]>(["changes"]);
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<Key | null>(null);

  const declare = async (): Promise<void> => {
    const beginsAt = fromLocalInput(begins);
    const endsAt = fromLocalInput(ends);
    const found = problemWith(beginsAt ?? Date.now(), endsAt, isEveryone ? "everyone" : person, kinds);
    setProblem(found);
    if (found !== null) {
      return;
    }
    const command = {
      window_id: windowId,
      ...(isEveryone ? {} : { person_id: person }),
      ...(beginsAt === null ? {} : { begins_at: beginsAt }),
      ends_at: endsAt,
      kinds,
      reason: reason.trim(),
    };
    if (await give({ verb: "declare-maintenance", command })) {
      onClose();
    }
  };

  return (
    <Dialog
      title={t("protection.declare")}
      kind="wide"
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={id} className="button primary" disabled={isBusy || reason.trim() === ""}>
            {t("protection.declare")}
          </button>
          <button type="button" className="button" onClick={onClose}>
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
          void declare();
        }}
      >
        <fieldset className="choices">
          <legend>{t("protection.whoseWork")}</legend>
          <label>
            <input type="radio" name={`${id}-who`} checked={!isEveryone} onChange={() => setEveryone(false)} /> {t("protection.onePerson")}
          </label>
          <label>
            <input type="radio" name={`${id}-who`} checked={isEveryone} onChange={() => setEveryone(true)} /> {t("protection.everyone")}
          </label>
        </fieldset>
        {isEveryone ? null : <PersonPicker isSingle chosen={person === null ? [] : [person]} onChange={([chosen]) => setPerson(chosen ?? null)} />}
        <div className="plan-times">
          <label className="field">
            <span>{t("protection.begins")}</span>
            <input type="datetime-local" step={1} value={begins} onChange={(event) => setBegins(event.target.value)} />
          </label>
          <label className="field">
            <span>{t("protection.ends")}</span>
            <input type="datetime-local" step={1} required value={ends} onChange={(event) => setEnds(event.target.value)} />
          </label>
        </div>
        <fieldset className="choices">
          <legend>{t("protection.expected")}</legend>
          {KINDS.map((kind) => (
            <label key={kind}>
              <input
                type="checkbox"
                checked={kinds.includes(kind)}
                onChange={(event) => setKinds(KINDS.filter((each) => (each === kind ? event.target.checked : kinds.includes(each))))}
              />{" "}
              {t(`protection.kinds.${kind}`)}
            </label>
          ))}
        </fieldset>
        <label className="field">
          <span>{t("protection.reason")}</span>
          <textarea rows={2} required maxLength={1_000} value={reason} onChange={(event) => setReason(event.target.value)} />
        </label>
        {problem === null ? null : <p role="alert" className="tone-bad">{t(problem)}</p>}
        {failure === null ? null : <Failure code={failure} />}
      </form>
    </Dialog>
  );
}

function problemWith(beginsAt: number, endsAt: number | null, who: string | null, kinds: readonly WorkKind[]): Key | null {
  if (who === null) {
    return "protection.whoMissing";
  }
  if (endsAt === null || endsAt <= beginsAt) {
    return "error.ends_before_it_begins";
  }
  if (endsAt - beginsAt > WEEK_MS) {
    return "error.window_too_long";
  }
  return kinds.length === 0 ? "error.missing" : null;
}

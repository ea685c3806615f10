/** The thirty-day plan: facts show most tasks to be done; a few are ticked by people. */

import { type ReactElement, useId, useState } from "react";
import type { RolloutPlan, RolloutTask } from "../../../../api/programme";
import { dayText, useT } from "../../../../i18n";
import { Dialog } from "../../../../ui/dialog";
import { Failure } from "../../../../ui/failure";
import { useGive } from "../../protection/use-protection";
import { StatusWord } from "../../status-word";
import { Freshness } from "../freshness";
import { useProgramme } from "../use-programme";
import { useVisitor } from "../visitor";
import { useCheckWords } from "./check-words";

export function Rollout(): ReactElement {
  const t = useT();
  const asked = useProgramme<RolloutPlan>("rollout-plan");
  const mayManage = useVisitor().may("programme.manage");
  const [ticking, setTicking] = useState<RolloutTask | null>(null);
  const { data } = asked;
  return (
    <section className="card" aria-labelledby="rollout-title">
      <h3 id="rollout-title">{t("programme.rollout")}</h3>
      {data === undefined || asked.failure !== null ? <Freshness asked={asked} /> : null}
      {data === undefined ? null : (
        <>
          <Progress plan={data} mayManage={mayManage} />
          <div className="data-table" role="group" aria-label={t("programme.rollout")} tabIndex={0}>
            <table className="wide-table">
              <thead>
                <tr>
                  <th scope="col">{t("programme.day")}</th>
                  <th scope="col">{t("programme.task")}</th>
                  <th scope="col">{t("programme.state")}</th>
                  <th scope="col">{t("programme.shownBy")}</th>
                </tr>
              </thead>
              <tbody>
                {data.tasks.map((task) => (
                  <TaskRow key={task.name} task={task} onTick={mayManage ? () => setTicking(task) : null} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {ticking === null ? null : <Tick task={ticking} onClose={() => setTicking(null)} />}
    </section>
  );
}

function Progress({ plan, mayManage }: { plan: RolloutPlan; mayManage: boolean }): ReactElement {
  const t = useT();
  const { give, isBusy, failure } = useGive();
  const begin = (): void =>
    void give({ module: "programme", verb: "begin-rollout", command: { begins_at: Date.now() }, done: t("programme.rolloutBegun") });
  return (
    <>
      <p>
        {t("programme.rolloutProgress", { done: plan.done, total: plan.total })}{" "}
        {plan.day !== null
          ? t("programme.rolloutDay", { day: plan.day })
          : plan.begins_at === null
            ? t("programme.rolloutNotBegun")
            : t("programme.rolloutLater", { date: dayText(plan.begins_at) })}
      </p>
      {plan.begins_at === null && mayManage ? (
        <button type="button" className="button" disabled={isBusy} onClick={begin}>
          {t("programme.rolloutBegin")}
        </button>
      ) : null}
      {failure === null ? null : <Failure code={failure} />}
    </>
  );
}

function TaskRow({ task, onTick }: { task: RolloutTask; onTick: (() => void) | null }): ReactElement {
  const t = useT();
  const words = useCheckWords();
  const state = task.is_done ? "done" : task.is_overdue ? "overdue" : "open";
  return (
    <tr>
      <td className="number">{task.day}</td>
      <th scope="row">{words.means(task)}</th>
      <td>
        <StatusWord tone={task.is_done ? "good" : task.is_overdue ? "bad" : "plain"} word={t(`programme.${state}`)} />
      </td>
      <td>
        {task.done_by !== "person" ? (
          t("programme.byFacts")
        ) : onTick === null ? (
          t("programme.byPeople")
        ) : (
          <button type="button" className="button small" onClick={onTick}>
            {t(task.is_done ? "programme.markOpen" : "programme.markDone")}
            <span className="only-heard">: {words.means(task)}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

function Tick({ task, onClose }: { task: RolloutTask; onClose(): void }): ReactElement {
  const t = useT();
  const id = useId();
  const words = useCheckWords();
  const { give, isBusy, failure } = useGive();
  const [note, setNote] = useState("");
  const [isMissing, setMissing] = useState(false);
  const tick = async (): Promise<void> => {
    setMissing(note.trim() === "");
    if (note.trim() === "") {
      return;
    }
    if (await give({ module: "programme", verb: "tick-task", command: { task: task.name, is_done: !task.is_done, note: note.trim() } })) {
      onClose();
    }
  };
  return (
    <Dialog
      title={t(task.is_done ? "programme.markOpen" : "programme.markDone")}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="button" className="button primary" disabled={isBusy} onClick={() => void tick()}>
            {t("save")}
          </button>
        </>
      }
    >
      <p>{words.means(task)}</p>
      <label className="field">
        <span>{t("programme.note")}</span>
        <textarea rows={3} maxLength={1_000} value={note} data-first-focus aria-invalid={isMissing} aria-describedby={id} onChange={(event) => setNote(event.target.value)} />
      </label>
      <p id={id} role="alert" className="tone-bad small">
        {isMissing ? t("programme.noteMissing") : ""}
      </p>
      {failure === null ? null : <Failure code={failure} />}
    </Dialog>
  );
}

/** What is to be done, by whom, and what is done. */

import { type ReactElement, useId, useState } from "react";
import type { IncidentDetail, Task } from "../../../api/response";
import type { Id } from "../../../api/types";
import { useWorkspace } from "../../../app-context";
import { useT, whenText } from "../../../i18n";
import { newId } from "../../../ids";
import { usePersonName } from "../../chat/names";
import { linesOf } from "../lines";
import { WhoDialog } from "../who-dialog";
import type { Send } from "../use-send";

const AT_ONCE = 100;

export function Tasks({ incident, mayAct, send }: { incident: IncidentDetail; mayAct: boolean; send: Send }): ReactElement {
  const t = useT();
  const nameOf = usePersonName();
  const { me } = useWorkspace();
  const [asking, setAsking] = useState<Task | null>(null);
  const incident_id = incident.incident_id;
  const assign = (task: Task, person_id: Id | null): void => send("assign-task", { incident_id, task_id: task.task_id, person_id });
  // Those one is likely to choose; anybody else is looked up.
  const near = [...new Set([me, ...incident.roles.map((role) => role.person_id), ...incident.task_list.flatMap(({ assignee }) => assignee ?? [])])];
  const done = incident.task_list.filter(({ done_at }) => done_at !== null).length;
  return (
    <section className="card" aria-labelledby="tasks-title">
      <h3 id="tasks-title">
        {t("task.title")}{" "}
        {incident.task_list.length === 0 ? null : (
          <small className="quiet">{t("incident.tasksDone", { done, count: incident.task_list.length })}</small>
        )}
      </h3>
      {incident.task_list.length === 0 ? <p className="quiet">{t("task.none")}</p> : null}
      <ul className="response-items" role="list">
        {incident.task_list.map((task) => (
          <li key={task.task_id} className={task.done_at === null ? undefined : "is-done"}>
            <label className="check grow task-check">
              <input
                type="checkbox"
                checked={task.done_at !== null}
                disabled={!mayAct}
                onChange={(event) => send("set-task-done", { incident_id, task_id: task.task_id, is_done: event.target.checked })}
              />
              <span>
                {task.title}
                {task.runbook === null ? null : <small className="quiet block">{t("task.from", { name: task.runbook })}</small>}
                {task.done_by === null || task.done_at === null ? null : (
                  <small className="quiet block">{t("task.doneBy", { name: nameOf(task.done_by), time: whenText(task.done_at) })}</small>
                )}
              </span>
            </label>
            {mayAct ? (
              <select
                aria-label={t("task.whoDoes", { task: task.title })}
                value={task.assignee ?? ""}
                onChange={({ target: { value } }) => {
                  if (value === "other") {
                    setAsking(task);
                  } else {
                    assign(task, value === "" ? null : value);
                  }
                }}
              >
                <option value="">{t("task.nobody")}</option>
                {near.map((person) => (
                  <option key={person} value={person}>
                    {person === me ? `${t("task.me")} (${nameOf(person)})` : nameOf(person)}
                  </option>
                ))}
                <option value="other">{t("task.other")}</option>
              </select>
            ) : (
              <span className="quiet">{task.assignee === null ? t("task.nobody") : nameOf(task.assignee)}</span>
            )}
          </li>
        ))}
      </ul>
      {mayAct ? <NewTasks onTasks={(titles, runbook) => send("add-tasks", { incident_id, tasks: titles.map((title) => ({ task_id: newId(), title })), ...(runbook === "" ? {} : { runbook }) })} /> : null}
      {asking === null ? null : (
        <WhoDialog
          title={t("task.whoDoes", { task: asking.title })}
          onWho={(person) => {
            assign(asking, person);
            setAsking(null);
          }}
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  );
}

function NewTasks({ onTasks }: { onTasks(titles: string[], runbook: string): void }): ReactElement {
  const t = useT();
  const id = useId();
  const [text, setText] = useState("");
  const [runbook, setRunbook] = useState("");
  const titles = linesOf(text);
  const isTooMany = titles.length > AT_ONCE;
  return (
    <form
      className="stack new-tasks"
      onSubmit={(event) => {
        event.preventDefault();
        if (titles.length > 0 && !isTooMany) {
          onTasks(titles, runbook.trim());
          setText("");
        }
      }}
    >
      <label className="field">
        <span>{t("task.new")}</span>
        <textarea rows={2} value={text} aria-invalid={isTooMany} onChange={(event) => setText(event.target.value)} />
      </label>
      {isTooMany ? <p role="alert" className="tone-bad">{t("error.too_many")}</p> : null}
      {text === "" ? null : (
        <label className="field" htmlFor={id}>
          <span>{t("task.runbook")}</span>
          <input id={id} maxLength={120} value={runbook} onChange={(event) => setRunbook(event.target.value)} />
        </label>
      )}
      <button type="submit" className="button big" disabled={titles.length === 0 || isTooMany}>
        {t("task.add")}
      </button>
    </form>
  );
}

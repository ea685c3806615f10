/** An incident as it will be once what waits on this device has reached a site. */

import type { Incident, IncidentDetail, Line } from "../../../api/response";
import type { Id } from "../../../api/types";
import type { OutboxItem } from "../../../sync/outbox-item";
import { isOpen } from "../../../sync/outbox-item";

/** What waits to be sent about an incident, in its order. */
export function waitingFor(items: readonly OutboxItem[], workspace: Id, incident: Id): OutboxItem[] {
  return items.filter(
    (item) =>
      item.module === "response" &&
      item.workspace_id === workspace &&
      isOpen(item) &&
      (item.command["incident_id"] === incident || item.lane === incidentLane(incident)),
  );
}

export function incidentLane(incident: Id): string {
  return `incident:${incident}`;
}

/** An incident that no site has heard of yet; none: it is not one that waits here. */
export function unsentIncident(waiting: readonly OutboxItem[], me: Id): IncidentDetail | undefined {
  const item = waiting.find(({ verb }) => verb === "open-incident");
  if (item === undefined) {
    return undefined;
  }
  const wish = item.command as unknown as Pick<Incident, "incident_id" | "severity" | "title" | "assets"> & { cause?: Incident["cause"] };
  return {
    ...wish,
    cause: wish.cause ?? { people: {} },
    state: "open",
    opened_by: me,
    opened_at: item.created_at,
    updated_at: item.created_at,
    mitigated_at: null,
    closed_at: null,
    closed_by: null,
    findings: [],
    none_because: null,
    tasks: 0,
    tasks_done: 0,
    roles: [],
    task_list: [],
  };
}

/** `roleName` tells what a role is called. */
export function withWaiting(detail: IncidentDetail, waiting: readonly OutboxItem[], me: Id, roleName: (id: Id) => string): IncidentDetail {
  return waiting.reduce((now, item) => one(now, item, me, roleName), detail);
}

function one(now: IncidentDetail, { verb, command, created_at }: OutboxItem, me: Id, roleName: (id: Id) => string): IncidentDetail {
  const text = (name: string): string => String(command[name] ?? "");
  const tasks = (change: (task: IncidentDetail["task_list"][number]) => IncidentDetail["task_list"][number]): IncidentDetail => ({
    ...now,
    task_list: now.task_list.map((task) => (task.task_id === text("task_id") ? change(task) : task)),
  });
  switch (verb) {
    case "change-severity":
      return { ...now, severity: text("severity") as Incident["severity"] };
    case "mitigate-incident":
      return { ...now, state: "mitigated", mitigated_at: created_at };
    case "reopen-incident":
      return { ...now, state: "open", mitigated_at: null, closed_at: null, closed_by: null, none_because: null };
    case "close-incident":
      return {
        ...now,
        state: "closed",
        closed_at: created_at,
        closed_by: me,
        findings: (command["findings"] as string[] | undefined) ?? [],
        none_because: (command["none_because"] as string | undefined) ?? null,
      };
    case "take-role": {
      const role_id = text("role_id");
      const person_id = text("person_id") || me;
      const taken = { role_id, name: roleName(role_id), person_id, taken_at: created_at };
      return { ...now, roles: [...now.roles.filter((role) => role.role_id !== role_id), taken] };
    }
    case "leave-role":
      return { ...now, roles: now.roles.filter((role) => role.role_id !== text("role_id")) };
    case "add-tasks": {
      const known = new Set(now.task_list.map((task) => task.task_id));
      const runbook = text("runbook") || null;
      const added = (command["tasks"] as { task_id: Id; title: string }[])
        .filter((task) => !known.has(task.task_id))
        .map((task) => ({ ...task, runbook, assignee: null, done_by: null, done_at: null }));
      return { ...now, task_list: [...now.task_list, ...added] };
    }
    case "assign-task":
      return tasks((task) => ({ ...task, assignee: text("person_id") || null }));
    case "set-task-done":
      return tasks((task) => ({ ...task, done_by: command["is_done"] === true ? me : null, done_at: command["is_done"] === true ? created_at : null }));
    case "post-update":
      return { ...now, updated_at: Math.max(now.updated_at, created_at) };
    default:
      return now;
  }
}

/** What somebody said that no site has yet, as lines of the timeline; the newest first. */
export function waitingLines(waiting: readonly OutboxItem[], me: Id): Line[] {
  const kinds: Record<string, string> = { "post-update": "update-posted", "record-decision": "decision-recorded", "place-call": "call-placed" };
  return waiting
    .flatMap((item): Line[] => {
      const kind = kinds[item.verb];
      const line = { seq: 0, at: item.created_at, person_id: me, text: String(item.command["text"] ?? ""), data: {}, source: item.id };
      return kind === undefined ? [] : [{ ...line, kind, is_public: item.command["is_public"] === true }];
    })
    .reverse();
}
